import { describe, expect, test } from 'vitest';
import type { Incident, MaintenanceWindow, Silence } from '../../src/core/model.js';
import { capped, keptBack, longestSilenceUntil, suppressionOf } from '../../src/core/suppression.js';
import { anIncident, aTransition, T0 } from '../contracts/samples.js';

const HOUR = 3_600_000;
const silence = (over: Partial<Silence> = {}): Silence => {
  return { id: 's', siteId: 'live', cause: null, by: 'Ada', reason: 'moving', from: T0, until: T0 + HOUR, ...over };
};
const window: MaintenanceWindow = { siteIds: ['live'], by: 'Bo', reason: 'new design', from: T0, until: T0 + HOUR };
const showing = (codes: string[], over: Partial<Incident> = {}): Incident => {
  const entry = { ...anIncident().diverging['live/page'], codes, diagnosis: over.diagnosis ?? 'changed' };
  return anIncident({
    diagnosis: 'changed',
    diverging: { 'live/page': entry as Incident['diverging'][string] },
    ...over,
  });
};
const NOTHING = { silences: [], windows: [] };

describe('a silence', () => {
  test.each([
    ['the site', silence(), true],
    ['another site', silence({ siteId: 'shop' }), false],
    ['the diagnosis', silence({ siteId: null, cause: 'defaced' }), true],
    ['a finding', silence({ siteId: null, cause: 'page/title-replaced' }), true],
    ['a cause key', silence({ siteId: null, cause: 'page/title-replaced=1' }), true],
    ['another cause', silence({ siteId: null, cause: 'dns/redirect' }), false],
    ['neither site nor cause', silence({ siteId: null }), false],
    ['what is over', silence({ until: T0 }), false],
    ['what has not begun', silence({ from: T0 + 1 }), false],
  ])('of %s', (_, one, holds) => {
    expect(keptBack(anIncident(), { silences: [one], windows: [] }, T0) !== null).toBe(holds);
  });

  test.each([
    ['finding', 'page/origin-added'],
    ['diagnosis', 'changed'],
    ['cause key', 'page/origin-added=1'],
  ])('of one %s hides no second cause', (_, cause) => {
    const entry = { ...anIncident().diverging['live/page'], diagnosis: 'changed', codes: ['page/origin-added'] };
    const one = { ...entry, keys: ['page/origin-added=1'] } as Incident['diverging'][string];
    const defaced = { ...one, diagnosis: 'defaced', codes: ['page/origin-added', 'page/title-replaced'] } as typeof one;
    const quiet = { silences: [silence({ siteId: null, cause })], windows: [] };
    const holds = (diverging: Incident['diverging']): boolean =>
      keptBack(anIncident({ diverging }), quiet, T0) !== null;
    expect(holds({ 'live/page': one })).toBe(true);
    expect(holds({ 'live/page': { ...defaced, keys: ['page/origin-added=1', 'page/origin-added=2'] } })).toBe(false);
    expect(holds({ 'live/page': one, 'live/dns': { ...defaced, codes: ['dns/x'], keys: ['dns/x=1'] } })).toBe(false);
    // What is over speaks no more.
    const over = { ...defaced, codes: ['dns/x'], keys: ['dns/x=1'], clearSince: T0 };
    expect(holds({ 'live/page': one, 'live/dns': over })).toBe(true);
  });

  test('lasts four hours at most, and never more than half an hour into an event', () => {
    const event = { from: T0 + HOUR, to: T0 + 3 * HOUR };
    expect(longestSilenceUntil(T0, [])).toBe(T0 + 4 * HOUR);
    expect(longestSilenceUntil(T0, [event])).toBe(T0 + HOUR + HOUR / 2);
    expect(longestSilenceUntil(T0 + 2 * HOUR, [event])).toBe(T0 + 2 * HOUR + HOUR / 2);
    expect(longestSilenceUntil(T0 + 3 * HOUR, [event])).toBe(T0 + 7 * HOUR);
    expect(longestSilenceUntil(T0, [{ from: T0 + 4 * HOUR, to: T0 + 9 * HOUR }])).toBe(T0 + 4 * HOUR);
  });

  test('says who, why and until when', () => {
    expect(suppressionOf(aTransition(), undefined, { silences: [silence()], windows: [] })).toEqual({
      incidentId: 'incident-1',
      seq: 1,
      kind: 'silence',
      actor: 'Ada',
      reason: 'moving',
      at: T0,
      until: T0 + HOUR,
    });
  });

  test('never keeps back a fault of our own, a drill, or the end of an incident', () => {
    const quiet = { silences: [silence()], windows: [] };
    expect(keptBack(anIncident({ cause: 'monitor' }), quiet, T0)).toBeNull();
    expect(keptBack(anIncident({ drill: true }), quiet, T0)).toBeNull();
    for (const change of ['resolved', 'stood-down'] as const) {
      expect(suppressionOf(aTransition(change), undefined, quiet)).toBeNull();
    }
  });
});

