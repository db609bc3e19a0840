/** `baseline capture`: takes the candidate of every site that is meant, and approves it where that was asked for. */
import pLimit from 'p-limit';
import type { Site } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import type { Candidate } from '../store/baselines.js';
import { type ApprovalOptions, approver, chosen } from './baseline.js';
import { type Captured, captureTarget } from './capture.js';
import { progressOutput } from './check.js';
import { jsonText } from './report/check-json.js';
import { type Progress, progress } from './report/progress.js';
import { isolated, paint } from './report/text.js';
import { counted } from './report/words.js';
import type { Workplace } from './workplace.js';

/** Sites captured at the same time: a name is mostly waited for, and the browser has its own limit. */
const SITES_TOGETHER = 16;
/** Of those with one name: many at once from one address may look like an attack to whoever serves them. */
const OF_ONE_HOST = 4;

/** What capturing one site came to. */
interface SiteCapture {
  readonly site: Site;
  readonly captured: readonly Captured[];
  /** What kept the candidate from being written or approved. */
  readonly problems: readonly string[];
  readonly approved: boolean;
}

/** @returns 0 when every target has a candidate, 3 when one could not be captured. */
export async function runCapture(
  ids: readonly string[],
  options: ApprovalOptions & { readonly approve: boolean },
  place: Workplace,
): Promise<number> {
  const by = options.approve ? approver(options) : null;
  const sites = chosen(ids, place);
  const shown = progress(
    sites.reduce((sum, site) => sum + site.targets.length, 0),
    progressOutput(place),
  );
  const limit = pLimit(SITES_TOGETHER);
  const hosts = new Map(sites.map(({ name }) => [name, pLimit(OF_ONE_HOST)]));
  const inTurn = <T>({ name }: Site, work: () => Promise<T>): Promise<T> => {
    const atHost = hosts.get(name);
    return atHost ? atHost(() => limit(work)) : limit(work);
  };
  const approval = by === null ? null : { by, note: options.note ?? '' };
  const captures = await Promise.all(
    sites.map((site) => inTurn(site, () => captureSite(site, approval, shown, place))),
  ).finally(() => shown.close());
  const { terminal } = place;
  terminal.out(terminal.json ? jsonText(captureReport(captures)) : captureText(captures, terminal.color));
  const complete = captures.every(
    ({ captured, problems }) => problems.length === 0 && captured.every(({ evidence }) => evidence !== null),
  );
  return complete ? 0 : 3;
}

async function captureSite(
  site: Site,
  approval: { readonly by: string; readonly note: string } | null,
  shown: Progress,
  place: Workplace,
): Promise<SiteCapture> {
  const { now } = place.observatory;
  const captured = await Promise.all(
    site.targets.map(async (target) => {
      shown.began(target.id);
      const startedAt = now();
      const result = await captureTarget(target, place);
      const [state, word] =
        result.evidence === null ? (['unverified', 'failed'] as const) : (['intact', 'captured'] as const);
      shown.ended(target.id, { state, severity: null }, now() - startedAt, word);
      return result;
    }),
  );
  return kept(site, captured, approval, place);
}

async function kept(
  site: Site,
  captured: readonly Captured[],
  approval: { readonly by: string; readonly note: string } | null,
  place: Workplace,
): Promise<SiteCapture> {
  const at = place.observatory.now();
  const candidates = captured.flatMap(({ target, version, evidence }): Candidate[] =>
    evidence === null ? [] : [{ kind: target.kind, version, evidence, at }],
  );
  const problems: string[] = [];
  const attempt = async (work: ReturnType<typeof place.baselines.approve>): Promise<boolean> => {
    const result = await work;
    if ('problem' in result) problems.push(result.problem);
    return 'done' in result;
  };
  const written = candidates.length > 0 && (await attempt(place.baselines.writeCandidate(site.id, candidates)));
  const approved =
    written && approval !== null && (await attempt(place.baselines.approve(site.id, { ...approval, at })));
  return { site, captured, problems, approved };
}

function captureReport(captures: readonly SiteCapture[]): object {
  return {
    schema: 'siteward/capture/1',
    sites: captures.map(({ site, captured, problems, approved }) => ({
      id: site.id,
      approved,
      problems,
      checks: captured.map(({ target, evidence, samples, failures, suspicions }) => ({
        kind: target.kind,
        captured: evidence !== null,
        samples,
        failures: failures.map(({ blame, code, detail }) => ({ blame, code, detail })),
        suspicions: suspicions.map(({ code, severity, summary }) => ({ code, severity, summary })),
      })),
    })),
  };
}

function captureText(captures: readonly SiteCapture[], color: boolean): string {
  const style = paint(color);
  const lines = captures.flatMap(({ site, captured, problems, approved }) => [
    `  ${style('bold', site.id)}  ${isolated(oneLine(site.url ?? site.name, 200))}`,
    ...captured.flatMap(({ target, evidence, samples, failures, suspicions }) => [
      evidence === null
        ? `    ${style('red', '✗')} ${target.kind}: ${oneLine(failures[0]?.detail ?? 'nothing could be captured', 300)}`
        : `    ${style('green', '✓')} ${target.kind}: ${counted(samples, 'sample')}`,
      ...suspicions.map(({ summary }) => `      ${style('yellow', '⚠')} ${isolated(oneLine(summary, 300))}`),
    ]),
    ...problems.map((problem) => `    ${style('red', '✗')} ${oneLine(problem, 300)}`),
    ...(approved
      ? [`    ${style('green', 'approved')}; review it any time with: siteward baseline status`]
      : captured.some(({ evidence }) => evidence !== null)
        ? [
            `    next: siteward baseline diff ${site.id}`,
            `          siteward baseline approve ${site.id} --by YOUR-NAME`,
          ]
        : []),
  ]);
  return `\n${lines.join('\n')}\n`;
}
