/**
 * Verdicts into incidents: one per site and cause, fed by all the site's targets. Pure.
 *
 * While a target diverges its entry in the incident only gets worse, so a divergence that comes and goes inside one
 * incident is told once. An incident ends when every vantage that saw it has seen it gone for long enough
 * (recovery.ts). `unverified` changes nothing: our own outage must look neither like an attack nor like recovery.
 */

import { type Look, opening, reopened } from './beginning.js';
import { newResolvers } from './cause-keys.js';
import {
  type Headline,
  headlineOf,
  isTransientCode,
  newCodes,
  type Shown,
  type Sighting,
  sightingOf,
  worseOf,
} from './divergence.js';
import type { Cause, DivergingTarget, Incident, Policy, Target, Verdict } from './model.js';
import { cleared, flaps, isClear, isRecovered, isTargetRecovered, sighted } from './recovery.js';
import { isOfSites } from './reserved.js';
import { retold } from './retelling.js';
import { changed, isOver, joined, NOTHING, reminded, type Step, told } from './step.js';
import { REOPEN_MS, timingOf } from './timing.js';

/** Not a check of a site: Siteward's watch over itself (watchdog.ts). */
export const MONITOR_KIND = 'monitor';

/**
 * The incidents after one verdict on one target.
 * @param known the site's incidents that are not over, and those that ended less than REOPEN_MS ago.
 * @param newId makes the id of an incident that opens.
 */
export function advance(
  known: readonly Incident[],
  verdict: Verdict,
  target: Target,
  at: number,
  newId: () => string,
): Step {
  const look: Look = { known: known.filter((one) => one.siteId === target.siteId), target, at, newId };
  return joined(
    ...causesOf(target).map((cause) => {
      const sighting = sightingOf(cause, verdict);
      const current = look.known.find((one) => one.cause === cause && !isOver(one));
      if (sighting.shown === null) return current ? healed(current, sighting, look) : NOTHING;
      return current
        ? seenAgain(current, sighting.shown, sighting, look)
        : seenFirst(cause, sighting.shown, sighting, look);
    }),
  );
}

/**
 * The first critical look at a target inside an event window, told before the next look confirms it. Nothing where the
 * site's incident is open already: then the confirmed verdict is soon enough.
 */
export function suspect(
  known: readonly Incident[],
  verdict: Verdict,
  target: Target,
  at: number,
  newId: () => string,
): Step {
  const sighting = sightingOf('integrity', verdict);
  const shown = sighting.shown;
  const isKnown = known.some((one) => one.siteId === target.siteId && one.cause === 'integrity' && isFresh(one, at));
  if (!target.policy.inEvent || shown?.severity !== 'critical' || isKnown) return NOTHING;
  const look: Look = { known, target, at, newId };
  return told({ ...opening('integrity', shown, sighting, look), status: 'suspected' }, 'suspected', at, because(shown));
}

function causesOf({ kind }: Target): readonly Cause[] {
  return kind === MONITOR_KIND ? ['monitor'] : ['integrity', 'availability'];
}

function isFresh(incident: Incident, at: number): boolean {
  return !isOver(incident) || at - (incident.resolvedAt ?? 0) < REOPEN_MS;
}

// ------------------------------------------------------------ it diverges

function seenFirst(cause: Cause, shown: Shown, sighting: Sighting, look: Look): Step {
  const { at, known, target } = look;
  const last = known
    .filter((one) => one.cause === cause && isFresh(one, at))
    .sort((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0))[0];
  if (sighting.isTransient) return seenOnce(last, cause, shown, sighting, look);
  if (last && last.pattern !== 'transient') {
    const again = reopened(last, shown, sighting, look);
    return told({ ...again, remindedAt: at }, 'reopened', at, `it is back within half an hour: ${because(shown)}`);
  }
  return told(opening(cause, shown, sighting, { ...look, target }), 'opened', at, because(shown));
}