describe('a maintenance window', () => {
  test.each([
    ['new content', showing(['page/text-replaced']), true],
    ['a page replaced', showing(['page/replaced'], { diagnosis: 'defaced' }), true],
    ['an outage', showing([], { cause: 'availability', diagnosis: 'down' }), true],
    ['the words of an attacker', showing(['page/defacement-phrase', 'page/replaced'], { diagnosis: 'defaced' }), false],
    ['a hijack', showing(['dns/redirect'], { diagnosis: 'dns-redirected' }), false],
    ['another certificate', showing(['tls/key-changed'], { diagnosis: 'certificate-changed' }), false],
    ['another site', showing(['page/text-replaced'], { siteId: 'shop' }), false],
  ])('and %s', (_, incident, holds) => {
    expect(keptBack(incident, { silences: [], windows: [window] }, T0) !== null).toBe(holds);
    expect(keptBack(incident, { silences: [], windows: [window] }, T0 + HOUR)).toBeNull();
  });
});

describe('a hijack people know of', () => {
  const hijacked = showing(['dns/delegation-hijacked'], { diagnosis: 'delegation-hijacked' });
  const besides = (before: Incident, code: string, over: Partial<Incident> = {}): Incident => {
    const entry = { ...before.diverging['live/page'], codes: [code] } as Incident['diverging'][string];
    return { ...before, diverging: { ...before.diverging, 'live/other': entry }, seq: 2, ...over };
  };
  const withPage = (code: string, over: Partial<Incident> = {}): Incident => besides(hijacked, code, over);
  const because = (incident: Incident, before = hijacked) =>
    suppressionOf({ incident, change: 'worsened', at: T0, because: '' }, before, NOTHING)?.kind ?? null;

  test.each(['dns-redirected', 'tls-intercepted'] as const)('explains no page where it is %s', (diagnosis) => {
    // The page was fetched at the genuine address: that it differs is a second attack.
    const redirected = showing(['dns/redirect'], { diagnosis });
    expect(because(besides(redirected, 'page/replaced'), redirected)).toBeNull();
  });

  test('explains that the page differs', () => expect(because(withPage('page/replaced'))).toBe('inhibited'));
  test('explains nothing else', () => expect(because(withPage('tls/key-changed'))).toBeNull());
  test('explains nothing graver or wider', () => {
    expect(because(withPage('page/replaced', { severity: 'warning' }))).toBeNull();
    expect(because(withPage('page/replaced', { scope: 'global' }))).toBeNull();
  });
});

test('after a dozen messages only news goes out', () => {
  const load = { pages: 12, newestAt: T0 };
  expect(capped(aTransition('reminder'), load)?.kind).toBe('cap');
  for (const change of ['opened', 'worsened', 'resolved', 'escalated'] as const) {
    expect(capped(aTransition(change), load)).toBeNull();
  }
  expect(capped(aTransition('reminder'), { pages: 11, newestAt: T0 })).toBeNull();
  expect(capped(aTransition('reminder', { cause: 'monitor' }), load)).toBeNull();
});
