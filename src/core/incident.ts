/**
 * Verdicts into incidents: one per site and cause, fed by all the site's targets. Pure.
 *
 * While a target diverges its entry in the incident only gets worse, so a divergence that comes and goes inside one
 * incident is told once; a look that shows the target as approved takes the entry away. `unverified` changes nothing:
 * our own outage must look neither like an attack nor like recovery.
 */
import { isGrave } from './corroborate.js';
import {
  type Cause,
  type Change,
  DIAGNOSES,
  type Diagnosis,
  type DivergingTarget,
  type Incident,
  type Policy,
  type Scope,
  SEVERITIES,
  type Severity,
  type Target,
  type Transition,
  type Verdict,
} from './model.js';

/** What one verdict, or time, did to the incidents. */
export interface Step {
  /** Every incident that is not as it was, in its new state. */
  readonly incidents: readonly Incident[];
  /** What somebody is told of, in order. */
  readonly transitions: readonly Transition[];
}

const NOTHING: Step = { incidents: [], transitions: [] };

/**
 * The incidents after one verdict on one target.
 * @param open the site's open incidents; others are ignored.
 * @param newId makes the id of an incident that opens.
 */
export function advance(
  open: readonly Incident[],
  verdict: Verdict,
  target: Target,
  at: number,
  newId: () => string,
): Step {
  const ofCause = (cause: Cause): Incident | undefined =>
    open.find((one) => one.siteId === target.siteId && one.cause === cause && one.status === 'open');
  const integrity = ofCause('integrity');
  const availability = ofCause('availability');
  switch (verdict.state) {
    case 'unverified':
      return NOTHING;
    case 'intact':
      return joined(cleared(integrity, target.id, at), cleared(availability, target.id, at));
    case 'altered':
      // It answered, so it is not down, whatever it answered.
      return joined(diverged(integrity, 'integrity', verdict, target, at, newId), cleared(availability, target.id, at));
    case 'unreachable':
      // Nothing was seen, so an alteration seen before is not known to be gone.
      return diverged(availability, 'availability', verdict, target, at, newId);
  }
}

/** The reminder that is due for an open critical incident, or nothing. */
export function remind(incident: Incident, policy: Policy, at: number): Step {
  const lastTold = incident.remindedAt ?? incident.since;
  const isDue = at - lastTold >= policy.remindEveryMs;
  if (incident.status !== 'open' || incident.severity !== 'critical' || !isDue) return NOTHING;
  const because = `still open, last told ${Math.round((at - lastTold) / 60_000)} min ago`;
  return told({ ...incident, remindedAt: at }, 'reminder', at, because);
}

/** Takes targets that are no longer watched out of the open incidents: nothing could ever clear them again. */
export function withdraw(open: readonly Incident[], watched: ReadonlySet<string>, at: number): Step {
  return joined(
    ...open.map((incident) => {
      const gone = Object.keys(incident.diverging).filter((id) => !watched.has(id));
      return gone.length === 0 ? NOTHING : without(incident, gone, at, `${gone.join(', ')} is no longer watched`);
    }),
  );
}

function diverged(
  current: Incident | undefined,
  cause: Cause,
  verdict: Verdict,
  target: Target,
  at: number,
  newId: () => string,
): Step {
  const seen = divergence(verdict);
  if (seen.severity === 'notice') return NOTHING;
  const before = current?.diverging[target.id];
  const diverging = { ...current?.diverging, [target.id]: before ? worseOf(before, seen) : seen };
  const headline = { ...headlineOf(seen, Object.values(diverging)), diverging, updatedAt: at };
  if (!current) return told(opening(newId(), target.siteId, cause, headline, at), 'opened', at, openedBecause(seen));
  const next: Incident = { ...current, ...headline };
  const news = newsBetween(current, next);
  if (news.length === 0) return { incidents: [next], transitions: [] };
  return told({ ...next, remindedAt: at }, 'worsened', at, news.join('; '));
}

function opening(
  id: string,
  siteId: string,
  cause: Cause,
  headline: Headline & Pick<Incident, 'diverging' | 'updatedAt'>,
  at: number,
): Incident {
  return { id, siteId, cause, status: 'open', ...headline, since: at, resolvedAt: null, remindedAt: null, seq: 0 };
}

function openedBecause(seen: DivergingTarget): string {
  return seen.codes.length > 0 ? seen.codes.join(', ') : seen.diagnosis;
}

