/** The pipeline. `inspect` looks and judges; `watch` also remembers and tells. */
import type { Diagnosis, Exhibits, Scope, SeenFinding, Severity, Site, State, Target, Verdict } from './core/model.js';

/** One target looked at and judged, with what a person is shown of it. */
export interface Inspection {
  readonly target: Target;
  readonly verdict: Verdict;
  readonly exhibits: Exhibits;
  readonly vantage: string;
  readonly startedAt: number;
  readonly tookMs: number;
  /** Looks it took: 1, or more when a divergence was confirmed. */
  readonly looks: number;
}

/** All of a site's targets together: what the operator is told about the site. */
export interface SiteInspection {
  readonly site: Site;
  readonly state: State;
  readonly severity: Severity | null;
  readonly diagnosis: Diagnosis | null;
  readonly scope: Scope | null;
  readonly confidence: number | null;
  readonly summary: string;
  readonly findings: readonly (SeenFinding & { readonly check: string })[];
  readonly inspections: readonly Inspection[];
  /** Folder with the evidence, as the operator would type it; null when it could not be written. */
  readonly evidence: string | null;
}
