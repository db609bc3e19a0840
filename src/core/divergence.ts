/** What a verdict says about one cause, what several targets together come to, and what of it is news. Pure. */
import { causeKeys, isResolverKey } from './cause-keys.js';
import { isGrave } from './corroborate.js';
import {
  type Cause,
  DIAGNOSES,
  type Diagnosis,
  type DivergingTarget,
  type Incident,
  type Scope,
  SEVERITIES,
  type Severity,
  type Verdict,
} from './model.js';
import { RECORD } from './reserved.js';

/** One look at one target, as far as one cause is concerned. */
export interface Sighting {
  /** Vantages that saw the divergence, and those that looked and saw none of it. */
  readonly seenBy: readonly string[];
  readonly clearBy: readonly string[];
  /** What was seen; null where nobody is told of it. */
  readonly shown: Shown | null;
  /** Seen in one look and gone in the next. */
  readonly isTransient: boolean;
}

export type Shown = Omit<DivergingTarget, 'witnesses' | 'clearSince' | 'looks'>;

const NOBODY: Pick<Sighting, 'seenBy' | 'shown' | 'isTransient'> = { seenBy: [], shown: null, isTransient: false };

/** @returns what the verdict says about divergence of this cause. */
export function sightingOf(cause: Cause, verdict: Verdict): Sighting {
  const { state, seenBy, notSeenBy } = verdict;
  if (state === 'unverified' || isOfRecordAlone(verdict)) return { ...NOBODY, clearBy: [] };
  const diverges = cause === 'availability' ? state === 'unreachable' : state === 'altered';
  if (diverges) {
    const shown = shownBy(verdict);
    if (shown.severity === 'notice') return { ...NOBODY, clearBy: notSeenBy };
    const isTransient = shown.codes.length > 0 && shown.codes.every(isTransientCode);
    return { seenBy, clearBy: notSeenBy, shown, isTransient };
  }
  // Whoever was shown something else than approved was answered, so for him it is not down. Whoever got no answer saw
  // nothing, so an alteration seen before is not known to be gone.
  return { ...NOBODY, clearBy: state === 'altered' ? [...seenBy, ...notSeenBy] : notSeenBy };
}

/**
 * Only what was approved is in doubt, not the site: nothing is known of it then. That is a fault on our side, one for all
 * sites together (watchdog.ts), and no incident of each.
 */
function isOfRecordAlone({ findings }: Verdict): boolean {
  const grave = findings.filter(isGrave);
  return grave.length > 0 && grave.every(({ vantage }) => vantage === RECORD);
}

export function isTransientCode(code: string): boolean {
  return code.endsWith('/transient');
}

function shownBy(verdict: Verdict): Shown {
  const isDown = verdict.state === 'unreachable';
  return {
    severity: verdict.severity ?? (isDown ? 'critical' : 'notice'),
    diagnosis: verdict.diagnosis ?? (isDown ? 'down' : 'changed'),
    confidence: verdict.confidence,
    scope: verdict.scope,
    summary: verdict.summary,
    codes: [...new Set(verdict.findings.filter(isGrave).map((finding) => finding.code))].sort(),
    keys: causeKeys(verdict),
  };
}

/** What it shows now, in the worst light it was seen in since it began to diverge. */
export function worseOf(before: Shown, now: Shown): Shown {
  const worst = worseFirst(now, before);
  return {
    severity: worst.severity,
    diagnosis: worst.diagnosis,
    confidence: now.confidence,
    scope: widerOf(before.scope, now.scope),
    summary: now.summary,
    codes: [...new Set([...before.codes, ...now.codes])].sort(),
    // Whoever lied once and says the truth again may lie again: that is no news.
    keys: [...new Set([...now.keys, ...before.keys.filter(isResolverKey)])],
  };
}

export type Headline = Pick<Incident, 'diagnosis' | 'severity' | 'confidence' | 'scope' | 'summary'>;

export function headlineOf(first: Headline, others: readonly Headline[]): Headline {
  const { diagnosis, severity, confidence, summary } = others.reduce<Headline>(worseFirst, first);
  const scope = others.map((one) => one.scope).reduce(widerOf, first.scope);
  return { diagnosis, severity, confidence, scope, summary };
}

/** The worse of the two: by severity, then by how specific the cause is; the first where they are equal. */
function worseFirst<H extends Headline>(a: H, b: H): H {
  const difference = rankOf(a.severity) - rankOf(b.severity) || specificity(a.diagnosis) - specificity(b.diagnosis);
  return difference > 0 ? b : a;
}

/** What the next state is beyond all that people were told of, as severity, cause and reach go. */
export function graverThan(known: readonly Headline[], next: Headline): string[] {
  const [first, ...others] = known;
  if (!first) return [];
  const told = headlineOf(first, others);
  const isWorse = rankOf(next.severity) < rankOf(told.severity);
  const outranks = specificity(next.diagnosis) < specificity(told.diagnosis);
  const isWider = next.scope === 'global' && told.scope !== 'global';
  return [
    ...(isWorse ? [`${next.severity}, was ${told.severity}`] : []),
    ...(outranks ? [`${next.diagnosis}, was ${told.diagnosis}`] : []),
    ...(isWider ? ['now seen from everywhere we look'] : []),
  ];
}

/** Finding codes that the next state has and the current one never had. A transient look at what is known is no news. */
export function newCodes(current: Incident, next: Incident): string[] {
  const known = new Set(codesOf(current));
  return codesOf(next).filter((code) => !known.has(code) && !isTransientCode(code));
}

/**
 * Causes that change what the page check sees. A resolver that lies is none: the page is fetched at the address the
 * references give, so a page that differs beside such a lie is an attack of its own.
 */
const EXPLAINS_THE_PAGE: readonly Diagnosis[] = ['delegation-hijacked'];

/** All that is new is a page that differs, and that follows from what people were told of. */
export function isExplained(before: Incident, next: Incident): boolean {
  const codes = newCodes(before, next);
  const isSame = before.severity === next.severity && before.diagnosis === next.diagnosis;
  const isWider = before.scope !== next.scope && next.scope === 'global';
  const isOfPage = codes.length > 0 && codes.every((code) => code.startsWith('page/'));
  return EXPLAINS_THE_PAGE.includes(before.diagnosis) && isSame && !isWider && isOfPage;
}

function codesOf(incident: Incident): string[] {
  return [...new Set(Object.values(incident.diverging).flatMap((one) => one.codes))];
}

/** 0 is the worst. */
export function rankOf(severity: Severity): number {
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
