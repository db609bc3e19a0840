/**
 * Does the monitor survive what it is shown, and is it still right? Captures in a row, two at a time, each judged by the
 * real page check against an approved baseline. Good pages must be intact every time; one is defaced every other time,
 * which must be found every time; pages that fight the browser stand where a good one was approved and may never be
 * intact. Afterwards no process, descriptor or profile folder is left, and memory is flat.
 *
 *   npm run bench:soak -- [--captures 1000]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pLimit from 'p-limit';
import type { CaptureRequest, ProbeIo } from '../src/checks/check.js';
import { judgingWith } from '../src/checks/judging.js';
import { page } from '../src/checks/page/index.js';
import { configure } from '../src/checks/page/settings.js';
import { corroborate } from '../src/core/corroborate.js';
import type { Baseline, Target } from '../src/core/model.js';
import { createBrowser } from '../src/net/browser/browser.js';
import { profilesFolder } from '../src/net/browser/profile.js';
import { createNetwork } from '../src/net/network.js';
import { createThreads, judgingOn } from '../src/threads.js';
import { localVantage } from '../src/vantage/vantage.js';
import { openSoakSites, type SoakSite } from './soak-site.js';

const { values } = parseArgs({ options: { captures: { type: 'string', default: '1000' } } });
const CAPTURES = Number(values.captures);
const ROWS = 20;
/** Growth of the median of the last third over that of the middle one that is still called flat. */
const FLAT = 0.1;
/** One look in so many is at a page that fights, and at the page that is defaced. */
const FIGHTS_EVERY = 24;
const DEFACED_EVERY = 12;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

// ------------------------------------------------------------- looking

const policy = { allow: [], only: ['127.0.80.33/32'] };
const resolve = (name: string): Promise<readonly string[]> => Promise.reject(new Error(`${name} was looked up`));
const options = { executable: 'auto', pages: 2, sandbox: 'required', jail: 'auto', ca: [], policy, resolve } as const;
const browser = createBrowser(options);
let captures = 0;
const capture = (request: CaptureRequest): ReturnType<typeof browser.capture> => {
  captures += 1;
  return browser.capture(request);
};
const network = createNetwork({ policy, hosts: {}, ca: [], capture, lookup: resolve, now: Date.now });
const io: Omit<ProbeIo, 'signal'> = { vantage: 'bench', now: Date.now, network, resolvers: [] };
const vantage = localVantage(io);
const threads = createThreads({ size: 1, timeoutMs: 60_000, maxHeapMb: 1_024 });
const judging = judgingWith(judgingOn(threads));
const never = new AbortController().signal;

function targetOf({ id, url, kind }: SoakSite): Target {
  // Where one word is exchanged, only who promised that nothing changes is told.
  const content = kind === 'defaced' ? 'frozen' : 'living';
  const configured = configure({ id, url, name: '127.0.80.33', content, options: {} });
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  const policy = { content, confirmAfterMs: 0, remindEveryMs: 0, resolveAfterMs: 0, inEvent: false } as const;
  const { settings } = configured;
  return { id: `${id}/page`, siteId: id, kind: 'page', settings, schedule: { everyMs: 60_000 }, policy };
}

async function approved(site: SoakSite): Promise<Baseline> {
  const target = targetOf(site);
  const looks = [await vantage.observe(target, never), await vantage.observe(target, never)];
  const [first, ...rest] = looks.flatMap(({ outcome }) => (outcome.ok ? [page.evidence.parse(outcome.evidence)] : []));
  if (!first) throw new Error(`${site.url} could not be looked at`);
  const evidence = page.combine([first, ...rest]);
  return { targetId: target.id, accepted: [{ version: page.version, evidence, at: 0, by: 'bench', note: '' }] };
}

/** By site and what stood there: how often which verdict was given, of one look, unconfirmed. */
const verdicts = new Map<string, Map<string, number>>();
const wrong: string[] = [];

async function look(site: SoakSite, state: 'approved' | 'attacked', baseline: Baseline): Promise<void> {
  site.show(state);
  const target = targetOf(site);
  const observation = await vantage.observe(target, never);
  const { findings, failures } = await judging.judge(target, observation, baseline);
  await judging.exhibit(target, observation, baseline);
  const verdict = corroborate([{ vantage: 'bench', findings, failures }], true);
  const what = [verdict.state, verdict.diagnosis].filter((part) => part !== null).join(', ');
  const isRight =
    state === 'approved'
      ? verdict.state === 'intact'
      : site.kind === 'defaced'
        ? verdict.state === 'altered'
        : verdict.state !== 'intact';
  if (!isRight) {
    const why = [...findings.map(({ code }) => code), ...failures.map(({ detail }) => detail)].join('; ');
    wrong.push(`${site.id} ${state}, at capture ${captures}: ${what}: ${why}`);
  }
  const counts = verdicts.get(`${site.id} ${state}`) ?? new Map<string, number>();
  verdicts.set(`${site.id} ${state}`, counts.set(what, (counts.get(what) ?? 0) + 1));
}

// ------------------------------------------------------------- holding

