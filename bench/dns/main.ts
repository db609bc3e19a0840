/**
 * The DNS bench: `npm run bench:dns [part] [count] [decoder]`. Parts: `fuzz` (hostile packets for every decoder, or for one),
 * `rates` (queries a second beside dnsperf), `survey` (1,000 names at 20 resolvers), `command` (`siteward dns` with 20
 * resolvers). All without a part.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import type { ProbeIo, Resolver } from '../../src/checks/check.js';
import { settingsFor } from '../../src/checks/dns/settings.js';
import { survey } from '../../src/checks/dns/survey.js';
import { createNetwork, type GuardedNetwork } from '../../src/net/network.js';
import { Random } from '../detection/random.js';
import { type Captured, capturedPackets, capturedRdata } from './corpus.js';
import { compare, DECODERS, fuzz, RDATA_TYPES } from './fuzz.js';
import { mutant } from './mutate.js';
import { rates } from './throughput.js';
import { type LocalUnbound, nameOf, startUnbound } from './unbound.js';

const NAMES = 1_000;
const RESOLVERS = 20;
const PACKETS = 2_000_000;
/** The oracle takes a hundred times as long as we do. */
const COMPARED = 200_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** @param only the name of one decoder; absent: all of them, and the oracle. Throws where there is no such decoder. */
function fuzzing(packets: number, only?: string): boolean {
  const corpus = capturedPackets();
  const decoders = Object.entries(DECODERS).filter(([name]) => only === undefined || name === only);
  if (decoders.length === 0)
    throw new Error(`There is no decoder "${only}"; there are ${Object.keys(DECODERS).join(', ')}.`);
  let clean = true;
  say(`Hostile packets, ${packets.toLocaleString('en')} a decoder\n`);
  say(`  ${'decoder'.padEnd(16)}  accepted   thrown  strayed  over 5 ms    slowest   all`);
  for (const [name, decoder] of decoders) {
    const type = RDATA_TYPES[name];
    const from = type === undefined ? corpus : capturedRdata(corpus, type);
    const random = new Random(name);
    const { accepted, thrown, strayed, slow, slowestMs, tookMs } = fuzz(
      decoder,
      () => mutant(from, () => random.next()),
      packets,
    );
    const counts = [thrown.length, strayed, slow.length].map((count) => String(count).padStart(9)).join('');
    const times = `${slowestMs.toFixed(2).padStart(8)} ms ${(tookMs / 1_000).toFixed(0).padStart(4)} s`;
    say(`  ${name.padEnd(16)} ${String(accepted).padStart(9)}${counts}${times}`);
    for (const bad of [...thrown, ...slow]) say(`    ${bad.slice(0, 400)}`);
    clean &&= thrown.length + strayed + slow.length === 0;
  }
  return only === undefined ? isAsOracle(corpus, packets) && clean : clean;
}

function isAsOracle(corpus: readonly Captured[], packets: number): boolean {
  const random = new Random('oracle');
  const count = Math.min(packets, COMPARED);
  const { both, stricter, laxer, differing } = compare(() => mutant(corpus, () => random.next()), count);
  say(`\ndns-packet on ${count.toLocaleString('en')} of them: both read ${both}, differently ${differing.length};`);
  say(`we refuse ${stricter} that it reads, it cannot read ${laxer} that we do.`);
  return differing.length === 0;
}

async function ratesBeside(server: LocalUnbound, network: GuardedNetwork): Promise<void> {
  say('\nQueries a second, 50 in flight, same server, same run\n');
  const measured = await rates(server, network, NAMES);
  for (const [at, { name, perSecond, cpuMicros }] of measured.entries()) {
    const floor = measured[at - (at % 2)]?.perSecond ?? Number.NaN;
    const cpu = cpuMicros === null ? '' : `${cpuMicros.toFixed(0).padStart(6)} us CPU`;
    say(
      `  ${name.padEnd(16)} ${perSecond.toFixed(0).padStart(8)}/s ${(perSecond / floor).toFixed(2).padStart(6)}x ${cpu}`,
    );
  }
}

