/** What a tortured daemon watches: a TLS server whose certificate an attacker can exchange, and baselines of the true one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSecureContext, createServer, type SecureContext } from 'node:tls';
import { certificateAuthority } from '../../test/support/certificates.js';
import { type Books, wrong } from './ledger.js';
import { type Channel, openSinks, type Sinks } from './sinks.js';

export interface Arena {
  readonly siteIds: readonly string[];
  /** Exchanges the certificate of each site for a forged one of its own, so that no two have one cause; or puts the true one back. */
  attack(attacked: boolean): void;
  /** A folder with configuration, baselines and an empty data folder, and receivers of its own. */
  place(channels: readonly Channel[]): Promise<Place>;
  close(): Promise<void>;
}

export interface Place {
  readonly folder: string;
  readonly database: string;
  readonly sinks: Sinks;
  /** @param crashAt null: it is not to crash */
  start(crashAt: string | null): Daemon;
  /** The folder stays, with what the receivers took beside it, unless all was as it must be. */
  leave(books: Books | null): Promise<void>;
}

export interface Daemon {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly gone: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** @param program path of the built main.js */
export async function openArena(program: string, sites: number): Promise<Arena> {
  const authority = certificateAuthority();
  const siteIds = Array.from({ length: sites }, (_, index) => `site-${index + 1}`);
  const names = siteIds.map((id) => `${id}.test`);
  const genuine = createSecureContext(authority.issue(names));
  const impostors = names.map((name) => certificateAuthority(`Some Other Root for ${name}`));
  const forged = new Map(names.map((name, index) => [name, createSecureContext(impostors[index]?.issue([name]))]));
  let attacked = false;
  const SNICallback = (name: string, done: (error: null, context: SecureContext) => void): void =>
    done(null, (attacked ? forged.get(name) : undefined) ?? genuine);
  const server = createServer({ SNICallback }, (socket) => socket.on('error', () => socket.destroy()));
  server.on('tlsClientError', () => undefined); // a killed daemon leaves handshakes half way: that is the point
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const template = mkdtempSync(join(tmpdir(), 'siteward-torture-'));
  const hosts = names.map((name) => `${name}: 127.0.0.1`).join(', ');
  mkdirSync(join(template, 'config'));
  writeFileSync(join(template, 'config/root.pem'), authority.pem);
  writeFileSync(
    join(template, 'config/watchlist.yaml'),
    `version: 1\ndefaults: { every: "*/5 * * * * *" }\nsites:\n${siteIds
      .map(
        (id) =>
          `  - { id: ${id}, url: "https://${id}.test:${port}/", checks: [tls], confirm_after: 0s, resolve_after: 0s }\n`,
      )
      .join('')}`,
  );
  const settings = (further: string): string =>
    `network: { only: [127.0.0.0/8], hosts: { ${hosts} }, ca: [root.pem] }\ndns: { resolvers: [] }\n${further}`;
  writeFileSync(join(template, 'config/settings.yaml'), settings(''));
  const running = new Set<ChildProcess>();
  const run = (folder: string, args: readonly string[], crashAt: string | null): Daemon => {
    const env = { ...process.env, ...(crashAt === null ? {} : { SITEWARD_CRASH_AT: crashAt }) };
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
    running.add(child);
    const gone = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    return { child, stderr: () => Buffer.concat(said).toString('utf8'), gone };
  };
  const captured = run(template, ['baseline', 'capture', '--approve', '--by', 'Ada'], null);
  if ((await captured.gone).code !== 0) throw new Error(`no baseline: ${captured.stderr()}`);
  return {
    siteIds,
    attack(forgedOnes) {
      attacked = forgedOnes;
    },
    async place(channels) {
      const folder = mkdtempSync(join(tmpdir(), 'siteward-tortured-'));
      for (const part of ['config', 'baselines']) cpSync(join(template, part), join(folder, part), { recursive: true });
      const sinks = await openSinks();
      const further = `web: { listen: "127.0.0.1:0", public_url: "http://watch.test/" }
${sinks.receivers(channels)}`;
      writeFileSync(join(folder, 'config/settings.yaml'), settings(further));
      return {
        folder,
        database: join(folder, 'data/siteward.db'),
        sinks,
        start: (crashAt) => run(folder, ['watch'], crashAt),
        async leave(books) {
          await sinks.close();
          if (books && wrong(books).length === 0) return rmSync(folder, { recursive: true, force: true });
          writeFileSync(join(folder, 'accepted.json'), JSON.stringify(sinks.accepted, null, 1));
          process.stdout.write(`  kept: ${folder}\n`);
        },
      };
    },
    async close() {
      for (const child of running) child.kill('SIGKILL');
      server.close();
      rmSync(template, { recursive: true, force: true });
      authority.remove();
      for (const impostor of impostors) impostor.remove();
    },
  };
}

/** Asks again and again. @returns whether it held before the deadline or the daemon's end. */
export async function holds(condition: () => boolean, deadlineMs: number, daemon?: Daemon): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (performance.now() < end) {
    if (condition()) return true;
    if (daemon && (daemon.child.exitCode !== null || daemon.child.signalCode !== null)) return condition();
    await pause(20);
  }
  return condition();
}

const STOP_MS = 60_000;

/** @throws when a daemon told to stop does not, or not well. */
export async function stopped(daemon: Daemon): Promise<void> {
  daemon.child.kill('SIGTERM');
  const timer = setTimeout(() => daemon.child.kill('SIGKILL'), STOP_MS);
  const { code, signal } = await daemon.gone;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`The daemon did not stop well (${code ?? signal}): ${daemon.stderr()}`);
}
