import { describe, expect, test } from 'vitest';
import { confirmed, nextLookAfter } from '../../src/core/confirm.js';
import type { Failure, Finding, Reading, Severity } from '../../src/core/model.js';

function finding(code: string, severity: Severity = 'critical'): Finding {
  return { code, severity, confidence: 0.9, summary: `${code} happened`, diagnosis: 'defaced' };
}

const BROKEN: Failure = { blame: 'monitor', code: 'no-browser', detail: 'There is no browser.' };
const DOWN: Failure = { blame: 'target', code: 'connect-refused', detail: 'Refused.' };

function look(findings: Finding[] = [], failures: Failure[] = []): Reading {
  return { vantage: 'local', findings, failures };
}

const EVERYDAY = { confirmAfterMs: 2_000, inEvent: false };
const EVENT = { confirmAfterMs: 2_000, inEvent: true };
const proof: Finding = { ...finding('dns/tampered'), certain: true };
const altered = look([finding('page/x')]);
const down = look([], [DOWN]);

describe('the next look', () => {
  test.each([
    ['comes at once where there was none', [], EVERYDAY, 0],
    ['is not needed after a clear one', [look()], EVERYDAY, null],
    ['is not needed after a notice', [look([finding('page/counter', 'notice')])], EVERYDAY, null],
    ['confirms a divergence', [altered], EVERYDAY, 2_000],
    ['is not needed where two agree', [altered, altered], EVERYDAY, null],
    ['is not needed after a proof', [look([proof])], EVERYDAY, null],
    ['is not needed for a notice beside a proof', [look([proof, finding('dns/x', 'notice')])], EVERYDAY, null],
    ['confirms what was seen beside a proof', [look([proof, finding('dns/x')])], EVERYDAY, 2_000],
    ['is not needed where the second is the proof', [altered, look([proof])], EVERYDAY, null],
    ['decides between two that disagree', [altered, look()], EVERYDAY, 2_000],
    ['is not needed where two diverge differently', [altered, look([finding('page/y')])], EVERYDAY, null],
    ['gives an outage more time', [down], EVERYDAY, 5_000],
    ['gives an outage a third chance', [down, down], EVERYDAY, 5_000],
    ['is not needed where three agree that it is down', [down, down, down], EVERYDAY, null],
    ['gives an outage no third chance in an event', [down, down], EVENT, null],
    ['is not needed where it is up again', [down, look()], EVERYDAY, null],
    ['makes up once for a failure of ours', [look([], [BROKEN])], EVERYDAY, 2_000],
    ['makes up only once for a failure of ours', [look([], [BROKEN]), look([], [BROKEN])], EVERYDAY, null],
    ['is never the fourth', [altered, look(), look()], EVERYDAY, null],
  ] as const)('%s', (_, looks, policy, expected) => {
    expect(nextLookAfter(looks, policy)).toBe(expected);
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

  test('what one look proved is told as what it was, though it is gone', () => {
    const reading = confirmed([look([proof, finding('dns/x')]), look(), look()], 'dns');
    expect(reading.findings).toMatchObject([
      {
        code: 'dns/tampered',
        severity: 'critical',
        confidence: 0.9,
        summary: expect.stringMatching(/gone at the next/u),
      },
      { code: 'dns/transient', severity: 'warning' },
    ]);
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
