/**
 * Every folder here is something that happened: what was approved, what was seen (both as `siteward baseline` writes
 * them) and what must be said of it. A false alarm or a missed attack from the field becomes a folder.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { judge } from '../../src/checks/check.js';
import { CHECKS, checkOf } from '../../src/checks/index.js';
import { loadConfig } from '../../src/config/load.js';
import { corroborate, summarizeSite } from '../../src/core/corroborate.js';
import { NOTIFIERS } from '../../src/notify/index.js';
import { openBaselines } from '../../src/store/baselines.js';

const HERE = import.meta.dirname;
const scenarios = readdirSync(HERE, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

const expectedSchema = z.strictObject({
  state: z.string(),
  severity: z.string().nullable(),
  diagnosis: z.string().nullable(),
  /** Codes that must be among the findings. */
  findings: z.array(z.string()),
});

test('there are scenarios', () => {
  expect(scenarios.length).toBeGreaterThan(1);
});

test.each(scenarios)('%s', async (name) => {
  const folder = join(HERE, name);
  const expected = expectedSchema.parse(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')));
  const loaded = await loadConfig({ dir: folder, checks: CHECKS, notifiers: NOTIFIERS, env: {} });
  const [site] = 'config' in loaded ? loaded.config.sites : [];
  if (!site) throw new Error(`${folder}/watchlist.yaml holds no site`);
  const baselines = openBaselines(join(folder, 'baselines'), CHECKS);
  const approved = await baselines.read(site.id);
  const seen = await baselines.candidate(site.id);
  expect([approved.tampered, seen?.tampered]).toEqual([[], []]);
  const verdicts = [...(seen?.candidates.values() ?? [])].map(({ kind, version, evidence, at }) => {
    const target = site.targets.find((candidate) => candidate.kind === kind);
    if (!target) throw new Error(`${site.id} has no ${kind} check`);
    const baseline = approved.baselines.get(kind) ?? null;
    const outcome = { ok: true as const, evidence };
    const observation = { targetId: target.id, kind, version, vantage: 'scenario', at, tookMs: 0, outcome };
    return corroborate([judge(checkOf(kind), target, observation, baseline)], baseline !== null);
  });
  const { state, severity, diagnosis } = summarizeSite(verdicts);
  expect({ state, severity, diagnosis }).toEqual({
    state: expected.state,
    severity: expected.severity,
    diagnosis: expected.diagnosis,
  });
  const codes = verdicts.flatMap((verdict) => verdict.findings.map((finding) => finding.code));
  expect(codes).toEqual(expect.arrayContaining(expected.findings));
});