const SOME_VISITORS =
  'seen and gone at the next look, more than once within half an hour: some visitors are served this';

/** Kept as a record; an incident if it happened before, not long ago: some visitors see what others do not. */
function seenOnce(last: Incident | undefined, cause: Cause, shown: Shown, sighting: Sighting, look: Look): Step {
  const { at, target } = look;
  if (last && at - (last.resolvedAt ?? 0) < timingOf(target.policy).intermittentMs) {
    const again = reopened(last, { ...shown, severity: 'critical' }, sighting, look);
    return told({ ...again, pattern: 'intermittent', remindedAt: at }, 'opened', at, SOME_VISITORS);
  }
  const record = opening(cause, shown, sighting, look);
  return told({ ...record, status: 'resolved', pattern: 'transient', resolvedAt: at }, 'transient', at, because(shown));
}

function seenAgain(current: Incident, shown: Shown, sighting: Sighting, look: Look): Step {
  const { at, target } = look;
  if (current.status === 'suspected') return confirmed(current, shown, sighting, look);
  const before = current.diverging[target.id];
  if (sighting.isTransient && (!before || isOnlyTransient(before)))
    return seenOnceBesides(current, shown, sighting, look);
  const isBack = before !== undefined && isTargetRecovered(before, current, target.policy, at);
  const light = before && !isBack ? headlined(before, shown, sighting.isTransient) : shown;
  const next = standing(current, light, sighting, look);
  const codes = [
    ...newCodes(current, next).map((code) => `${code} is new`),
    ...newResolvers(before?.keys ?? light.keys, light.keys).map((resolver) => `${resolver} lies too`),
  ];
  const back = isBack ? [`${target.id} is back`] : [];
  const news = before && !isBack ? { atOnce: [], foldable: codes } : { atOnce: [...back, ...codes], foldable: [] };
  return retold(current, next, news, look);
}

/** The incident with what this look at the target showed among what stands. */
function standing(current: Incident, light: Shown, { seenBy, clearBy }: Sighting, { at, target }: Look): Incident {
  const entry: DivergingTarget = { ...light, ...sighted(current.diverging[target.id], seenBy, clearBy) };
  const diverging = { ...current.diverging, [target.id]: entry };
  const others = Object.values(diverging).filter((one) => one.clearSince === null);
  const next: Incident = { ...current, ...headlineOf(entry, others), status: 'open', diverging, updatedAt: at };
  return { ...next, flapping: flaps(next) };
}

/** A look that saw it gone again takes nothing from what earlier looks saw. */
function headlined(before: DivergingTarget, shown: Shown, isTransient: boolean): Shown {
  const { witnesses: _w, clearSince: _c, looks: _l, ...known } = before;
  return isTransient ? { ...known, keys: shown.keys } : worseOf(known, shown);
}

function isOnlyTransient({ codes }: DivergingTarget): boolean {
  return codes.every(isTransientCode);
}

/**
 * Seen once and gone at a target that shows nothing else, while the site's incident is open for another. What is open must
 * not hide it: the first is noted as always, and the second soon after is a cause of its own.
 */
function seenOnceBesides(current: Incident, shown: Shown, sighting: Sighting, look: Look): Step {
  const { at, target } = look;
  const before = current.diverging[target.id];
  const { intermittentMs } = timingOf(target.policy);
  if (!before || at - (before.clearSince ?? at) >= intermittentMs) {
    const noted = told(standing(current, shown, sighting, look), 'transient', at, because(shown));
    // The note is of this alone: the incident's own words are about what stands.
    const ofThis = noted.transitions.map((one) => ({
      ...one,
      incident: { ...one.incident, ...headlineOf(shown, []) },
    }));
    return { ...noted, transitions: ofThis };
  }
  const next = standing(current, { ...shown, severity: 'critical' }, sighting, look);
  const atOnce = before.severity === 'critical' ? [] : [`${target.id}: ${SOME_VISITORS}`];
  return retold(current, { ...next, pattern: 'intermittent' }, { atOnce, foldable: [] }, look);
}

