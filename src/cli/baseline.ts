/** `baseline diff/status/approve/reject`: how a person comes to accept what a site looks like. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { judge } from '../checks/check.js';
import { checkOf } from '../checks/index.js';
import type { Exhibits, Finding, Observation, Site, Target } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import type { ApprovedSite, Candidate } from '../store/baselines.js';
import { baselineReport, baselineTable } from './report/baseline-table.js';
import { jsonText } from './report/check-json.js';
import { type Review, reviewHtml, reviewText } from './report/review.js';
import { selectSites } from './selection.js';
import { signingWith } from './signing.js';
import { CommandError, UsageError, type Workplace } from './workplace.js';

export interface ApprovalOptions {
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

// ---------------------------------------------------------------- review

/** Shows the candidate beside what is approved; writes the same with pictures as HTML. */
export async function runDiff(
  id: string,
  options: { readonly html?: string | undefined },
  place: Workplace,
): Promise<number> {
  const [site] = chosen([id], place);
  const waiting = site && (await place.baselines.candidate(site.id));
  if (!site || !waiting) {
    throw new CommandError(
      `Nothing of ${id} waits for approval; take a candidate with: siteward baseline capture ${id}`,
      3,
    );
  }
  const approved = await place.baselines.read(site.id);
  const review = reviewOf(site, waiting.candidates, approved);
  const damage = [...waiting.tampered, ...approved.tampered].map(({ file, detail }) => `${file}: ${detail}`);
  for (const sentence of damage) place.terminal.err(`siteward: the record of ${site.id} is damaged: ${sentence}\n`);
  const file = options.html ?? join(place.options.data, 'review', `${site.id}.html`);
  const written = (await writeReview(file, review, place)) ? file : null;
  const { terminal } = place;
  terminal.out(terminal.json ? jsonText(diffReport(review, written)) : reviewText(review, terminal, written));
  return damage.length > 0 ? 2 : 0;
}

/** False, said on stderr, when it could not be written: the text of the review is shown all the same. */
async function writeReview(file: string, review: Review, { terminal }: Workplace): Promise<boolean> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, reviewHtml(review));
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    terminal.err(`siteward: the review with pictures could not be written to ${file}: ${reason}\n`);
    return false;
  }
}

function reviewOf(site: Site, candidates: ReadonlyMap<string, Candidate>, approved: ApprovedSite): Review {
  const compared = site.targets.flatMap((target) => {
    const candidate = candidates.get(target.kind);
    return candidate ? [compare(target, candidate, approved)] : [];
  });
  const newest = [...approved.baselines.values()]
    .flatMap((baseline) => baseline.accepted)
    .reduce<Review['approved']>((best, { by, at, note }) => (best && best.at >= at ? best : { by, at, note }), null);
  const looks = [...approved.baselines.values()].map((baseline) => baseline.accepted.length);
  return {
    site,
    approved: newest,
    looks: Math.max(0, ...looks),
    takenAt: Math.max(...[...candidates.values()].map(({ at }) => at)),
    kinds: compared.map(({ kind, exhibits }) => ({ kind, exhibits })),
    findings: compared.flatMap(({ kind, findings }) => findings.map((finding) => ({ ...finding, check: kind }))),
    learned: compared.flatMap(({ learned }) => learned),
  };
}

interface Compared {
  readonly kind: string;
  readonly exhibits: Exhibits;
  readonly findings: readonly Finding[];
  readonly learned: readonly string[];
}

function compare(target: Target, candidate: Candidate, { baselines }: ApprovedSite): Compared {
  const check = checkOf(target.kind);
  const baseline = baselines.get(target.kind) ?? null;
  const observation: Observation = {
    targetId: target.id,
    kind: target.kind,
    version: candidate.version,
    vantage: 'candidate',
    at: candidate.at,
    tookMs: 0,
    outcome: { ok: true, evidence: candidate.evidence },
  };
  const accepted = (baseline?.accepted ?? []).map((entry) => entry.evidence);
  return {
    kind: target.kind,
    exhibits: check.exhibit(candidate.evidence, accepted, target.settings),
    findings: judge(check, target, observation, baseline).findings,
    learned: check.learned?.(candidate.evidence) ?? [],
  };
}

