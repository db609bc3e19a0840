/** Real receivers on loopback that note everything they accepted: an SMTP server, a signed webhook, a PagerDuty endpoint. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMailServer } from '../../test/support/smtp.js';

export const CHANNELS = ['email', 'webhook', 'pagerduty'] as const;
export type Channel = (typeof CHANNELS)[number];

/** One message that a receiver answered with "accepted". */
export interface Accepted {
  readonly channel: Channel;
  /** The alert's key, as that channel carries it: Message-ID, webhook-id, idempotency key. */
  readonly key: string;
  /** What must be the same in a repetition besides: the body's own key (dedup_key), or nothing. */
  readonly second: string;
  /** `performance.now()` of it. */
  readonly at: number;
}

export interface Sinks {
  readonly accepted: readonly Accepted[];
  /** YAML of the receivers of settings.yaml. */
  readonly receivers: (channels: readonly Channel[]) => string;
  /** So many of the next messages are refused for a while. */
  refuse(times: number): void;
  close(): Promise<void>;
}

/** An address of their own: on 127.0.0.1 a program that knew a port's last owner may still be calling. */
const ADDRESS = '127.0.61.7';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export async function openSinks(): Promise<Sinks> {
  const accepted: Accepted[] = [];
  let refusals = 0;
  const refused = (): boolean => refusals > 0 && refusals-- > 0;
  const take = (channel: Channel, key: string, second = ''): void =>
    void accepted.push({ channel, key, second, at: performance.now() });

  const mail = await startMailServer({
    address: ADDRESS,
    content: (raw) => {
      if (refused()) return { code: 451, text: 'come back later' };
      take('email', /^message-id:\s*<([0-9a-f]+)@/im.exec(raw)?.[1] ?? '');
      return null;
    },
  });
  const web = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/hook' && request.url !== '/v2/enqueue') return void response.writeHead(404).end();
      if (refused()) return void response.writeHead(503).end();
      const body = Buffer.concat(chunks).toString('utf8');
      if (request.url === '/v2/enqueue') {
        const { dedup_key: dedup, event_action: action } = JSON.parse(body) as Record<string, string>;
        // A trigger and a resolve may be two calls of one alert: each is a message of its own.
        take('pagerduty', `${request.headers['idempotency-key']}`, `${action} ${dedup}`);
      } else take('webhook', `${request.headers['webhook-id']}`, /"id":"([^"]*)"/.exec(body)?.[1]);
      response.writeHead(202).end('{}');
    });
  });
  web.listen(0, ADDRESS);
  await once(web, 'listening');
  const { port } = web.address() as AddressInfo;
  const lines: Record<Channel, string> = {
    email: `{ id: email, kind: email, smtp: { host: ${ADDRESS}, port: ${mail.port} }, from: siteward@event.test, to: [ops@event.test] }`,
    webhook: `{ id: webhook, kind: webhook, url: "http://${ADDRESS}:${port}/hook", secret: "${SECRET}" }`,
    pagerduty: `{ id: pagerduty, kind: pagerduty, routing_key: R0123456789012345678901234567890, url: "http://${ADDRESS}:${port}" }`,
  };
  return {
    accepted,
    receivers: (channels) => `receivers:\n${channels.map((one) => `  - ${lines[one]}\n`).join('')}`,
    refuse(times) {
      refusals = times;
    },
    async close() {
      web.closeAllConnections();
      await Promise.all([mail.close(), new Promise((resolve) => web.close(resolve))]);
    },
  };
}
