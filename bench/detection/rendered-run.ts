/** A sample of the corpus through the real network and browser: what only a browser sees, and what a whole look costs. */
import type { PageEvidence } from '../../src/checks/page/evidence.js';
import type { Baseline } from '../../src/core/model.js';
import { type Case, casesOf, livelyCasesOf, MORE_SAMPLES, type Row, SAMPLES } from './cases.js';
import { answer } from './corpus/life.js';
import type { CorpusPage, Scene } from './corpus/page.js';
import { type Eye, openEye } from './judges/rendered.js';
import { hashAlarms, pixelRule } from './judges/rivals.js';
import { openStage, type Stage } from './judges/server.js';
import { baselineOf, isMoving, judged, targetOf } from './judges/siteward.js';
import { type Pairing, urlwatchAlarms } from './judges/urlwatch.js';
import { Random } from './random.js';
import type { Variant } from './variants/variant.js';

export interface RenderedPlan {
  readonly pages: readonly CorpusPage[];
  readonly variants: readonly Variant[];
  /** About so many looks in all, those for baselines included. */
  readonly captures: number;
  readonly urlwatch: boolean;
  readonly say: (line: string) => void;
}

/** Pages at once; the machine is shared. */
const AT_ONCE = 2;

export async function renderedRun(plan: RenderedPlan): Promise<Row[]> {
  const stage = await openStage();
  const eye = await openEye(new Set(plan.pages.map((page) => page.host)));
  const rows: { row: Row; pairing: Pairing }[] = [];
  const waiting = [...byPage(sampled(plan)).entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      rows.push(...(await lookedAt(next[1], { stage, eye, say: plan.say })));
      plan.say(`rendered ${next[0]}: ${next[1].length} cases`);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    await eye.close();
    await stage.close();
  }
  if (!plan.urlwatch) return rows.map(({ row }) => row);
  const alarms = await urlwatchAlarms(rows.map(({ pairing }) => pairing));
  return rows.map(({ row }, number) => ({ ...row, urlwatch: alarms?.has(number) ?? null }));
}

/** Classes take turns, so that each has nearly as many cases; few pages, for every page costs a baseline. */
function sampled({ pages, variants, captures }: RenderedPlan): Case[] {
  const random = new Random('rendered sample');
  const chosen = random.some(pages, Math.max(4, Math.round(captures / 30)));
  const queues = new Map<string, Case[]>();
  const all = chosen.flatMap((page) => [...casesOf(page, variants, 1), ...livelyCasesOf(page, 2)]);
  for (const entry of random.some(all, all.length)) {
    queues.set(entry.name, [...(queues.get(entry.name) ?? []), entry]);
  }
  const taken: Case[] = [];
  const room = captures - chosen.length * SAMPLES.length;
  while (taken.length < room && queues.size > 0) {
    for (const [name, queue] of queues) {
      const next = queue.shift();
      if (next === undefined) queues.delete(name);
      else if (taken.length < room && next.scene() !== null) taken.push(next);
    }
  }
  return taken;
}

function byPage(cases: readonly Case[]): Map<string, Case[]> {
  const pages = new Map<string, Case[]>();
  for (const entry of cases) pages.set(entry.page.id, [...(pages.get(entry.page.id) ?? []), entry]);
  return pages;
}

interface Studio {
  readonly stage: Stage;
  readonly eye: Eye;
  readonly say: (line: string) => void;
}

async function lookedAt(cases: readonly Case[], studio: Studio): Promise<{ row: Row; pairing: Pairing }[]> {
  const [first] = cases;
  if (!first) return [];
  const { page } = first;
  const url = `http://${page.host}:${studio.stage.port}${page.path}`;
  const look = (scene: () => Scene): Promise<PageEvidence> => {
    studio.stage.play(page, scene);
    return studio.eye.look(targetOf(url, 'living'));
  };
  const samples: PageEvidence[] = [];
  // The raw answer and the browser's are two requests: each draws its own noise, as on a real server.
  for (const seed of SAMPLES) samples.push(await look(inTurns(page, seed)));
  const [base, ...others] = samples;
  if (!base) return [];
  if (isMoving([base, ...others], url)) for (const seed of MORE_SAMPLES) others.push(await look(inTurns(page, seed)));
  const baseline = baselineOf([base, ...others]);
  const before = answer(page, page.template, `${SAMPLES[0]} 0`);
  const rows: { row: Row; pairing: Pairing }[] = [];
  for (const entry of cases) {
    const scene = entry.scene();
    if (!scene) continue;
    try {
      const row = await rowOf({ entry, scene, url, base, baseline, before }, look);
      rows.push({ row, pairing: { before, after: () => entry.scene() ?? before } });
    } catch (error) {
      studio.say(`no look at ${page.id}, ${entry.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return rows;
}

function inTurns(page: CorpusPage, seed: string): () => Scene {
  let turn = 0;
  return () => {
    turn += 1;
    return answer(page, page.template, `${seed} ${turn - 1}`);
  };
}

interface Looking {
  readonly entry: Case;
  readonly scene: Scene;
  readonly url: string;
  readonly base: PageEvidence;
  readonly baseline: Baseline;
  readonly before: Scene;
}

async function rowOf(looking: Looking, look: (scene: () => Scene) => Promise<PageEvidence>): Promise<Row> {
  const { entry, scene, url, base, baseline, before } = looking;
  const { page, name, family, aim, seenIn } = entry;
  const startedAt = performance.now();
  const evidence = await look(() => scene);
  const living = judged(targetOf(url, 'living'), baseline, evidence);
  const ms = performance.now() - startedAt;
  const frozen =
    family === 'attack' || family === 'noise' ? judged(targetOf(url, 'frozen'), baseline, evidence).severity : null;
  const pixel = pixelAlarm(base, evidence);
  const seen = { mode: 'rendered', family, name, aim, seenIn, page: page.id } as const;
  return { ...living, ...seen, frozen, hash: hashAlarms(before, scene), pixel, urlwatch: null, ms };
}

function pixelAlarm(before: PageEvidence, after: PageEvidence): boolean | null {
  const [a] = before.views;
  const [b] = after.views;
  if (!a?.shown) return null;
  // BackstopJS reports what it cannot photograph as failed.
  return b?.shown ? pixelRule(a.shown.screenshot.bytes, b.shown.screenshot.bytes).alarms : true;
}