/** The looks after a suspicion agree with it, or say that it was there once. */
function confirmed(current: Incident, shown: Shown, sighting: Sighting, look: Look): Step {
  const { at, target } = look;
  const before = current.diverging[target.id];
  if (!before && sighting.isTransient) return changed({ ...current, updatedAt: at });
  // What another check is sure of by now needs no more confirmation.
  if (!before) return told(standing(current, shown, sighting, look), 'opened', at, because(shown));
  const entry = { ...shown, ...sighted(before, sighting.seenBy, sighting.clearBy) };
  const next: Incident = { ...current, diverging: { ...current.diverging, [target.id]: entry }, updatedAt: at };
  if (sighting.isTransient) return stoodDown(next, at);
  // Whoever is next is asked so long after people were told that it is certain.
  const open: Incident = { ...next, ...headlineOf(shown, []), status: 'open', ladder: { from: at, level: 0 } };
  return told(reminded(open, at), 'opened', at, `confirmed: ${because(shown)}`);
}

function stoodDown(current: Incident, at: number): Step {
  const record: Incident = { ...current, status: 'resolved', pattern: 'transient', resolvedAt: at };
  return told(record, 'stood-down', at, 'seen once and gone at the next looks; the record and its evidence are kept');
}

function because(shown: Shown): string {
  return shown.codes.length > 0 ? shown.codes.join(', ') : shown.diagnosis;
}

// ------------------------------------------------------------- it is gone

function healed(current: Incident, { clearBy }: Sighting, { target, at }: Look): Step {
  const before = current.diverging[target.id];
  if (!before || clearBy.length === 0) return NOTHING;
  const diverging = { ...current.diverging, [target.id]: cleared(before, clearBy, at) };
  const next: Incident = { ...current, ...standingHeadline(current, diverging), diverging, updatedAt: at };
  if (!isClear(next)) return changed(next);
  if (current.status === 'suspected') return stoodDown(next, at);
  return settled({ ...next, status: 'recovering', flapping: flaps(next) }, target.policy, at);
}

/** Of what still diverges; what is over as a whole keeps the words it had. */
function standingHeadline(current: Incident, diverging: Incident['diverging']): Headline {
  const [first, ...others] = Object.values(diverging).filter((one) => one.clearSince === null);
  return first ? headlineOf(first, others) : current;
}

function settled(incident: Incident, policy: Policy, at: number): Step {
  if (!isRecovered(incident, policy, at)) return changed(incident);
  const targets = Object.keys(incident.diverging).join(', ');
  return resolved({ ...incident, flapping: false }, at, `${targets} is as approved again`);
}

/** The end of an incident, for whatever reason. */
export function resolved(incident: Incident, at: number, reason: string): Step {
  const over: Incident = { ...incident, status: 'resolved', updatedAt: at, resolvedAt: at, muted: false };
  return told({ ...over, acknowledged: null }, 'resolved', at, reason);
}

/** Takes targets that are no longer watched out of the open incidents: nothing could ever clear them again. */
export function withdraw(open: readonly Incident[], watched: ReadonlySet<string>, at: number): Step {
  return joined(
    ...open.filter(isOfSites).map((incident) => {
      const gone = Object.keys(incident.diverging).filter((id) => !watched.has(id));
      return gone.length === 0 ? NOTHING : without(incident, gone, at);
    }),
  );
}

function without(current: Incident, targetIds: readonly string[], at: number): Step {
  const kept = Object.entries(current.diverging).filter(([id]) => !targetIds.includes(id));
  const diverging = Object.fromEntries(kept);
  const next = { ...current, ...standingHeadline(current, diverging), diverging, updatedAt: at };
  return kept.length > 0 ? changed(next) : resolved(next, at, `${targetIds.join(', ')} is no longer watched`);
}
