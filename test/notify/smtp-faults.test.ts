/** Mail servers that break off, crawl or babble: the mail stays owed, and the next attempt carries the same Message-ID. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { email } from '../../src/notify/email.js';
import { SendError } from '../../src/notify/notifier.js';
import { anAlert, aSite } from '../contracts/samples.js';
import { notifyIo } from '../support/notify.js';

const PROOF = { folder: null, pictures: [], resolvers: [] };
let server: Server;
let taken: string[];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

type Step = 'greeting' | 'MAIL' | 'RCPT' | 'DATA' | 'dot' | 'taken';

/** A mail server that says its lines until `fault` is reached, and there does that instead. */
async function startServer(fault: Step | null, instead: (socket: Socket) => void): Promise<number> {
  taken = [];
  let at = fault;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // broken off on purpose
    const says = (step: Step | null, line: string): void => {
      if (step !== null && step === at) instead(socket);
      else socket.write(`${line}\r\n`);
    };
    let data: string | null = null;
    let pending = '';
    says('greeting', '220 mail.test');
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (data !== null && line !== '.') data += `${line}\n`;
        else if (data !== null) {
          taken.push(data);
          data = null;
          says('dot', '250 taken');
        } else if (/^DATA/i.test(line)) {
          if (at !== 'DATA') data = '';
          says('DATA', '354 go on');
        } else if (/^MAIL/i.test(line)) says('MAIL', '250 ok');
        else if (/^RCPT/i.test(line)) says('RCPT', '250 ok');
        else socket.write('250 ok\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  mended = () => {
    at = null;
  };
  return (server.address() as AddressInfo).port;
}
let mended: () => void;

async function send(port: number, ms = 10_000): Promise<void> {
  const settings = email.settings.parse({
    ...{ smtp: { host: '127.0.0.1', port }, from: 'siteward@example.org', to: ['ops@example.org'] },
  });
  await email.send(anAlert(), aSite(), PROOF, settings, notifyIo({ signal: AbortSignal.timeout(ms) }));
}

const messageId = (raw: string | undefined): string | undefined => /^message-id:\s*(<[^>]+>)/im.exec(raw ?? '')?.[1];

describe.each<[string, (socket: Socket) => void, number]>([
  ['breaks off', (socket) => socket.destroy(), 10_000],
  ['resets', (socket) => socket.resetAndDestroy(), 10_000],
  ['ends the conversation', (socket) => socket.end(), 10_000],
  ['is busy', (socket) => socket.end('421 4.3.2 shutting down\r\n'), 10_000],
  ['answers a byte in a while', crawl, 1_500],
])('a mail server that %s', (_what, instead, ms) => {
  it.each<Step>(['greeting', 'MAIL', 'RCPT', 'DATA', 'dot'])(
    'at %s: tried again, with the same Message-ID',
    async (step) => {
      const port = await startServer(step, instead);
      const error = await send(port, ms).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SendError);
      expect((error as SendError).retryable).toBe(true);
      expect((error as SendError).accepted).toEqual([]);
      const before = messageId(taken[0]);
      mended();
      await send(port);
      expect(messageId(taken.at(-1))).toMatch(/^<[0-9a-f]{64}@/);
      if (step === 'dot') expect([taken.length, messageId(taken[1])]).toEqual([2, before]);
    },
  );
});

/** Never a whole line. */
function crawl(socket: Socket): void {
  const timer = setInterval(() => socket.write('2'), 100);
  socket.on('close', () => clearInterval(timer));
}
