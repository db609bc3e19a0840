import { describe, expect, test } from 'vitest';
import { confirmed, needsAnotherLook } from '../../src/core/confirm.js';
import type { Failure, Finding, Reading, Severity } from '../../src/core/model.js';

function finding(code: string, severity: Severity = 'critical'): Finding {
  return { code, severity, confidence: 0.9, summary: `${code} happened`, diagnosis: 'defaced' };
}

const BROKEN: Failure = { blame: 'monitor', code: 'no-browser', detail: 'There is no browser.' };
const DOWN: Failure = { blame: 'target', code: 'connect-refused', detail: 'Refused.' };

function look(findings: Finding[] = [], failures: Failure[] = []): Reading {
  return { vantage: 'local', findings, failures };
}

describe('needsAnotherLook', () => {
  test('one clear look is enough', () => {
    expect(needsAnotherLook([])).toBe(true);
    expect(needsAnotherLook([look()])).toBe(false);
    expect(needsAnotherLook([look([finding('page/counter', 'notice')])])).toBe(false);
  });

  test('a divergence and a failure are both looked at again', () => {
    expect(needsAnotherLook([look([finding('page/x')])])).toBe(true);
    expect(needsAnotherLook([look([], [DOWN])])).toBe(true);
  });

  test('two looks that agree are enough, two that disagree are not', () => {
    expect(needsAnotherLook([look([finding('page/x')]), look([finding('page/x')])])).toBe(false);
    expect(needsAnotherLook([look([finding('page/x')]), look()])).toBe(true);
    expect(needsAnotherLook([look([finding('page/x')]), look(), look()])).toBe(false);
  });
});

describe('confirmed', () => {
  test('a divergence seen twice is told as it is', () => {
    const reading = confirmed([look([finding('page/x')]), look([finding('page/x')])], 'page');
    expect(reading.findings).toEqual([finding('page/x')]);
  });

  test('a page that shows another defacement at every look is told, not averaged away', () => {
    const reading = confirmed([look([finding('page/x')]), look([finding('page/y')])], 'page');
    expect(reading.findings.map((f) => f.severity)).toEqual(['critical', 'critical']);
  });

  test('a look that could not be made does not take back what another saw', () => {
    const reading = confirmed([look([finding('page/x')]), look([], [BROKEN])], 'page');
    expect(reading.findings).toEqual([finding('page/x')]);
    expect(reading.failures).toEqual([BROKEN]);
  });

  test('what was seen once and then gone is a transient, one step milder, never nothing', () => {
    const reading = confirmed([look([finding('page/x')]), look(), look()], 'page');
    expect(reading.findings).toMatchObject([{ code: 'page/transient', severity: 'warning' }]);
    expect(reading.findings[0]?.summary).toContain('page/x happened');
  });

  test('what was seen once without certainty is kept as a notice: a hiccup tells nobody', () => {
    const unsure: Finding = { ...finding('dns/unresolvable'), confidence: 0.8 };
    const reading = confirmed([look([unsure]), look(), look()], 'dns');
    expect(reading.findings).toMatchObject([{ code: 'dns/transient', severity: 'notice' }]);
  });

  test('a defacement served to two visitors in three is confirmed', () => {
    const reading = confirmed([look([finding('page/x')]), look(), look([finding('page/x')])], 'page');
    expect(reading.findings).toEqual([finding('page/x')]);
  });

  test('a failure the next look did not have is over, a lasting one stays', () => {
    expect(confirmed([look([], [DOWN]), look()], 'page').failures).toEqual([]);
    expect(confirmed([look([], [DOWN]), look([], [DOWN])], 'page').failures).toEqual([DOWN]);
  });

  test('notices are those of the last look', () => {
    const reading = confirmed([look([finding('a', 'notice')], [DOWN]), look([finding('b', 'notice')])], 'page');
    expect(reading.findings.map((f) => f.code)).toEqual(['b']);
  });
});