function cleared(current: Incident | undefined, targetId: string, at: number): Step {
  return current && targetId in current.diverging
    ? without(current, [targetId], at, `${targetId} is as approved again`)
    : NOTHING;
}

function without(current: Incident, targetIds: readonly string[], at: number, because: string): Step {
  const diverging = Object.fromEntries(Object.entries(current.diverging).filter(([id]) => !targetIds.includes(id)));
  const [first, ...others] = Object.values(diverging);
  if (first) {
    const next = { ...current, ...headlineOf(first, others), diverging, updatedAt: at };
    return { incidents: [next], transitions: [] };
  }
  const resolved: Incident = { ...current, status: 'resolved', diverging, updatedAt: at, resolvedAt: at };
  return told(resolved, 'resolved', at, because);
}

function told(incident: Incident, change: Change, at: number, because: string): Step {
  const next: Incident = { ...incident, seq: incident.seq + 1 };
  return { incidents: [next], transitions: [{ incident: next, change, at, because }] };
}

function joined(...steps: readonly Step[]): Step {
  return {
    incidents: steps.flatMap((step) => step.incidents),
    transitions: steps.flatMap((step) => step.transitions),
  };
}

// ------------------------------------------------------- what it comes to

function divergence(verdict: Verdict): DivergingTarget {
  const isDown = verdict.state === 'unreachable';
  return {
    severity: verdict.severity ?? (isDown ? 'critical' : 'notice'),
    diagnosis: verdict.diagnosis ?? (isDown ? 'down' : 'changed'),
    confidence: verdict.confidence,
    scope: verdict.scope,
    summary: verdict.summary,
    codes: [...new Set(verdict.findings.filter(isGrave).map((finding) => finding.code))].sort(),
  };
}

/** What it shows now, in the worst light it was seen in since it began to diverge. */
function worseOf(before: DivergingTarget, now: DivergingTarget): DivergingTarget {
  const worst = worseFirst(now, before);
  return {
    severity: worst.severity,
    diagnosis: worst.diagnosis,
    confidence: now.confidence,
    scope: widerOf(before.scope, now.scope),
    summary: now.summary,
    codes: [...new Set([...before.codes, ...now.codes])].sort(),
  };
}

type Headline = Pick<Incident, 'diagnosis' | 'severity' | 'confidence' | 'scope' | 'summary'>;

function headlineOf(first: DivergingTarget, others: readonly DivergingTarget[]): Headline {
  const { diagnosis, severity, confidence, summary } = others.reduce(worseFirst, first);
  const scope = others.map((one) => one.scope).reduce(widerOf, first.scope);
  return { diagnosis, severity, confidence, scope, summary };
}

/** The worse of the two: by severity, then by how specific the cause is; the first where they are equal. */
function worseFirst(a: DivergingTarget, b: DivergingTarget): DivergingTarget {
  const difference = rankOf(a.severity) - rankOf(b.severity) || specificity(a.diagnosis) - specificity(b.diagnosis);
  return difference > 0 ? b : a;
}

/** Everything about the next state that the people told of the current one do not know and must. */
function newsBetween(current: Incident, next: Incident): string[] {
  const known = new Set(Object.values(current.diverging).flatMap((one) => one.codes));
  const codes = Object.values(next.diverging).flatMap((one) => one.codes);
  const isWorse = rankOf(next.severity) < rankOf(current.severity);
  const outranks = specificity(next.diagnosis) < specificity(current.diagnosis);
  const isWider = next.scope === 'global' && current.scope !== 'global';
  return [
    ...(isWorse ? [`${next.severity}, was ${current.severity}`] : []),
    ...(outranks ? [`${next.diagnosis}, was ${current.diagnosis}`] : []),
    ...[...new Set(codes)].filter((code) => !known.has(code)).map((code) => `${code} is new`),
    ...(isWider ? ['now seen from everywhere we look'] : []),
  ];
}

/** 0 is the worst. */
function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** 0 is the most specific cause. */
function specificity(diagnosis: Diagnosis): number {
  return DIAGNOSES.indexOf(diagnosis);
}

/** Only `global` is wider than anything: `single` and `regional` both mean that one place sees it. */
function widerOf(a: Scope | null, b: Scope | null): Scope | null {
  return a === 'global' ? a : (b ?? a);
}
