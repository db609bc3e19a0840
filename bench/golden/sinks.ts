/**
 * Real receivers on loopback that write down what they took and when: an SMTP server, a signed webhook and a PagerDuty
 * endpoint. They are reached through a gate: closed, it takes every connection and says nothing, as a dead network does.
 * Heartbeats go past it: their receiver is elsewhere.
 */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import * as z from 'zod';
import { startMailServer } from '../../test/support/smtp.js';

/** One message that a receiver answered with "accepted". */
export interface Heard {
  readonly receiver: Receiver;
  /** As Siteward names it; of PagerDuty the event's action. */
  readonly change: string;
  readonly siteId: string;
  /** `performance.now()` of it. */
  readonly at: number;
  /** What must be the same in all messages of one incident: the thread, the incident's id, the dedup_key. */
  readonly incident: string;
  /** The alert's own key. */
  readonly key: string;
  /** Changes that were not told before and are told with it; unknown of mail and pager. */
  readonly supersedes: readonly string[];
  /** Pictures it carries. */
  readonly pictures: number;
}

export const RECEIVERS = ['everyone', 'hook', 'lead', 'mail', 'pager'] as const;
export type Receiver = (typeof RECEIVERS)[number];
/** Who is told of a critical incident at once. */
export const FIRST = ['hook', 'mail', 'pager'] as const satisfies readonly Receiver[];

export interface Sinks {
  readonly heard: readonly Heard[];
  /** YAML: receivers, routes, ladder, heartbeat. */
  readonly settings: string;
  /** `performance.now()` of every heartbeat. */
  readonly beats: readonly number[];
  /** What was wrong with what came: a signature, a field that was not there. */
  readonly faults: readonly string[];
  /** Closed: connections are taken and nothing is ever said. */
  open(isOpen: boolean): void;
  close(): Promise<void>;
}

const SECRET = 'a secret of the golden bench, long enough';
const ALERT = z.object({
  type: z.string().startsWith('incident.'),
  data: z.object({
    id: z.string(),
    receiver: z.enum(RECEIVERS),
    supersedes: z.array(z.string()),
    site: z.object({ id: z.string() }),
    incident: z.object({ id: z.string() }),
  }),
});
const EVENT = z.object({
  event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
  dedup_key: z.string().regex(/^siteward:[0-9a-f]{40}/),
  payload: z.object({ component: z.string() }).optional(),
});

export async function openSinks(): Promise<Sinks> {
  const [heard, beats, faults]: [Heard[], number[], string[]] = [[], [], []];
  const doors: Gate[] = [];
  const mail = await startMailServer();
  // PagerDuty names the site in triggers only.
  const siteOf = new Map<string, string>();
  let isReading = Promise.resolve();
  const web = createHttpServer(async (request, response) => {
    const body = await bodyOf(request);
    const at = performance.now();
    const path = request.url ?? '';
    response.writeHead(202).end('{}');
    if (path === '/beat') beats.push(at);
    else if (path === '/hook') heard.push(ofHook(request, body, at, faults));
    else if (path === '/v2/enqueue') heard.push(ofPager(request, body, at, siteOf));
    else faults.push(`a request to ${path}, where nothing is`);
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const webPort = (web.address() as AddressInfo).port;
  const [mailGate, webGate] = await Promise.all([gateTo(mail.port), gateTo(webPort)]);
  doors.push(mailGate, webGate);
  const taken = setInterval(() => {
    const mails = mail.mails.slice(seen);
    seen += mails.length;
    const at = performance.now();
    isReading = isReading.then(async () => {
      for (const one of mails) heard.push(await ofMail(await one.parsed(), one.to[0] ?? '', at));
    });
  }, 50);
  let seen = 0;
  const smtp = `smtp: { host: 127.0.0.1, port: ${mailGate.port} }, from: siteward@event.test`;
  const hook = `url: "http://127.0.0.1:${webGate.port}/hook", secret: "${SECRET}"`;
  return {
    heard,
    beats,
    faults,
    settings: `web: { listen: "127.0.0.1:0", public_url: "http://watch.event.test/" }
receivers:
  - { id: mail, kind: email, ${smtp}, to: [mail@event.test] }
  - { id: everyone, kind: email, ${smtp}, to: [everyone@event.test] }
  - { id: hook, kind: webhook, ${hook} }
  - { id: lead, kind: webhook, ${hook} }
  - { id: pager, kind: pagerduty, routing_key: R0123456789012345678901234567890, url: "http://127.0.0.1:${webGate.port}" }
routes: [{ severity: critical, to: [pager, mail, hook] }, { severity: warning, to: [mail] }]
escalation: [{ severity: critical, after: 5m, to: [lead] }, { severity: critical, after: 10m, to: [everyone] }]
heartbeat: { urls: ["http://127.0.0.1:${webPort}/beat"], every: 20s }`,
    open: (isOpen) => {
      for (const door of doors) door.open(isOpen);
    },
    async close() {
      clearInterval(taken);
      await isReading;
      for (const door of doors) door.close();
      web.closeAllConnections();
      await Promise.all([mail.close(), closed(web)]);
    },
  };
}

function ofHook({ headers }: IncomingMessage, body: Buffer, at: number, faults: string[]): Heard {
  const id = String(headers['webhook-id']);
  const mac = createHmac('sha256', SECRET).update(`${id}.${headers['webhook-timestamp']}.`).update(body);
  if (headers['webhook-signature'] !== `v1,${mac.digest('base64')}`) faults.push('a signature does not verify');
  const { type, data } = ALERT.parse(JSON.parse(body.toString('utf8')));
  const change = type.slice('incident.'.length);
  return {
    ...{ receiver: data.receiver, change, siteId: data.site.id, at },
    ...{ incident: data.incident.id, key: id, supersedes: data.supersedes, pictures: 0 },
  };
}

function ofPager({ headers }: IncomingMessage, body: Buffer, at: number, siteOf: Map<string, string>): Heard {
  const { event_action: change, dedup_key: incident, payload } = EVENT.parse(JSON.parse(body.toString('utf8')));
  if (payload) siteOf.set(incident, payload.component);
  return {
    ...{ receiver: 'pager', change, siteId: siteOf.get(incident) ?? '', at },
    ...{ incident, key: String(headers['idempotency-key']), supersedes: [], pictures: 0 },
  };
}

interface Parsed {
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly messageId?: string | undefined;
  readonly attachments: readonly { readonly mimeType: string }[];
}

function ofMail({ headers, messageId = '', attachments }: Parsed, to: string, at: number): Heard {
  const header = (name: string): string => headers.find(({ key }) => key === name)?.value ?? '';
  return {
    receiver: to.startsWith('everyone') ? 'everyone' : 'mail',
    ...{ change: header('x-siteward-change'), siteId: header('x-siteward-site'), at },
    ...{ incident: header('references'), key: messageId, supersedes: [] },
    pictures: attachments.filter(({ mimeType }) => mimeType === 'image/png').length,
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface Gate {
  readonly port: number;
  open(isOpen: boolean): void;
  close(): void;
}

async function gateTo(port: number): Promise<Gate> {
  let isOpen = true;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server: Server = createServer((client) => {
    keep(client);
    if (!isOpen) return;
    const inner = keep(connect(port, '127.0.0.1'));
    client.pipe(inner).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open(next) {
      isOpen = next;
      // A connection made before goes as silent as one made after.
      if (!next) for (const socket of sockets) socket.unpipe();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function closed(server: HttpServer): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
