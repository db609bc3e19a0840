import { describe, expect, test } from 'vitest';
import { corroborate, summarizeSite, worstFirst } from '../../src/core/corroborate.js';
import type { Diagnosis, Failure, Finding, Reading, Severity, Verdict } from '../../src/core/model.js';

function finding(severity: Severity, diagnosis: Diagnosis = 'defaced', confidence = 0.9): Finding {
  return { code: `page/${diagnosis}`, severity, confidence, summary: `${diagnosis}.`, diagnosis };
}

function reading(vantage: string, findings: Finding[] = [], failures: Failure[] = []): Reading {
  return { vantage, findings, failures };
}

const DOWN: Failure = { blame: 'target', code: 'connect-refused', detail: 'The server refused.' };
const BLIND: Failure = { blame: 'monitor', code: 'no-browser', detail: 'No browser.' };

describe('corroborate', () => {
  test('a matching page with an approved baseline is intact', () => {
    expect(corroborate([reading('a')], true)).toMatchObject({ state: 'intact', severity: null, diagnosis: null });
  });

  test('without a baseline nothing is green', () => {
    const verdict = corroborate([reading('a')], false);
    expect(verdict).toMatchObject({ state: 'unverified', severity: null, diagnosis: null });
    expect(verdict.failures.map((failure) => failure.code)).toEqual(['no-baseline']);
  });

  test('what is wrong in itself is told even without a baseline', () => {
    expect(corroborate([reading('a', [finding('critical')])], false).state).toBe('altered');
  });

  test('notices are kept and alarm nobody', () => {
    const verdict = corroborate([reading('a', [finding('notice', 'changed')])], true);
    expect(verdict).toMatchObject({ state: 'intact', severity: 'notice', diagnosis: null, confidence: null });
    expect(verdict.findings).toHaveLength(1);
  });

  test('a look that failed on our side is never green and never the target’s fault', () => {
    expect(corroborate([reading('a', [], [BLIND])], true)).toMatchObject({
      state: 'unverified',
      diagnosis: 'monitor-fault',
      summary: 'No browser.',
    });
  });

  test('nobody looked: unverified', () => {
    expect(corroborate([], true).state).toBe('unverified');
  });

  test('a target that does not answer is unreachable, whatever else failed', () => {
    const verdict = corroborate([reading('a', [], [BLIND, DOWN])], true);
    expect(verdict).toMatchObject({ state: 'unreachable', severity: 'critical', diagnosis: 'down' });
  });

  test('a failure that names its cause names the diagnosis', () => {
    expect(corroborate([reading('a', [], [{ ...DOWN, diagnosis: 'denied' }])], true).diagnosis).toBe('denied');
  });

  test('an alteration outranks a failure beside it', () => {
    expect(corroborate([reading('a', [finding('warning')], [DOWN, BLIND])], true).state).toBe('altered');
  });

  test('one vantage is enough to alert, and the scope is only a label', () => {
    const regional = corroborate([reading('a', [finding('critical')]), reading('b')], true);
    expect(regional).toMatchObject({ state: 'altered', scope: 'regional', seenBy: ['a'], notSeenBy: ['b'] });
    expect(corroborate([reading('a', [finding('critical')])], true).scope).toBe('single');
    const everywhere = [reading('a', [finding('critical')]), reading('b', [finding('critical')])];
    expect(corroborate(everywhere, true).scope).toBe('global');
    // The record of what was approved is no place to look from.
    const besides = [reading('a', [finding('critical')]), reading('baseline', [finding('critical')])];
    expect(corroborate(besides, true).scope).toBe('single');
  });

  test('of equally severe findings the most specific cause names the verdict', () => {
    const findings = [finding('critical', 'changed', 1), finding('critical', 'dns-redirected', 0.8), finding('notice')];
    expect(corroborate([reading('a', findings)], true)).toMatchObject({ diagnosis: 'dns-redirected', confidence: 0.8 });
    expect([...findings].sort(worstFirst).map((f) => f.diagnosis)).toEqual(['dns-redirected', 'changed', 'defaced']);
  });
});

describe('summarizeSite', () => {
  const intact: Verdict = corroborate([reading('a')], true);
  const warning = corroborate([reading('a', [finding('warning', 'changed')])], true);
  const critical = corroborate([reading('a', [finding('critical', 'dns-redirected')])], true);
  const down = corroborate([reading('a', [], [DOWN])], true);
  const blind = corroborate([reading('a', [], [BLIND])], true);

  test('the worst target speaks for the site', () => {
    expect(summarizeSite([intact, critical, warning])).toMatchObject({ state: 'altered', diagnosis: 'dns-redirected' });
    expect(summarizeSite([intact, blind])).toMatchObject({ state: 'unverified', diagnosis: 'monitor-fault' });
    expect(summarizeSite([down, blind])).toMatchObject({ state: 'unreachable', severity: 'critical' });
    expect(summarizeSite([intact, intact])).toMatchObject({ state: 'intact', summary: 'As approved.' });
  });

  test('a site that cannot be reached beside a mild change is still critical', () => {
    expect(summarizeSite([warning, down]).severity).toBe('critical');
  });

  test('a site without checks is not green', () => {
    expect(summarizeSite([]).state).toBe('unverified');
  });
});
