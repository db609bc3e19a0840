/** `check --junit`: one test case per site and check, as CI systems read it. Pure. */
import { worstFirst } from '../../core/corroborate.js';
import type { State } from '../../core/model.js';
import { plain } from '../../core/plain-text.js';
import type { Inspection, SiteInspection } from '../../monitor.js';
import type { Run } from './check-json.js';
import { siteExitCode } from './exit-code.js';
import { failuresOf } from './words.js';

interface Case {
  readonly inspection: Inspection;
  readonly site: SiteInspection;
}

/** XML 1.0. A failure is the target's (altered, unreachable), an error is ours (not verified). */
export function junitReport(run: Run): string {
  const cases = run.sites.flatMap((site) => site.inspections.map((inspection): Case => ({ inspection, site })));
  // What belongs to no look (a tampered baseline, a site nothing was looked at of) must not vanish between the cases.
  const whole = run.sites.filter(
    (site) => siteExitCode(site) !== 0 && site.inspections.every(({ verdict }) => verdict.state === 'intact'),
  );
  const count = (...states: readonly string[]): number =>
    cases.filter(({ inspection }) => states.includes(inspection.verdict.state)).length;
  const wholeErrors = whole.filter(({ state }) => elementOf(state) === 'error').length;
  const totals = `tests="${cases.length + whole.length}" failures="${count('altered', 'unreachable') + whole.length - wholeErrors}" errors="${count('unverified') + wholeErrors}" skipped="0" time="${seconds(run.tookMs)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="siteward" ${totals}>
<testsuite name="siteward check" ${totals} timestamp="${new Date(run.startedAt).toISOString().slice(0, 19)}">
${[...cases.map(testCase), ...whole.map(siteCase)].join('\n')}
</testsuite>
</testsuites>
`;
}

function testCase({ inspection, site }: Case): string {
  const { target, verdict, tookMs } = inspection;
  const open = `<testcase classname="${xml(site.site.id)}" name="${xml(target.kind)}" time="${seconds(tookMs)}"`;
  if (verdict.state === 'intact') return `${open}/>`;
  const element = elementOf(verdict.state);
  const type = verdict.diagnosis ?? verdict.state;
  return `${open}><${element} type="${xml(type)}" message="${xml(verdict.summary)}">${xml(explanation(inspection, site))}</${element}></testcase>`;
}

function siteCase(site: SiteInspection): string {
  const element = elementOf(site.state);
  const lines = site.findings
    .toSorted(worstFirst)
    .map(({ severity, code, summary }) => `${severity} ${code}: ${summary}`);
  return `<testcase classname="${xml(site.site.id)}" name="site" time="0.000"><${element} type="${xml(site.diagnosis ?? site.state)}" message="${xml(site.summary)}">${xml(lines.join('\n'))}</${element}></testcase>`;
}

/** A site called intact of which nothing was looked at was not verified either. */
function elementOf(state: State): 'error' | 'failure' {
  return state === 'altered' || state === 'unreachable' ? 'failure' : 'error';
}

function explanation({ verdict, target }: Inspection, site: SiteInspection): string {
  const findings = verdict.findings
    .toSorted(worstFirst)
    .flatMap((finding) => [
      `${finding.severity} ${finding.code}: ${finding.summary}`,
      ...(finding.where === undefined ? [] : [`  where: ${finding.where}`]),
      ...(finding.expected === undefined ? [] : [`  expected: ${finding.expected}`]),
      ...(finding.actual === undefined ? [] : [`  actual: ${finding.actual}`]),
    ]);
  const failures = failuresOf(site).filter(({ kind }) => kind === target.kind);
  const evidence = site.evidence === null ? [] : [`evidence: ${site.evidence}`];
  return [...findings, ...failures.map(({ detail }) => detail), ...evidence].join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** As text or in a quoted attribute; what XML 1.0 cannot hold is gone. */
function xml(text: string): string {
  return plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replaceAll('\n', '&#10;');
}
