/** `check`: look, judge, report; remember nothing but the evidence. */
import { writeFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Site } from '../core/model.js';
import { inspect, type SiteInspection, siteInspection } from '../monitor.js';
import { keepSiteEvidence } from './evidence.js';
import { checkReport, jsonText, type Run } from './report/check-json.js';
import { exitCodeOf } from './report/exit-code.js';
import { explanationReport, explanationText } from './report/explanation.js';
import { htmlReport } from './report/html.js';
import { junitReport } from './report/junit.js';
import { nagiosLine } from './report/nagios.js';
import { type Progress, progress } from './report/progress.js';
import { terminalReport } from './report/terminal.js';
import type { Workplace } from './workplace.js';

export interface CheckOptions {
  /** Sites looked at together. */
  readonly jobs: number;
  readonly html?: string | undefined;
  readonly junit?: string | undefined;
  readonly nagios: boolean;
  /** Also say what every comparer went by, and how the verdict came of it. */
  readonly explain: boolean;
}

/** @returns the exit code of the contract. */
export async function runCheck(sites: readonly Site[], options: CheckOptions, place: Workplace): Promise<number> {
  const { now } = place.observatory;
  const startedAt = now();
  const shown = progress(
    sites.reduce((sum, site) => sum + site.targets.length, 0),
    progressOutput(place),
  );
  const limit = pLimit(options.jobs);
  const looks = sites.map((site) => limit(() => inspectSite(site, place, shown)));
  const inspected = await Promise.all(looks).finally(() => shown.close());
  const run: Run = {
    version: place.version,
    startedAt,
    tookMs: now() - startedAt,
    sites: inspected,
    sandbox: place.config.settings.browser.sandbox,
    ...(options.html === undefined ? {} : { asnCredit: place.asnOf.credit() }),
  };
  if (options.html !== undefined) await writeReport(options.html, htmlReport(run), place);
  if (options.junit !== undefined) await writeReport(options.junit, junitReport(run), place);
  place.terminal.out(resultText(run, options, place));
  return exitCodeOf(inspected);
}

function resultText(run: Run, { nagios, explain }: CheckOptions, { terminal }: Workplace): string {
  if (terminal.json) return jsonText(explain ? checkReport(run, explanationReport) : checkReport(run));
  if (nagios) return nagiosLine(run);
  const report = terminalReport(run, terminal);
  // The report comes last: it is what ends on the screen.
  return explain ? explanationText(run.sites, terminal) + report : report;
}

/** Looks at a site in every way the watchlist says, and writes down what was seen. */
async function inspectSite(site: Site, place: Workplace, shown: Progress): Promise<SiteInspection> {
  const approved = await place.approvedBaselines(site);
  const inspections = await Promise.all(
    site.targets.map(async (target) => {
      shown.began(target.id);
      const inspection = await inspect(target, approved(target), place.observatory, place.signal);
      shown.ended(target.id, inspection.verdict, inspection.tookMs);
      return inspection;
    }),
  );
  return siteInspection(site, inspections, await keepSiteEvidence(site.id, inspections, place));
}

export function progressOutput({ terminal }: Workplace): Parameters<typeof progress>[1] {
  return {
    write: terminal.err,
    mode: terminal.quiet ? 'none' : terminal.live ? 'line' : 'lines',
    width: terminal.width,
    color: terminal.color,
  };
}

async function writeReport(file: string, text: string, { terminal }: Workplace): Promise<void> {
  try {
    await writeFile(file, text);
    if (!terminal.quiet) terminal.err(`Report written to ${file}\n`);
  } catch (error) {
    // The verdict is not lost with its report: it still goes to stdout and decides the exit code.
    terminal.err(`The report could not be written to ${file}: ${error instanceof Error ? error.message : error}\n`);
  }
}
