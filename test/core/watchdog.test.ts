import { describe, expect, test } from 'vitest';
import { asSeenBy, sightBy } from '../../src/core/controls.js';
import { corroborate } from '../../src/core/corroborate.js';
import { advance } from '../../src/core/incident.js';
import type { Incident, Reading } from '../../src/core/model.js';
import {
  type Attention,
  codesToJudge,
  faultsOf,
  monitorTarget,
  monitorVerdict,
  type Pulse,
} from '../../src/core/watchdog.js';
import { aFinding, T0 } from '../contracts/samples.js';

function anAttention(over: Partial<Attention>): Attention {
  const at = { verifiedAt: T0 - 60_000, cadenceSince: T0 - 86_400_000 };
  return { targetId: 'live/page', ...at, inEvent: false, everyMs: 60_000, looksInVain: 0, ...over };
}

const HEALTHY: Pulse = {
  at: T0,
  outboxOldestAt: null,
  failing: [],
  storeProblem: null,
  lost: [],
  unverifiable: [],
  clockJumpMs: 0,
  lagMs: 0,
  blockedMs: 50,
  sights: new Map([['local', 'sighted']]),
  targets: [anAttention({})],
  roomProblem: null,
  eves: [],
};
const codes = (over: Partial<Pulse>) => faultsOf({ ...HEALTHY, ...over }).map(({ code }) => code);

