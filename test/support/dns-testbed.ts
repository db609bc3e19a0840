/** Starts and stops the DNS test-bed of `test/support/dns/` (real nsd, unbound, dnsmasq) for one test file. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Resolver } from '../../src/checks/check.js';

const SCRIPTS = join(import.meta.dirname, 'dns');
const NEEDED = ['nsd', 'unbound', 'dnsmasq', 'dnssec-signzone', 'dig', 'openssl'];
const run = promisify(execFile);

export interface DnsTestbed {
  /** Keys, zones, certificates, logs. */
  readonly folder: string;
  /** PEM of the authority that signed the resolver and the honest web servers. */
  readonly ca: string;
  readonly resolver: Readonly<Record<ResolverName, Resolver>>;
  scenario(name: 'hijack' | 'restore'): Promise<void>;
  stop(): Promise<void>;
}

export type ResolverName = keyof typeof RESOLVERS;

const LOCAL = { address: '127.0.0.1', serverName: null, path: null, network: null } as const;

const RESOLVERS = {
  dot: { ...LOCAL, name: 'dot', role: 'reference', transport: 'tls', port: 5853, serverName: 'resolver.test' },
  doh: {
    ...LOCAL,
    name: 'doh',
    role: 'reference',
    transport: 'https',
    port: 5443,
    serverName: 'resolver.test',
    path: '/dns-query',
  },
  plain: { ...LOCAL, name: 'plain', role: 'witness', transport: 'udp', port: 5310 },
  plainTcp: { ...LOCAL, name: 'plain-tcp', role: 'witness', transport: 'tcp', port: 5310 },
  poisoned: { ...LOCAL, name: 'poisoned', role: 'witness', transport: 'udp', port: 5312 },
  liar: { ...LOCAL, name: 'liar', role: 'witness', transport: 'udp', port: 5320 },
  portal: { ...LOCAL, name: 'portal', role: 'witness', transport: 'udp', port: 5321 },
  onpath: { ...LOCAL, name: 'on-path', role: 'witness', transport: 'udp', port: 5330 },
  inpath: { ...LOCAL, name: 'in-path', role: 'witness', transport: 'udp', port: 5331 },
  /** Nothing listens there. */
  dead: { ...LOCAL, name: 'dead', role: 'witness', transport: 'udp', port: 5399 },
} as const satisfies Record<string, Resolver>;

/** Ready when it resolves. Throws with what is missing when the servers are not installed. */
export async function startDnsTestbed(): Promise<DnsTestbed> {
  demandServers();
  await takeLock();
  const folder = mkdtempSync(join(tmpdir(), 'siteward-dns-'));
  const script = async (name: string, ...args: string[]): Promise<void> => {
    await run(join(SCRIPTS, name), args, { env: { ...process.env, TB: folder } });
  };
  const stop = async (): Promise<void> => {
    await script('stop.sh');
    rmSync(folder, { recursive: true, force: true });
    rmSync(LOCK, { force: true });
  };
  await script('setup.sh');
  try {
    await script('start.sh');
  } catch (error) {
    await stop();
    throw new Error('The DNS test-bed did not come up: is another one running on its ports?', { cause: error });
  }
  return {
    folder,
    ca: readFileSync(join(folder, 'certs/ca.pem'), 'utf8'),
    resolver: RESOLVERS,
    scenario: (name) => script('scenario.sh', name),
    stop,
  };
}

/** Its ports are fixed: of test files that run side by side one has it at a time. */
const LOCK = join(tmpdir(), 'siteward-dns-testbed.lock');
const LOCK_WAIT_MS = 150_000;

async function takeLock(): Promise<void> {
  const until = Date.now() + LOCK_WAIT_MS;
  while (Date.now() < until) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (!holderLives()) rmSync(LOCK, { force: true });
    await pause(100);
  }
  throw new Error(`The DNS test-bed stayed in use by another test; if none runs, remove ${LOCK}.`);
}

function holderLives(): boolean {
  try {
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0);
    return true;
  } catch {
    // The process is gone, or the file went in between: either way the next attempt decides.
    return false;
  }
}

function demandServers(): void {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin`;
  const missing = NEEDED.filter((command) => {
    try {
      execFileSync('/bin/sh', ['-c', `command -v ${command}`], { env: { PATH: path }, stdio: 'ignore' });
      return false;
    } catch {
      // `command -v` says "not found" by its exit code; that is the answer.
      return true;
    }
  });
  if (missing.length > 0) {
    throw new Error(`The DNS tests need ${missing.join(', ')}: run "node scripts/setup.mjs --tests" first.`);
  }
}
