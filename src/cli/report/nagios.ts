/** `check --nagios`: one line and performance data, as the monitoring plugins' guidelines ask for. Pure. */

import { oneLine } from '../../core/plain-text.js';
import type { SiteInspection } from '../../monitor.js';
import type { Run } from './check-json.js';
import { type ExitCode, exitCodeOf, siteExitCode } from './exit-code.js';
import { counted, tally } from './words.js';

const STATUS: Readonly<Record<ExitCode, string>> = { 0: 'OK', 1: 'WARNING', 2: 'CRITICAL', 3: 'UNKNOWN' };
/** Labels of our own totals; a site of the same name gets a longer one. */
const TOTALS: readonly string[] = ['time', 'intact', 'altered', 'unreachable', 'unverified'];
/** Daemons cut a line at 4096 or 8192 bytes; what matters stands first. Sites named, characters of each sentence. */
const MOST_NAMED = 5;
const LONGEST_SUMMARY = 160;

/** `SITEWARD CRITICAL: 1 of 3 sites not intact: live: ... | 'time'=4.210s;;;0 ...` and a newline. */
export function nagiosLine(run: Run): string {
  const status = STATUS[exitCodeOf(run.sites)];
  return `SITEWARD ${status}: ${message(run.sites)} | ${performance(run).join(' ')}\n`;
}

function message(sites: readonly SiteInspection[]): string {
  if (sites.length === 0) return 'no site was looked at';
  const troubled = sites.filter((site) => siteExitCode(site) !== 0);
  if (troubled.length === 0) return `${counted(sites.length, 'site')} intact`;
  // The order of the exit codes' precedence: critical, not verified, warning.
  const order: readonly ExitCode[] = [2, 3, 1];
  const worst = troubled.toSorted((a, b) => order.indexOf(siteExitCode(a)) - order.indexOf(siteExitCode(b)));
  const named = worst
    .slice(0, MOST_NAMED)
    .map((site) => `${safe(site.site.id, 60)}: ${safe(site.summary, LONGEST_SUMMARY)}`);
  const more = worst.length > MOST_NAMED ? [`and ${worst.length - MOST_NAMED} more`] : [];
  return `${troubled.length} of ${counted(sites.length, 'site')} in trouble (${tally(sites)}): ${[...named, ...more].join(' / ')}`;
}

function performance(run: Run): string[] {
  const total = run.sites.length;
  const count = (state: string): number => run.sites.filter((site) => site.state === state).length;
  return [
    datum('time', `${seconds(run.tookMs)}s;;;0`),
    datum('intact', `${count('intact')};;;0;${total}`),
    datum('altered', `${count('altered')};;;0;${total}`),
    datum('unreachable', `${count('unreachable')};;;0;${total}`),
    datum('unverified', `${count('unverified')};;;0;${total}`),
    ...run.sites.map((site) => {
      const slowest = Math.max(0, ...site.inspections.map(({ tookMs }) => tookMs));
      const id = safe(site.site.id, 60).replace(/[='\s]/g, '_');
      return datum(TOTALS.includes(id) ? `site_${id}` : id, `${seconds(slowest)}s;;;0`);
    }),
  ];
}

function datum(label: string, value: string): string {
  return `'${label}'=${value}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** A bar would begin the performance data, and whatever reads it may hand the text to a shell or a web page. */
function safe(text: string, max: number): string {
  return oneLine(text, max)
    .replaceAll('|', '¦')
    .replace(/[<>`$]/g, ' ');
}