describe('what is wrong with ourselves', () => {
  test.each<[string, Partial<Pulse>, readonly string[]]>([
    ['nothing', {}, []],
    ['an alert that waits a minute', { outboxOldestAt: T0 - 60_000 }, []],
    ['an alert that waits longer', { outboxOldestAt: T0 - 60_001 }, ['outbox-stuck']],
    ['a receiver that refuses', { failing: ['pager'] }, ['receiver-failing']],
    ['an alert of a time to come: the clock was set back', { outboxOldestAt: T0 + 1 }, ['outbox-stuck']],
    ['a store held up for a moment', { storeProblem: { reason: 'locked', since: T0 - 29_000 } }, []],
    ['a store that takes nothing', { storeProblem: { reason: 'disk full', since: T0 - 30_000 } }, ['store-failing']],
    ['a database set aside', { lost: ['database-1'] }, ['memory-lost']],
    ['a clock set forward', { clockJumpMs: 5_001 }, ['clock-jumped']],
    ['a clock set back', { clockJumpMs: -5_001 }, ['clock-jumped']],
    ['a clock that is kept', { clockJumpMs: 5_000 }, []],
    ['looks that begin late', { lagMs: 60_001 }, ['late']],
    ['nothing done for long', { blockedMs: 10_001 }, ['late']],
    ['a blind vantage', { sights: new Map([['local', 'blind']]) }, ['blind']],
    ['a degraded vantage, which still sees', { sights: new Map([['local', 'degraded']]) }, []],
    [
      'a target unverified for long',
      { targets: [anAttention({ verifiedAt: T0 - 600_001, everyMs: 15_000 })] },
      ['not-observed'],
    ],
    [
      'a slow target',
      { targets: [anAttention({ verifiedAt: T0 - 3_000_000, everyMs: 3_600_000, looksInVain: 5 })] },
      [],
    ],
    ['a target by calendar', { targets: [anAttention({ verifiedAt: 0, everyMs: null, looksInVain: 2 })] }, []],
    [
      'a target by calendar that three looks could not tell of',
      { targets: [anAttention({ verifiedAt: 0, everyMs: null, looksInVain: 3 })] },
      ['not-observed'],
    ],
    [
      'a target of an event unverified for two minutes',
      { targets: [anAttention({ verifiedAt: T0 - 120_001, everyMs: 15_000, inEvent: true })] },
      ['not-observed'],
    ],
    [
      'one that an event began to look at often a minute ago',
      {
        targets: [
          anAttention({ verifiedAt: T0 - 3_600_000, everyMs: 15_000, inEvent: true, cadenceSince: T0 - 60_000 }),
        ],
      },
      [],
    ],
    ['hardly any room for evidence', { roomProblem: '0.1 GiB are free' }, ['disk-low']],
    [
      'an event before which nobody held a drill',
      { eves: [{ eventId: 'summit', from: T0 + 60_000, targets: [], provenAt: T0, drilledAt: null }] },
      ['event-not-ready'],
    ],
  ])('%s', (_, over, expected) => expect(codes(over)).toEqual(expected));

  test('is critical while an event goes on, a warning otherwise', () => {
    const severities = (inEvent: boolean) =>
      faultsOf({ ...HEALTHY, roomProblem: 'full', targets: [anAttention({ inEvent })] }).map((one) => one.severity);
    expect([severities(true), severities(false)]).toEqual([['critical'], ['warning']]);
  });

  test('is one message for all baselines that are not believed, however many', () => {
    const sites = Array.from({ length: 500 }, (_, index) => `site-${index}`);
    const faults = faultsOf({ ...HEALTHY, unverifiable: sites });
    expect(faults.map(({ code, which }) => [code, which])).toEqual([['baselines-unverifiable', []]]);
    expect(faults[0]?.summary).toMatch(/site-0, .*site-9, 490 more is not believed/);
  });

  test('is no incident of the site whose record is the only thing wrong, and no recovery of it either', () => {
    const broken = { ...aFinding({ code: 'baseline/tampered', severity: 'critical' }), vantage: 'baseline' };
    const target = { ...monitorTarget('late'), id: 'live/page', siteId: 'live', kind: 'page' };
    const verdict = (...readings: Reading[]) => corroborate(readings, true);
    const record: Reading = { vantage: 'baseline', findings: [broken], failures: [] };
    const clean: Reading = { vantage: 'local', findings: [], failures: [] };
    const step = (known: readonly Incident[], ...readings: Reading[]) =>
      advance(known, verdict(...readings), target, T0, () => 'i1');
    expect(step([], clean, record)).toEqual({ incidents: [], transitions: [] });
    const attacked: Reading = { vantage: 'local', findings: [aFinding()], failures: [] };
    const open = step([], attacked, record);
    expect(open.transitions.map(({ change }) => change)).toEqual(['opened']);
    const after = step(open.incidents, clean, record);
    expect(after.transitions).toEqual([]);
    expect(after.incidents.every(({ diverging }) => diverging['live/page']?.clearSince === null)).toBe(true);
  });

  test('is an incident that opens, gets worse and ends like any other', () => {
    const known = new Map<string, Incident>();
    const told: string[] = [];
    const pulse = (at: number, over: Partial<Pulse>): void => {
      const faults = faultsOf({ ...HEALTHY, targets: [], at, ...over });
      for (const code of codesToJudge(faults, [...known.values()])) {
        const verdict = monitorVerdict(faults.find((fault) => fault.code === code));
        const step = advance([...known.values()], verdict, monitorTarget(code), at, () => 'm1');
        for (const one of step.incidents) known.set(one.id, one);
        told.push(...step.transitions.map(({ change }) => change));
      }
    };
    pulse(T0, { failing: ['pager'] });
    pulse(T0 + 10_000, { failing: ['pager'] });
    pulse(T0 + 20_000, { failing: ['pager', 'mail'] });
    for (let second = 30; second <= 120; second += 10) pulse(T0 + second * 1_000, {});
    expect(told).toEqual(['opened', 'worsened', 'resolved']);
    expect([...known.values()]).toMatchObject([{ cause: 'monitor', siteId: '_siteward', severity: 'critical' }]);
  });
});

describe('a vantage', () => {
  test.each([
    [[], 'sighted'],
    [[true, true, true, false, false], 'sighted'],
    [[true, true, false, false, false], 'degraded'],
    [[false, false, false], 'blind'],
  ] as const)('with controls %j is %s', (answered, sight) => expect(sightBy(answered)).toBe(sight));

  const down = { blame: 'target' as const, code: 'connect-timeout', detail: 'No answer.' };
  const reading: Reading = { vantage: 'local', findings: [aFinding()], failures: [] };

  test('that is blind says nothing about outages: it could not verify', () => {
    const verdict = corroborate([asSeenBy('blind', { vantage: 'local', findings: [], failures: [down] })], true);
    expect(verdict.state).toBe('unverified');
    expect(verdict.summary).toContain('local is blind');
  });

  test('that is blind still tells of what it was shown', () => {
    expect(corroborate([asSeenBy('blind', reading)], true).state).toBe('altered');
    expect(asSeenBy('sighted', { ...reading, failures: [down] }).failures).toEqual([down]);
  });
});