function resolversOf({ resolver }: LocalUnbound): Resolver[] {
  const { tls, https, udp, tcp } = resolver;
  const kinds = [tls, https, udp, udp, tcp];
  return Array.from({ length: RESOLVERS }, (_, at) => {
    const kind = kinds[at % kinds.length] ?? udp;
    return { ...kind, name: `${kind.name}-${at}`, role: at % 5 < 2 ? 'reference' : 'witness' };
  });
}

async function surveying(server: LocalUnbound, network: GuardedNetwork): Promise<void> {
  const turn = pLimit(50);
  const signal = new AbortController().signal;
  const io: ProbeIo = { vantage: 'bench', now: Date.now, signal, network, resolvers: resolversOf(server) };
  const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
  let [answers, mostMegabytes] = [0, 0];
  await Promise.all(
    Array.from({ length: NAMES }, (_, at) =>
      turn(async () => {
        const seen = await survey(settingsFor(nameOf(at), null, 'living'), io, { types: ['A'], victims: false });
        answers += seen.answers.filter(({ replies }) => replies.length > 0).length;
        mostMegabytes = Math.max(mostMegabytes, process.memoryUsage().rss / 2 ** 20);
      }),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  say(`\nA survey of ${NAMES} names at ${RESOLVERS} resolvers, 50 names at a time, each with its hold window`);
  say(`  ${answers} answers in ${seconds.toFixed(1)} s: ${(answers / seconds).toFixed(0)}/s,`);
  say(`  ${((user + system) / answers).toFixed(0)} us CPU each, at most ${mostMegabytes.toFixed(0)} MiB in all`);
}

async function command(server: LocalUnbound): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-bench-dns-'));
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'ca.pem'), server.ca);
  const lines = resolversOf(server).map(({ name, transport, address, port, serverName, path, role }) => {
    const uri =
      transport === 'https'
        ? `https://${serverName}:${port}${path}@${address}`
        : `${transport}://${address}:${port}${transport === 'tls' ? `#${serverName}` : ''}`;
    return `    - { name: ${name}, address: "${uri}", role: ${role} }`;
  });
  const network = `network: { only: [127.0.0.0/8], ca: [${join(folder, 'ca.pem')}] }`;
  writeFileSync(
    join(folder, 'config/settings.yaml'),
    `${network}\ndns:\n  roots: [127.0.90.2]\n  resolvers:\n${lines.join('\n')}\n`,
  );
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const startedAt = performance.now();
    const args = [join(process.cwd(), 'dist/main.js'), 'dns', nameOf(round)];
    // Its exit code says what it found, which is not the question here.
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error: unknown) => {
      if (typeof error === 'object' && error !== null && 'stdout' in error) return { stdout: String(error.stdout) };
      throw error;
    });
    times.push(performance.now() - startedAt);
    if (round === 0 && (stdout.match(/127\.0\.90\.80/gu) ?? []).length < RESOLVERS)
      throw new Error(`no table:\n${stdout}`);
  }
  rmSync(folder, { recursive: true, force: true });
  const sorted = times.sort((a, b) => a - b);
  say(
    `\nsiteward dns NAME, ${RESOLVERS} resolvers, process and all: median ${sorted[2]?.toFixed(0)} ms, worst ${sorted[4]?.toFixed(0)} ms`,
  );
}

async function main([part, count, decoder]: readonly string[]): Promise<number> {
  const all = part === undefined;
  const clean = all || part === 'fuzz' ? fuzzing(Number(count ?? PACKETS), decoder) : true;
  if (part === 'fuzz') return clean ? 0 : 1;
  const server = await startUnbound(NAMES);
  const unwanted = (): Promise<never> => Promise.reject(new Error('only DNS is measured'));
  const network = createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [server.ca],
    capture: unwanted,
    lookup: unwanted,
    now: Date.now,
  });
  try {
    if (all || part === 'rates') await ratesBeside(server, network);
    if (all || part === 'survey') await surveying(server, network);
    if (all || part === 'command') await command(server);
  } finally {
    await network.close();
    await server.stop();
  }
  return clean ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
