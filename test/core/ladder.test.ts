import { describe, expect, test } from 'vitest';
import { acknowledge, close, tick } from '../../src/core/ladder.js';
import type { Incident, Policy } from '../../src/core/model.js';
import { anIncident, aTarget, T0 } from '../contracts/samples.js';

const MINUTE = 60_000;
const EVERYDAY: Policy = { ...aTarget().policy, remindEveryMs: null };
const EVENT: Policy = { ...EVERYDAY, inEvent: true };
const ladder = [
  { severity: 'critical' as const, afterMs: 10 * MINUTE, to: ['everyone'] },
  { severity: 'critical' as const, afterMs: 5 * MINUTE, to: ['lead'] },
];

/** What happens to the incident by itself until then: `minute change`. */
function untold(incident: Incident, policy: Policy, minutes: number, steps = ladder): string[] {
  const told: string[] = [];
  let current = incident;
  for (let second = 0; second <= minutes * 60; second += 10) {
    const { incidents, transitions } = tick(current, policy, steps, false, T0 + second * 1_000);
    current = incidents[0] ?? current;
    told.push(...transitions.map(({ change }) => `${Math.floor(second / 60)} ${change}`));
  }
  return told;
}

describe('what time does to an incident', () => {
  test('everyday: the ladder, then reminders every 5 minutes, after half an hour every 15', () => {
    expect(untold(anIncident(), EVERYDAY, 75)).toEqual([
      '5 escalated',
      '10 escalated',
      '15 reminder',
      '20 reminder',
      '25 reminder',
      '40 reminder',
      '55 reminder',
      '70 reminder',
    ]);
  });

  test('goes on after the clock was set back by a day, as from then', () => {
    const ahead = T0 + 24 * 60 * MINUTE;
    const told = anIncident({ since: ahead, remindedAt: ahead });
    expect(untold(told, EVERYDAY, 16)).toEqual(['5 escalated', '10 escalated', '15 reminder']);
    const taken = { ...told, acknowledged: { by: 'Ada', at: ahead, until: ahead + 60 * MINUTE } };
    expect(untold(taken, EVERYDAY, 61)).toEqual(['60 unacknowledged']);
    // Somebody decided in the same moment: that is no clock set back, and takes nothing from the ladder's time.
    const [now] = tick(
      { ...anIncident(), remindedAt: T0 + 6 * MINUTE + 5 },
      EVERYDAY,
      ladder,
      false,
      T0 + 6 * MINUTE,
    ).incidents;
    expect(now?.ladder).toEqual({ from: T0, level: 1 });
  });

  test('in an event everything comes sooner', () => {
    expect(untold(anIncident(), EVENT, 8)).toEqual(['2 escalated', '4 escalated', '6 reminder', '8 reminder']);
  });

  test('the watchlist may say how often', () => {
    expect(untold(anIncident(), { ...EVERYDAY, remindEveryMs: 20 * MINUTE }, 45, [])).toEqual([
      '20 reminder',
      '40 reminder',
    ]);
  });

  test('somebody has it: silence for an hour, then it is nobody’s and the ladder begins anew', () => {
    const [taken] = acknowledge(anIncident(), 'Ada', EVERYDAY, T0).incidents;
    expect(taken?.acknowledged).toEqual({ by: 'Ada', at: T0, until: T0 + 60 * MINUTE });
    expect(untold(taken as Incident, EVERYDAY, 66)).toEqual(['60 unacknowledged', '65 escalated']);
    const [inEvent] = acknowledge(anIncident(), 'Ada', EVENT, T0).incidents;
    expect(untold(inEvent as Incident, EVENT, 21)).toEqual(['20 unacknowledged']);
  });

  test.each([
    ['a warning', anIncident({ severity: 'warning' })],
    ['what is over', anIncident({ status: 'resolved' })],
    ['what a group speaks for', anIncident({ parent: 'group' })],
  ])('nobody is reminded of %s', (_, incident) => {
    expect(untold(incident, EVERYDAY, 300)).toEqual([]);
  });

  test('what recovers is told of once an hour, and nobody else is asked', () => {
    expect(untold(anIncident({ status: 'recovering' }), EVERYDAY, 125)).toEqual(['60 reminder', '120 reminder']);
  });

  test.each([
    ['everyday', EVERYDAY, 29_999, 30_000],
    ['in an event', EVENT, 9_999, 10_000],
  ])('a suspicion whose next look is overdue is told as an incident %s', (_, policy, before, after) => {
    const suspected = anIncident({ status: 'suspected' });
    expect(tick(suspected, policy, [], false, T0 + before).transitions).toEqual([]);
    const [opened] = tick(suspected, policy, [], false, T0 + after).transitions;
    expect(opened).toMatchObject({ change: 'opened', incident: { status: 'open' } });
  });

  test('what was kept back is told when nothing keeps it back any more', () => {
    const muted = anIncident({ muted: true });
    expect(tick(muted, EVERYDAY, [], true, T0 + 1_000).transitions).toEqual([]);
    const [told] = tick(muted, EVERYDAY, [], false, T0 + 1_000).transitions;
    expect(told).toMatchObject({ change: 'unmuted', incident: { muted: false } });
  });

  test('a drill that was left open ends by itself', () => {
    const drill = anIncident({ drill: true });
    expect(untold(drill, EVERYDAY, 9)).toEqual([]);
    expect(tick(drill, EVERYDAY, [], false, T0 + 10 * MINUTE).transitions[0]?.change).toBe('resolved');
  });
});

test('a person may close what no witness can end any more, with a reason that is kept', () => {
  const [closed] = close(anIncident(), 'Ada', 'the vantage was sold', T0 + 1).transitions;
  expect(closed).toMatchObject({ change: 'resolved', because: 'Ada closed it: the vantage was sold' });
  expect(close(anIncident({ status: 'resolved' }), 'Ada', 'again', T0 + 1).transitions).toEqual([]);
  expect(acknowledge(anIncident({ status: 'resolved' }), 'Ada', EVERYDAY, T0 + 1).transitions).toEqual([]);
});
