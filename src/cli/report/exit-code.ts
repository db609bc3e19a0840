/** What `check` tells the shell: the monitoring plugins' convention, where "could not verify" is never green. Pure. */
import type { Severity, State } from '../../core/model.js';
import type { SiteInspection } from '../../monitor.js';

/** 0 intact, 1 warning, 2 critical or unreachable, 3 not verified. */
export type ExitCode = 0 | 1 | 2 | 3;

interface Judged {
  readonly state: State;
  readonly severity: Severity | null;
}

/** From harmless to worst: a later one wins over an earlier one. */
const PRECEDENCE: readonly ExitCode[] = [0, 1, 3, 2];

function codeOf(judged: Judged): ExitCode {
  switch (judged.state) {
    case 'intact':
      return 0;
    case 'altered':
      return judged.severity === 'critical' ? 2 : 1;
    case 'unreachable':
      return 2;
    case 'unverified':
      return 3;
  }
}

function worstOf(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce<ExitCode>((a, b) => (PRECEDENCE.indexOf(b) > PRECEDENCE.indexOf(a) ? b : a), 0);
}

/** Of the site's own verdict and of every target's. A site of which nothing was looked at is not verified. */
export function siteExitCode(site: SiteInspection): ExitCode {
  if (site.inspections.length === 0) return worstOf([3, codeOf(site)]);
  return worstOf([codeOf(site), ...site.inspections.map(({ verdict }) => codeOf(verdict))]);
}

/** Of all sites. No site at all is not verified: an empty selection must not look green. */
export function exitCodeOf(sites: readonly SiteInspection[]): ExitCode {
  if (sites.length === 0) return 3;
  return worstOf(sites.map(siteExitCode));
}

/** The site that decides the exit code; of several the first that is altered, then the first. */
export function worstSite(sites: readonly SiteInspection[]): SiteInspection | null {
  const code = exitCodeOf(sites);
  const worst = sites.filter((site) => siteExitCode(site) === code);
  return worst.find((site) => site.state === 'altered') ?? worst[0] ?? null;
}
