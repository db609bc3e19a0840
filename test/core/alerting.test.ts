import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertKey, type Directory, dueAlerts as due, type SeverityRoute } from '../../src/core/alerting.js';
import type { Alert, Change, Incident, Severity, Site, Transition } from '../../src/core/model.js';
import { aSite, aTransition } from '../contracts/samples.js';

const routes = [
  { severity: 'critical' as const, to: ['pager', 'ops-mail'] },
  { severity: 'warning' as const, to: ['ops-mail'] },
];
const told = (...receivers: string[]) => new Map([['incident-1', receivers]]);
const stepOf = (change: Change, over: Partial<Incident> = {}) => {
  const transition = aTransition(change, over);
  return { incidents: [transition.incident], transitions: [transition] };
};
const directory = (over: Partial<Directory> = {}): Directory => ({
  routes,
  ladder: [],
  failing: [],
  siteOf: () => aSite(),
  ...over,
});
const dueAlerts = (
  step: { readonly transitions: readonly Transition[] },
  site: Site,
  routed: readonly SeverityRoute[],
  before: ReadonlyMap<string, readonly string[]>,
): Alert[] => due(step.transitions, directory({ routes: routed, siteOf: () => site }), before);
const receivers = (alerts: readonly { receiver: string }[]) => alerts.map(({ receiver }) => receiver);

describe('an alert', () => {
  it.each([
    ['critical', ['pager', 'ops-mail']],
    ['warning', ['ops-mail']],
    ['notice', []],
  ] as const)('of a %s incident goes where exactly that severity is routed', (severity, expected) => {
    expect(receivers(dueAlerts(stepOf('opened', { severity }), aSite(), routes, told()))).toEqual(expected);
  });

  it('of a critical incident without a route takes that of the next lower severity, and says so', () => {
    const [alert] = dueAlerts(stepOf('opened'), aSite(), [{ severity: 'warning', to: ['ops-mail'] }], told());
    expect(alert?.receiver).toBe('ops-mail');
    expect(alert?.reason).toBe('there is no route for critical incidents, so they take the one for warning');
    expect(receivers(dueAlerts(stepOf('opened'), aSite(), [{ severity: 'notice', to: ['log'] }], told()))).toEqual([
      'log',
    ]);
    expect(
      dueAlerts(stepOf('opened', { severity: 'warning' }), aSite(), [{ severity: 'notice', to: ['log'] }], told()),
    ).toEqual([]);
  });

  it.each(['opened', 'suspected', 'reopened', 'transient'] as const)(
    'of %s goes to the receivers of the site instead of the routes',
    (change) => {
      const [alert, ...others] = dueAlerts(stepOf(change), aSite({ receivers: ['web-team'] }), routes, told('pager'));
      expect([alert?.receiver, others]).toEqual(['web-team', []]);
      expect(alert?.reason).toBe('the watchlist names this receiver for live');
    },
  );

  it.each(['worsened', 'relapsed', 'flapping', 'reminder', 'unmuted', 'unacknowledged'] as const)(
    'of %s goes to everybody who knows of the incident as well',
    (change) => {
      const alerts = dueAlerts(stepOf(change), aSite({ receivers: ['web-team'] }), routes, told('boss', 'web-team'));
      expect(receivers(alerts)).toEqual(['web-team', 'boss']);
    },
  );

  it('of the next step of the ladder goes to that step alone', () => {
    const ladder = [
      { severity: 'critical' as const, afterMs: 600_000, to: ['everyone'] },
      { severity: 'warning' as const, afterMs: 60_000, to: ['nobody'] },
      { severity: 'critical' as const, afterMs: 300_000, to: ['lead'] },
    ];
    const second = stepOf('escalated', { ladder: { from: 0, level: 2 } });
    const first = stepOf('escalated', { ladder: { from: 0, level: 1 } });
    expect(receivers(due(first.transitions, directory({ ladder }), told()))).toEqual(['lead']);
    expect(receivers(due(second.transitions, directory({ ladder }), told()))).toEqual(['everyone']);
  });

  it('of a fault of our own goes not to the receiver that takes nothing', () => {
    const fault = stepOf('opened', { cause: 'monitor', siteId: '_siteward' });
    expect(receivers(due(fault.transitions, directory({ failing: ['pager'] }), told()))).toEqual(['ops-mail']);
    const attack = stepOf('opened');
    expect(receivers(due(attack.transitions, directory({ failing: ['pager'] }), told()))).toContain('pager');
  });

  it('is not made where a person took it, or for what is announced to others', () => {
    expect(dueAlerts(stepOf('acknowledged'), aSite(), routes, told('pager'))).toEqual([]);
    expect(dueAlerts(stepOf('announced'), aSite(), routes, told('pager'))).toEqual([]);
  });

  it('that somebody took it goes to what was told of it and would ring on, and to nobody else', () => {
    const { transitions } = stepOf('acknowledged');
    const heeding = directory({ heedTaking: ['pager', 'hook'] });
    expect(receivers(due(transitions, heeding, told('pager', 'ops-mail')))).toEqual(['pager']);
    expect(due(transitions, heeding, told('ops-mail'))).toEqual([]);
  });

  it('of the end goes to everybody who was told of the incident, and to nobody else', () => {
    const alerts = dueAlerts(stepOf('resolved'), aSite({ receivers: ['web-team'] }), routes, told('boss', 'ops-mail'));
    expect(receivers(alerts)).toEqual(['boss', 'ops-mail']);
    expect(alerts[0]?.reason).toBe('told of this incident before');
    expect(dueAlerts(stepOf('resolved'), aSite(), routes, new Map())).toEqual([]);
  });

  it('goes once to a receiver that several routes name', () => {
    const twice = [...routes, { severity: 'critical' as const, to: ['pager'] }];
    expect(receivers(dueAlerts(stepOf('opened'), aSite(), twice, told()))).toEqual(['pager', 'ops-mail']);
  });

  it('carries the transition it was made from', () => {
    const step = stepOf('opened');
    expect(dueAlerts(step, aSite(), routes, told())[0]?.transition).toBe(step.transitions[0]);
  });
});

describe('the key of an alert', () => {
  const change = fc.constantFrom<Change>('opened', 'worsened', 'reminder', 'resolved');
  const name = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
  const alert = fc.record({ id: name, seq: fc.nat(5), change, receiver: name });

  it('is the same for the same incident, number, change and receiver, and different for any other', () => {
    fc.assert(
      fc.property(alert, alert, fc.constantFrom<Severity>('warning', 'critical'), (a, b, severity) => {
        const key = (of: typeof a, over: Partial<Incident> = {}) =>
          alertKey(aTransition(of.change, { id: of.id, seq: of.seq, ...over }), of.receiver);
        expect(key(a)).toMatch(/^[0-9a-f]{64}$/);
        expect(key(a, { severity, summary: 'Other words.' })).toBe(key(a));
        expect(key(a) === key(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('does not change between versions: what waits in an outbox keeps its key', () => {
    expect(alertKey(aTransition(), 'ops-mail')).toBe(
      '19073b9c35b76e88c697097391b005d9c43e0438633c07307cdc8e24cb6ec0bd',
    );
  });
});
