/**
 * Several looks at one target from one vantage into one reading. Pure.
 *
 * A divergence counts once two looks over fresh connections and contexts agree on it, or at once where a single look
 * proves it; a look that could not be made does not take back what another saw. What was seen once and then gone is still
 * said: a defacement served to some visitors only, or for some seconds, looks exactly like that.
 */
import { isGrave } from './corroborate.js';
import type { Finding, Policy, Reading } from './model.js';

export const MAX_LOOKS = 3;

/** A server that restarts is back within seconds; what was altered is altered now. */
const PATIENCE = 2.5;

/**
 * How long to wait before the next look, in milliseconds; null when the looks suffice to tell somebody. An alteration
 * needs two looks that agree, an outage three (inside an event window two), each after a longer pause.
 */
export function nextLookAfter(
  looks: readonly Reading[],
  { confirmAfterMs, inEvent }: Pick<Policy, 'confirmAfterMs' | 'inEvent'>,
): number | null {
  if (looks.length === 0) return 0;
  if (looks.length >= MAX_LOOKS) return null;
  const isDown = looks.every((look) => look.failures.some((failure) => failure.blame === 'target'));
  if (looks.some((look) => look.findings.some(isGrave))) {
    const isSettled = looks.some(isProof) || (looks.length > 1 && !(isDisputed(looks) && looks.some(isClear)));
    return isSettled ? null : confirmAfterMs;
  }
  if (isDown) return looks.length > 1 && inEvent ? null : PATIENCE * confirmAfterMs;
  return looks.length === 1 && looks.some((look) => look.failures.length > 0) ? confirmAfterMs : null;
}

/** Nothing grave in it needs another look. */
function isProof({ findings }: Reading): boolean {
  const grave = findings.filter(isGrave);
  return grave.length > 0 && grave.every(({ certain }) => certain === true);
}

function isDisputed(looks: readonly Reading[]): boolean {
  return graveCodes(looks).some((code) => timesSeen(code, looks) < 2);
}

/** What the looks together mean. @param looks at least one, in order. */
export function confirmed(looks: readonly [Reading, ...Reading[]], kind: string): Reading {
  const last = looks.at(-1) ?? looks[0];
  const clear = looks.filter(isClear);
  const settled = lastSightings(looks).map((finding) =>
    !isGrave(finding) || timesSeen(finding.code, looks) > 1 || clear.length === 0 ? finding : transient(finding, kind),
  );
  // A later look that saw everything answers for an earlier one that could not.
  const failures = clear.length > 0 ? [] : last.failures;
  return { vantage: last.vantage, findings: settled, failures };
}

/** Everything was seen and nothing diverged. */
function isClear(look: Reading): boolean {
  return look.failures.length === 0 && !look.findings.some(isGrave);
}

function graveCodes(looks: readonly Reading[]): string[] {
  return [...new Set(looks.flatMap((look) => look.findings.filter(isGrave).map((finding) => finding.code)))];
}

function timesSeen(code: string, looks: readonly Reading[]): number {
  return looks.filter((look) => look.findings.some((finding) => finding.code === code && isGrave(finding))).length;
}

/** Grave findings as the latest look that had them shows them; notices of the last look only. */
function lastSightings(looks: readonly Reading[]): Finding[] {
  const last = looks.at(-1);
  return looks.flatMap((look, index) =>
    look.findings.filter((finding) =>
      isGrave(finding)
        ? !looks.slice(index + 1).some((later) => later.findings.some((f) => f.code === finding.code && isGrave(f)))
        : look === last,
    ),
  );
}

/** Surer than this, a critical finding was there, though only once; below it, a hiccup explains it as well. */
const CERTAIN = 0.9;

function transient(finding: Finding, kind: string): Finding {
  const summary = `Seen once and gone at the next look: ${finding.summary}`;
  // That it is over does not undo it: whoever was sent astray meanwhile was.
  if (finding.certain) return { ...finding, summary };
  return {
    ...finding,
    code: `${kind}/transient`,
    severity: finding.severity === 'critical' && finding.confidence >= CERTAIN ? 'warning' : 'notice',
    confidence: finding.confidence / 2,
    summary,
  };
}
