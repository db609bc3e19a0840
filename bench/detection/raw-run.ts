/** The corpus in raw mode: no network, no browser, thousands of cases. */

import type { Baseline } from '../../src/core/model.js';
import { type Case, casesOf, livelyCasesOf, MORE_SAMPLES, noiseCasesOf, type Row, SAMPLES } from './cases.js';
import { answer } from './corpus/life.js';
import type { CorpusPage, Scene } from './corpus/page.js';
import { rawEvidence, urlOf } from './judges/raw.js';
import { hashAlarms } from './judges/rivals.js';
import { baselineOf, isMoving, judged, targetOf } from './judges/siteward.js';
import { type Pairing, urlwatchAlarms } from './judges/urlwatch.js';
import type { Variant } from './variants/variant.js';

export interface RawPlan {
  readonly pages: readonly CorpusPage[];
  readonly variants: readonly Variant[];
  readonly seeds: number;
  /** Checks of each kind of motion on each page. */
  readonly noiseTimes: number;
  readonly urlwatch: boolean;
  readonly say: (line: string) => void;
}

export async function rawRun({ pages, variants, seeds, noiseTimes, urlwatch, say }: RawPlan): Promise<Row[]> {
  const rows: Row[] = [];
  const pairings: Pairing[] = [];
  for (const [index, page] of pages.entries()) {
    const cases = [
      ...casesOf(page, variants, seeds),
      ...noiseCasesOf(page, noiseTimes),
      ...livelyCasesOf(page, noiseTimes),
    ];
    for (const { row, pairing } of judgedCases(cases)) {
      rows.push(row);
      pairings.push(pairing);
    }
    say(`raw ${index + 1}/${pages.length} ${page.id}`);
  }
  if (!urlwatch) return rows;
  say(`urlwatch on ${pairings.length} cases`);
  const alarms = await urlwatchAlarms(pairings);
  return rows.map((row, number) => ({ ...row, urlwatch: alarms?.has(number) ?? null }));
}

function* judgedCases(cases: readonly Case[]): Generator<{ row: Row; pairing: Pairing }> {
  const baselines = new Map<string, RawBaseline>();
  for (const entry of cases) {
    const scene = entry.scene();
    if (!scene) continue;
    const known = baselines.get(entry.template) ?? rawBaseline(entry.page, entry.template);
    baselines.set(entry.template, known);
    const { baseline, before } = known;
    yield { row: rowOf(entry, scene, baseline, before), pairing: { before, after: () => entry.scene() ?? before } };
  }
}

interface RawBaseline {
  readonly baseline: Baseline;
  /** The answer simple rules compare with. */
  readonly before: Scene;
}

function rawBaseline(page: CorpusPage, template: string): RawBaseline {
  const [first, second, third] = SAMPLES.map((seed) => answer(page, template, seed));
  if (!first || !second || !third) throw new Error('a baseline needs three samples');
  const few = [rawEvidence(page, first), rawEvidence(page, second), rawEvidence(page, third)] as const;
  const more = MORE_SAMPLES.map((seed) => rawEvidence(page, answer(page, template, seed)));
  return { baseline: baselineOf(isMoving(few, urlOf(page)) ? [...few, ...more] : few), before: first };
}

function rowOf(entry: Case, scene: Scene, baseline: Baseline, before: Scene): Row {
  const { page, name, family, aim, seenIn } = entry;
  const evidence = rawEvidence(page, scene);
  const startedAt = performance.now();
  const living = judged(targetOf(urlOf(page), 'living'), baseline, evidence);
  const ms = performance.now() - startedAt;
  const asked = family === 'attack' || family === 'noise';
  const frozen = asked ? judged(targetOf(urlOf(page), 'frozen'), baseline, evidence).severity : null;
  const seen = { mode: 'raw', family, name, aim, seenIn, page: page.id } as const;
  return { ...living, ...seen, frozen, hash: hashAlarms(before, scene), pixel: null, urlwatch: null, ms };
}

export interface Quiet {
  readonly checks: number;
  readonly warnings: number;
  readonly criticals: number;
  readonly medianMs: number;
  /** Which alarms there were, most frequent first. */
  readonly codes: readonly (readonly [string, number])[];
  readonly examples: readonly string[];
  readonly hashAlarms: number;
}

/** Unchanged pages with all their noise, one look each and no second one to correct it. */
export function quietRun(pages: readonly CorpusPage[], checks: number, content: 'living' | 'frozen'): Quiet {
  const times: number[] = [];
  const alarms: { page: string; severity: string; codes: readonly string[]; summary: string }[] = [];
  let hashes = 0;
  for (const [index, page] of pages.entries()) {
    const { baseline, before } = rawBaseline(page, page.template);
    const target = targetOf(urlOf(page), content);
    const share = Math.floor(checks / pages.length) + (index < checks % pages.length ? 1 : 0);
    for (let number = 0; number < share; number += 1) {
      const scene = answer(page, page.template, `quiet ${number}`);
      if (hashAlarms(before, scene)) hashes += 1;
      const evidence = rawEvidence(page, scene);
      const startedAt = performance.now();
      const { severity, codes, summary } = judged(target, baseline, evidence);
      times.push(performance.now() - startedAt);
      if (severity === 'warning' || severity === 'critical') alarms.push({ page: page.id, severity, codes, summary });
    }
  }
  times.sort((a, b) => a - b);
  const counts = new Map<string, number>();
  for (const { codes } of alarms) for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return {
    checks: times.length,
    warnings: alarms.filter(({ severity }) => severity === 'warning').length,
    criticals: alarms.filter(({ severity }) => severity === 'critical').length,
    medianMs: times[Math.floor(times.length / 2)] ?? 0,
    codes: [...counts].sort((a, b) => b[1] - a[1]).slice(0, 10),
    examples: alarms.slice(0, 10).map(({ page, codes, summary }) => `${page}: ${codes.join(' ')} – ${summary}`),
    hashAlarms: hashes,
  };
}
