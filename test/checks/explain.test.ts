import { describe, expect, it } from 'vitest';
import { type Check, judge } from '../../src/checks/check.js';
import { type Explanation, explain } from '../../src/checks/explain.js';
import { CHECKS, checkOf } from '../../src/checks/index.js';
import type { Baseline, Observation } from '../../src/core/model.js';
import { target } from '../cli/report/sample.js';
import { answer, BLOCK_PAGE, evidence, GOOD, REFERENCES, reply, SETTINGS } from './dns/sample.js';
import { GENUINE, lookAt, settingsFor } from './page/looks.js';

function seen(kind: string, actual: unknown): Observation {
  const outcome = { ok: true as const, evidence: actual };
  return { targetId: `live/${kind}`, kind, version: 1, vantage: 'local', at: 0, tookMs: 0, outcome };
}

function approved(kind: string, accepted: unknown): Baseline {
  return { targetId: `live/${kind}`, accepted: [{ version: 1, evidence: accepted, at: 0, by: 'test', note: '' }] };
}

function explained(kind: string, actual: unknown, accepted: unknown, settings: unknown): Explanation {
  return explain(checkOf(kind), { ...target('live', kind), settings }, seen(kind, actual), approved(kind, accepted));
}

const living = settingsFor('living');
const codesOf = (findings: readonly { code: string }[]) => findings.map(({ code }) => code);

describe('the explanation of a verdict', () => {
  it.each(CHECKS.map((check) => [check.kind, check] as const))('is written for every comparer of %s', (_, check) => {
    // Whoever adds a comparer says in the kind's explained.ts what it asks, when it speaks and what it measures.
    expect(Object.keys(check.explained ?? {}).sort()).toEqual(check.comparers.map(({ name }) => name).sort());
  });

  it('names what every comparer went by, and what would have to differ for the quiet ones', () => {
    const { comparers, findings, rule } = explained('page', lookAt(), lookAt(), living);
    expect([findings, rule?.name]).toEqual([[], 'edited']);
    for (const { name, asks, speaks, measures, findings: own } of comparers) {
      expect([name, own]).toEqual([name, []]);
      expect(Math.min(asks.length, speaks.length), name).toBeGreaterThan(10);
      // Of a page no other body is compared than its HTML.
      expect([name, measures.length > 0]).toEqual([name, name !== 'body']);
    }
    expect(comparers.find(({ name }) => name === 'text')?.measures).toEqual([
      { where: 'raw', what: 'text', value: 'as accepted, word for word' },
      { where: 'desktop', what: 'text', value: 'as accepted, word for word' },
    ]);
    expect(comparers.find(({ name }) => name === 'text')?.speaks).toContain('less than 20 %');
  });

  it('says of a defacement who spoke, which rule weighed it, what that left out and which weights it went by', () => {
    const html = '<!doctype html><title>Hacked by X</title><h1>HACKED BY X</h1><p>we own your server</p>';
    const { comparers, rule, findings, dropped, weights } = explained('page', lookAt({ html }), lookAt(), living);
    const spoke = comparers.filter((comparer) => comparer.findings.length > 0).map(({ name }) => name);
    expect(spoke).toEqual(expect.arrayContaining(['title', 'text', 'structure', 'signatures']));
    expect(rule).toMatchObject({ name: 'replaced', because: expect.stringContaining('references are gone') });
    expect(codesOf(findings)).toContain('page/replaced');
    expect(codesOf(dropped)).toContain('page/structure-replaced');
    expect(weights.find(({ code }) => code === 'page/title-replaced')?.weights).toEqual({
      living: 'critical',
      frozen: 'critical',
      confidence: 0.85,
    });
    const measured = comparers.find(({ name }) => name === 'title')?.measures[0];
    expect(measured).toMatchObject({ what: 'title (replaced)', value: expect.stringContaining('→ “Hacked by X”') });
  });

  it('comes to the same findings as the judgement it explains', () => {
    const edited = GENUINE.replace('ninety countries', 'eighty countries').replace('/assets/app', '//evil.example/app');
    const [actual, accepted] = [lookAt({ html: edited }), lookAt()];
    const check = checkOf('page');
    const where = { ...target('live', 'page'), settings: living };
    const reading = judge(check, where, seen('page', actual), approved('page', accepted));
    expect(explained('page', actual, accepted, living).findings).toEqual(reading.findings);
    expect(reading.findings.length).toBeGreaterThan(0);
  });

  it('gives the rung of the ladder each resolver stands on, and why', () => {
    const lied = evidence([
      ...REFERENCES,
      answer('isp', 'A', [reply([BLOCK_PAGE])]),
      answer('uni', 'A', [reply([GOOD])]),
    ]);
    const { comparers } = explained('dns', lied, evidence(REFERENCES), SETTINGS);
    const rungs = comparers.find(({ name }) => name === 'resolvers')?.measures ?? [];
    expect(rungs.find(({ where }) => where.includes('isp'))).toMatchObject({
      what: expect.stringMatching(/^REDIRECT_BOGON \(\d+ %\)$/),
      value: expect.stringContaining(BLOCK_PAGE),
    });
    expect(rungs.find(({ where }) => where.includes('uni'))).toMatchObject({
      what: 'CONSISTENT_IP (99 %)',
      value: expect.stringContaining('the reference resolvers give it too'),
    });
  });

  it('is not lost to evidence that breaks one comparer', () => {
    const [first, ...rest] = checkOf('page').comparers;
    const broken = {
      name: first?.name ?? '',
      compare: () => {
        throw new Error('hostile');
      },
    };
    const check: Check = { ...checkOf('page'), comparers: [broken, ...rest] };
    const where = { ...target('live', 'page'), settings: living };
    const { comparers, failures } = explain(check, where, seen('page', lookAt()), approved('page', lookAt()));
    expect(comparers).toHaveLength(rest.length + 1);
    expect(failures).toMatchObject([{ blame: 'monitor', code: 'internal-error' }]);
  });

  it('of a look that showed nothing is the failure', () => {
    const failure = { blame: 'target', code: 'connect-refused', detail: 'It refused.' } as const;
    const look: Observation = { ...seen('page', null), outcome: { ok: false, failure } };
    const { comparers, failures } = explain(checkOf('page'), target('live', 'page'), look, null);
    expect([comparers, failures]).toEqual([[], [failure]]);
  });
});
