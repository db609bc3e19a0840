/** The page check as the product runs it, on one look against one baseline. */
import { type Check, judge } from '../../../src/checks/check.js';
import type { PageEvidence } from '../../../src/checks/page/evidence.js';
import { page as pageCheck } from '../../../src/checks/page/index.js';
import { corroborate } from '../../../src/core/corroborate.js';
import type { Baseline, Content, Observation, Severity, Target } from '../../../src/core/model.js';

const check: Check = pageCheck;
const VANTAGE = 'bench';

export interface Judgement {
  /** Null: nothing at all was said; `notice` wakes nobody. */
  readonly severity: Severity | null;
  readonly diagnosis: string | null;
  readonly confidence: number;
  readonly codes: readonly string[];
  readonly summary: string;
  /** Nothing could be judged, or the check itself failed. */
  readonly failures: readonly string[];
}

export function targetOf(url: string, content: Content): Target {
  const configured = pageCheck.configure({ id: 'bench', url, name: new URL(url).hostname, content, options: {} });
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  const policy = { content, confirmAfterMs: 0, remindEveryMs: 0, resolveAfterMs: 120_000, inEvent: false };
  return {
    id: 'bench/page',
    siteId: 'bench',
    kind: 'page',
    settings: configured.settings,
    schedule: { everyMs: 60_000 },
    policy,
  };
}

/** What an admin would have approved after a capture of these samples. */
export function baselineOf(samples: readonly [PageEvidence, ...PageEvidence[]]): Baseline {
  const evidence = pageCheck.combine(samples);
  return { targetId: 'bench/page', accepted: [{ version: pageCheck.version, evidence, at: 0, by: 'bench', note: '' }] };
}

/** Whether `baseline capture` would take more samples than these: see src/cli/capture.ts. */
export function isMoving([first, ...rest]: readonly [PageEvidence, ...PageEvidence[]], url: string): boolean {
  const [target, baseline] = [targetOf(url, 'living'), baselineOf([first])];
  return rest.some((sample) => judged(target, baseline, sample).codes.length > 0);
}

export function judged(target: Target, baseline: Baseline, evidence: PageEvidence): Judgement {
  const observation: Observation = {
    targetId: target.id,
    kind: 'page',
    version: pageCheck.version,
    vantage: VANTAGE,
    at: 0,
    tookMs: 0,
    outcome: { ok: true, evidence },
  };
  const verdict = corroborate([judge(check, target, observation, baseline)], true);
  return {
    severity: verdict.severity,
    diagnosis: verdict.diagnosis,
    confidence: verdict.confidence ?? 0,
    codes: verdict.findings.map(({ code, severity }) => `${code}:${severity}`),
    summary: verdict.summary,
    failures: verdict.failures.map((failure) => failure.code),
  };
}
