import type { Finding, Site, Target } from '../core/model.js';
import type { ApprovedBaseline } from '../monitor.js';
import { type Baselines, type RecordHead, tamperedFinding } from '../store/baselines.js';

/** What was approved for a site, verified now. A damaged record is a finding of every target it concerns. */
export async function approvedBaselines(
  baselines: Baselines,
  site: Site,
  against?: (approval: RecordHead | null) => Promise<Finding | null>,
): Promise<(target: Target) => ApprovedBaseline> {
  const { baselines: byKind, tampered, approval } = await baselines.read(site.id);
  const older = await against?.(approval);
  return ({ kind }) => ({
    baseline: byKind.get(kind) ?? null,
    findings: [
      ...tampered
        .filter((damage) => damage.kind === null || damage.kind === kind)
        .map((damage) => tamperedFinding(site.id, damage)),
      ...(older ? [older] : []),
    ],
  });
}