interface Held {
  readonly rssMb: number;
  readonly heapMb: number;
  readonly descriptors: number;
  readonly processes: number;
  readonly profiles: number;
}

function held(): Held {
  if (typeof collect === 'function') collect();
  const { rss, heapUsed } = process.memoryUsage();
  const isProfile = (name: string): boolean => name.startsWith(`siteward-browser-${process.pid}-`);
  return {
    rssMb: Math.round(rss / 1024 / 1024),
    heapMb: Math.round(heapUsed / 1024 / 1024),
    descriptors: readdirSync('/proc/self/fd').length,
    processes: browserProcesses(),
    profiles: readdirSync(profilesFolder()).filter(isProfile).length,
  };
}

/** Process groups of browsers that were seen to start: an orphan is known by its group alone. */
const groups = new Set<string>();

/** Zombies do not count: they are nobody's but the system's. */
function browserProcesses(): number {
  const all = readdirSync('/proc').flatMap((pid) => {
    try {
      const [state = '', parent = '', group = ''] =
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      if (parent === String(process.pid)) groups.add(group);
      return state === 'Z' ? [] : [group];
    } catch {
      return []; // No process, or it ended this moment.
    }
  });
  return all.filter((group) => groups.has(group)).length;
}

const line = (cells: readonly (string | number)[]): void =>
  void process.stdout.write(`${cells.map((cell) => String(cell).padStart(12)).join('')}\n`);

// -------------------------------------------------------------- soaking

const sites = await openSoakSites();
const [good, defaced, fights] = [of('good'), of('defaced'), of('fights')];
const readings: Held[] = [];
const start = held();
const began = performance.now();

function of(kind: SoakSite['kind']): SoakSite[] {
  return sites.all.filter((site) => site.kind === kind);
}

/** What the nth look is at. A page that was attacked is looked at again, mended, half of its round later. */
function plan(at: number): { site: SoakSite; state: 'approved' | 'attacked' } {
  const pick = (list: readonly SoakSite[], n: number): SoakSite => {
    const site = list[n % list.length];
    if (!site) throw new Error('no such site');
    return site;
  };
  const fight = Math.floor(at / FIGHTS_EVERY);
  if (at % FIGHTS_EVERY === 1) return { site: pick(fights, fight), state: 'attacked' };
  if (at % FIGHTS_EVERY === 13) return { site: pick(fights, fight + Math.floor(fights.length / 2)), state: 'approved' };
  if (at % DEFACED_EVERY === 6) return { site: pick(defaced, 0), state: 'attacked' };
  if (at % DEFACED_EVERY === 0) return { site: pick(defaced, 0), state: 'approved' };
  return { site: pick(good, at), state: 'approved' };
}

line(['captures', 'RSS MB', 'heap MB', 'descriptors', 'processes', 'profiles']);
line([0, ...Object.values(start)]);
try {
  const baselines = new Map<string, Baseline>();
  for (const site of sites.all) baselines.set(site.id, await approved(site));
  // Two looks never meet at one site: what stands there is decided for each look.
  const turns = new Map(sites.all.map(({ id }) => [id, pLimit(1)]));
  let [at, rows] = [0, 0];
  const work = async (): Promise<void> => {
    while (captures < CAPTURES) {
      const { site, state } = plan(at++);
      const baseline = baselines.get(site.id);
      if (baseline) await turns.get(site.id)?.(() => look(site, state, baseline));
      if (captures < (rows + 1) * (CAPTURES / ROWS)) continue;
      rows = Math.floor(captures / (CAPTURES / ROWS));
      readings.push(held());
      line([captures, ...Object.values(held())]);
    }
  };
  await Promise.all([work(), work()]);
} finally {
  await Promise.all([browser.close(), network.close(), threads.close()]);
  sites.close();
}

const end = held();
line(['closed', ...Object.values(end)]);
for (const [what, counts] of [...verdicts].sort(([a], [b]) => a.localeCompare(b, 'en')))
  process.stdout.write(`${what}: ${[...counts].map(([verdict, n]) => `${n} ${verdict}`).join('; ')}\n`);
const third = Math.max(1, Math.floor(readings.length / 3));
const median = (list: readonly Held[]): number =>
  list.map(({ rssMb }) => rssMb).sort((a, b) => a - b)[list.length >> 1] ?? 0;
const growth = median(readings.slice(-third)) / median(readings.slice(third, 2 * third)) - 1;
const left = {
  processes: end.processes,
  profiles: end.profiles,
  descriptors: Math.max(0, end.descriptors - start.descriptors),
};
for (const one of wrong) process.stdout.write(`WRONG: ${one}\n`);
process.stdout.write(
  `${captures} captures in ${Math.round((performance.now() - began) / 1000)} s; wrong verdicts: ${wrong.length}; left: ` +
    `${JSON.stringify(left)}; memory of the last third over the middle one: ${(growth * 100).toFixed(1)} %\n`,
);
if (wrong.length > 0 || left.processes + left.profiles > 0 || left.descriptors > 2 || growth > FLAT)
  process.exitCode = 1;