function diffReport(review: Review, html: string | null): object {
  return {
    schema: 'siteward/diff/1',
    site: review.site.id,
    looks: review.looks,
    approved: review.approved && { ...review.approved, at: new Date(review.approved.at).toISOString() },
    takenAt: new Date(review.takenAt).toISOString(),
    findings: review.findings.map(({ proof: _proof, ...finding }) => finding),
    texts: review.kinds.flatMap(({ exhibits }) => exhibits.texts),
    learned: review.learned,
    html,
  };
}

export async function runStatus(place: Workplace): Promise<number> {
  const rows = await place.baselines.status(place.config.sites.map((site) => site.id));
  const { terminal } = place;
  terminal.out(terminal.json ? jsonText(baselineReport(rows)) : baselineTable(rows, terminal));
  return rows.some(({ tampered }) => tampered.length > 0) ? 2 : 0;
}

// -------------------------------------------------------------- decision

export async function runApprove(
  ids: readonly string[],
  options: ApprovalOptions & { readonly all: boolean; readonly add: boolean; readonly key?: string | undefined },
  place: Workplace,
): Promise<number> {
  const by = approver(options);
  if (ids.length === 0 && !options.all) throw new UsageError('Name the sites to approve, or all of them with --all.');
  const at = place.observatory.now();
  const sites = chosen(ids, place);
  const waiting = options.all ? await withCandidate(sites, place) : sites;
  if (waiting.length === 0) throw new CommandError('Nothing waits for approval.', 3);
  const signing = options.key === undefined ? {} : { sign: signingWith(options.key) };
  return decide(
    waiting,
    (site) => place.baselines.approve(site.id, { by, note: options.note ?? '', at, keep: options.add, ...signing }),
    options.add ? `approved by ${by}, beside what was approved before` : `approved by ${by}`,
    place,
  );
}

/** Puts a signature beside what was approved before. */
export async function runSign(
  ids: readonly string[],
  options: { readonly key: string; readonly all: boolean },
  place: Workplace,
): Promise<number> {
  if (ids.length === 0 && !options.all)
    throw new UsageError('Name the sites whose baselines to sign, or all of them with --all.');
  const sign = signingWith(options.key);
  return decide(chosen(ids, place), (site) => place.baselines.sign(site.id, sign), 'signed', place);
}

export async function runReject(ids: readonly string[], place: Workplace): Promise<number> {
  return decide(chosen(ids, place), (site) => place.baselines.reject(site.id), 'rejected', place);
}

async function decide(
  sites: readonly Site[],
  act: (site: Site) => ReturnType<Workplace['baselines']['reject']>,
  outcome: string,
  { terminal }: Workplace,
): Promise<number> {
  const results = [];
  for (const site of sites) {
    const result = await act(site);
    results.push({ id: site.id, problem: 'problem' in result ? result.problem : null });
  }
  const lines = results.map(({ id, problem }) =>
    problem === null ? `  ✓ ${id}: ${oneLine(outcome, 100)}` : `  ✗ ${problem}`,
  );
  terminal.out(
    terminal.json ? jsonText({ schema: 'siteward/decision/1', outcome, sites: results }) : `\n${lines.join('\n')}\n`,
  );
  return results.some(({ problem }) => problem !== null) ? 3 : 0;
}

async function withCandidate(sites: readonly Site[], place: Workplace): Promise<readonly Site[]> {
  const states = await place.baselines.status(sites.map((site) => site.id));
  const waiting = new Set(states.flatMap(({ site, candidate }) => (candidate ? [site] : [])));
  return sites.filter((site) => waiting.has(site.id));
}

export function chosen(ids: readonly string[], { config }: Workplace): readonly Site[] {
  return selectSites(config, { names: ids }, (url) => {
    throw new UsageError(`${url} is not in the watchlist; add it with: siteward add ${url}`);
  });
}

export function approver({ by }: ApprovalOptions): string {
  if (by !== undefined && by.trim() !== '') return by.trim();
  throw new UsageError('Say who approves: --by NAME. It is written into the baseline.');
}
