/** Queries a second and CPU a query, ours by each transport beside dnsperf against the same server in the same run. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { ask } from '../../src/checks/dns/ask.js';
import type { GuardedNetwork } from '../../src/net/network.js';
import { ADDRESS, type LocalUnbound, nameOf } from './unbound.js';

export interface Rate {
  readonly name: string;
  readonly perSecond: number;
  /** Of this process, system time too; null where it is not ours. */
  readonly cpuMicros: number | null;
}

/** In flight, ours and those of dnsperf alike. */
const AT_ONCE = 50;
const QUERIES = 20_000;
/** DNS over HTTPS costs several times as much. */
const FEWER = 8_000;
const SECONDS = 3;

/** One after the other, dnsperf of the same transport directly before ours. */
export async function rates(server: LocalUnbound, network: GuardedNetwork, names: number): Promise<Rate[]> {
  const measured: Rate[] = [];
  for (const transport of ['udp', 'tcp', 'tls', 'https'] as const) {
    measured.push(peer(transport, server, names), await ours(transport, server, network, names));
  }
  return measured;
}

type Transport = keyof LocalUnbound['resolver'];

async function ours(
  transport: Transport,
  { resolver }: LocalUnbound,
  { exchange }: GuardedNetwork,
  names: number,
): Promise<Rate> {
  const signal = new AbortController().signal;
  const turn = pLimit(AT_ONCE);
  const queries = transport === 'https' ? FEWER : QUERIES;
  const one = async (index: number): Promise<void> => {
    const question = { asked: 'name', name: nameOf(index % names), type: 'A', hold: false } as const;
    const { replies, failure } = await ask(resolver[transport], question, { exchange, random: randomBytes, signal });
    if (replies[0]?.addresses.length !== 1) throw new Error(failure?.detail ?? 'an empty answer');
  };
  await Promise.all(Array.from({ length: 500 }, (_, at) => turn(() => one(at))));
  const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
  await Promise.all(Array.from({ length: queries }, (_, at) => turn(() => one(at))));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { name: `siteward ${transport}`, perSecond: queries / seconds, cpuMicros: (user + system) / queries };
}

const MODES: Readonly<Record<Transport, string>> = { udp: 'udp', tcp: 'tcp', tls: 'dot', https: 'doh' };

function peer(transport: Transport, { resolver }: LocalUnbound, names: number): Rate {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-dnsperf-'));
  const file = join(folder, 'names');
  writeFileSync(file, Array.from({ length: names }, (_, at) => `${nameOf(at)} A\n`).join(''));
  const { port, path } = resolver[transport];
  const uri = path === null ? [] : ['-O', `doh-uri=https://${ADDRESS}:${port}${path}`];
  const args = ['-s', ADDRESS, '-p', String(port), '-m', MODES[transport], '-d', file, '-l', String(SECONDS)];
  const out = execFileSync('dnsperf', [...args, '-q', String(AT_ONCE), '-c', '1', ...uri], { encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  return { name: `dnsperf ${transport}`, perSecond: Number(/per second:\s+([\d.]+)/u.exec(out)?.[1]), cpuMicros: null };
}
