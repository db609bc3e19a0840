/** Values of the vocabulary for tests: complete, plausible, and each field replaceable. */
import { alertKey } from '../../src/core/alerting.js';
import type { Alert, Change, Incident, SeenFinding, Site, Target, Transition, Verdict } from '../../src/core/model.js';
import type { Entry, VerdictRecord } from '../../src/store/store.js';

/** 2026-07-17T15:30:00Z */
export const T0 = 1_784_302_200_000;

export function aFinding(over: Partial<SeenFinding> = {}): SeenFinding {
  return {
    code: 'page/title-replaced',
    severity: 'critical',
    confidence: 0.99,
    summary: 'The title was replaced.',
    diagnosis: 'defaced',
    vantage: 'local',
    ...over,
  };
}

export function aVerdict(over: Partial<Verdict> = {}): Verdict {
  const findings = over.findings ?? [aFinding()];
  return {
    state: 'altered',
    severity: findings[0]?.severity ?? null,
    diagnosis: findings[0]?.diagnosis ?? null,
    scope: 'single',
    confidence: findings[0]?.confidence ?? null,
    findings,
    failures: [],
    seenBy: ['local'],
    notSeenBy: [],
    summary: findings[0]?.summary ?? '',
    ...over,
  };
}

export function intactVerdict(): Verdict {
  return aVerdict({
    state: 'intact',
    findings: [],
    scope: null,
    seenBy: [],
    notSeenBy: ['local'],
    summary: 'As approved.',
  });
}

export function unverifiedVerdict(): Verdict {
  return aVerdict({ state: 'unverified', findings: [], scope: null, seenBy: [], summary: 'No browser here.' });
}

export function unreachableVerdict(): Verdict {
  return aVerdict({
    state: 'unreachable',
    severity: 'critical',
    diagnosis: 'down',
    findings: [],
    failures: [{ blame: 'target', code: 'connect-refused', detail: 'Nothing listens at 127.0.0.1:443.' }],
    confidence: null,
    summary: 'Nothing listens at 127.0.0.1:443.',
  });
}

export function aTarget(kind = 'page', siteId = 'live'): Target {
  return {
    id: `${siteId}/${kind}`,
    siteId,
    kind,
    settings: {},
    schedule: { everyMs: 60_000 },
    policy: { content: 'frozen', confirmAfterMs: 0, remindEveryMs: 300_000, resolveAfterMs: 120_000, inEvent: false },
  };
}

export function aSite(over: Partial<Site> = {}): Site {
  return {
    id: 'live',
    url: 'https://event.example.org/live',
    name: 'event.example.org',
    title: 'The live stream page',
    tags: [],
    targets: [aTarget('page'), aTarget('dns')],
    receivers: [],
    ...over,
  };
}

export function anIncident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'incident-1',
    siteId: 'live',
    cause: 'integrity',
    status: 'open',
    pattern: 'steady',
    diagnosis: 'defaced',
    severity: 'critical',
    confidence: 0.99,
    scope: 'single',
    summary: 'The title was replaced.',
    diverging: {
      'live/page': {
        severity: 'critical',
        diagnosis: 'defaced',
        confidence: 0.99,
        scope: 'single',
        summary: 'The title was replaced.',
        codes: ['page/title-replaced'],
        keys: ['page/title-replaced=1'],
        witnesses: { local: 0 },
        clearSince: null,
        looks: [true],
      },
    },
    since: T0,
    updatedAt: T0,
    resolvedAt: null,
    remindedAt: null,
    acknowledged: null,
    ladder: { from: over.since ?? T0, level: 0 },
    relapses: 0,
    reopenCount: 0,
    alarms: 0,
    flapping: false,
    muted: false,
    parent: null,
    membersTold: 0,
    lines: [],
    drill: false,
    seq: 1,
    ...over,
  };
}

export function aTransition(change: Change = 'opened', over: Partial<Incident> = {}): Transition {
  const incident = anIncident(over);
  return { incident, change, at: incident.updatedAt, because: 'page/title-replaced' };
}

export function anAlert(transition: Transition = aTransition(), receiver = 'ops-mail'): Alert {
  return { key: alertKey(transition, receiver), receiver, reason: 'a route sends critical incidents here', transition };
}

export function aRecord(over: Partial<VerdictRecord> = {}): VerdictRecord {
  return {
    targetId: 'live/page',
    siteId: 'live',
    kind: 'page',
    at: T0,
    tookMs: 1_200,
    verdict: aVerdict(),
    evidence: 'evidence/live/1',
    ...over,
  };
}

/** A transition with its incident and one alert per receiver. */
export function anEntry(transition: Transition = aTransition(), over: Partial<Entry> = {}): Entry {
  return {
    verdict: aRecord({ at: transition.at }),
    incidents: [transition.incident],
    transitions: [transition],
    alerts: [anAlert(transition)],
    ...over,
  };
}
