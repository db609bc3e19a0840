/** The table of `check`: every site in a line, then what is wrong and what to do, then the one word. Pure. */

import { oneLine } from '../../core/plain-text.js';
import { duration } from '../../core/words.js';
import type { SiteInspection } from '../../monitor.js';
import { type Run, UNSANDBOXED } from './check-json.js';
import { decision } from './decision.js';
import { siteExitCode } from './exit-code.js';
import { details } from './terminal-details.js';
import { fitted, isolated, lineWidth, type Paint, padded, paint, type Screen, widthOf, wrapped } from './text.js';
import { headline, markOf, TONE_STYLE, type Tone, tally, toneOf } from './words.js';

const INDENT = '  ';

/** What `check` prints on stdout. Ends with a newline. */
export function terminalReport(run: Run, screen: Screen): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const blocks = run.sites
    .filter((site) => siteExitCode(site) !== 0)
    .map((site) => details(site, width, style).join('\n'));
  const warning =
    run.sandbox === 'off'
      ? [
          wrapped(UNSANDBOXED, width - 4)
            .map((line) => INDENT + line)
            .join('\n'),
        ]
      : [];
  return `\n${[table(run.sites, width, style), ...blocks, ...warning, lastLine(run, width, style)].join('\n\n')}\n`;
}

function lastLine(run: Run, width: number, style: Paint): string {
  const { word, tone } = decision(run.sites);
  const count = run.sites.length === 1 ? '' : `${run.sites.length} sites: `;
  const [first = '', ...rest] = wrapped(
    `${count}${tally(run.sites)}, in ${duration(run.tookMs)}`,
    width - word.length - 6,
  );
  const indent = ' '.repeat(word.length + 6);
  const badge = screenBadge(word, tone, style);
  return [`${INDENT}${badge}  ${first}`, ...rest.map((line) => indent + line)].join('\n');
}

function screenBadge(word: string, tone: Tone, style: Paint): string {
  return style([TONE_STYLE[tone], 'bold', 'inverse'], ` ${word} `);
}

/** A line a site, its checks beside it where all of them fit, and a sentence under those that need one. */
function table(sites: readonly SiteInspection[], width: number, style: Paint): string {
  const idWidth = Math.min(28, Math.max(0, ...sites.map((site) => widthOf(nameOf(site)))));
  const stateWidth = Math.max(0, ...sites.map((site) => widthOf(stateOf(site))));
  const rows = sites.map((site) => {
    const { tone } = decision([site]);
    const mark = style([TONE_STYLE[tone], 'bold'], markOf(tone));
    const id = style('bold', padded(fitted(nameOf(site), idWidth), idWidth));
    const head = `${INDENT}${mark} ${id}  ${style(TONE_STYLE[tone], stateOf(site))}`;
    const checks = checksOf(site, style);
    const sentence = tone === 'good' ? [] : wrapped(isolated(oneLine(site.summary)), width - 4);
    return { head, checks, sentence };
  });
  const column = INDENT.length + 2 + idWidth + 2 + stateWidth + 2;
  const beside = rows.every(({ checks }) => column + widthOf(checks) <= width);
  const indent = ' '.repeat(INDENT.length + 2);
  return rows
    .flatMap(({ head, checks, sentence }) => [
      ...(beside ? [padded(head, column) + checks] : [head, indent + checks]),
      ...sentence.map((line) => indent + line),
    ])
    .map((line) => line.trimEnd())
    .join('\n');
}

function nameOf(site: SiteInspection): string {
  return oneLine(site.site.id, 60);
}

/** The site's own words; a notice is worth a word although nothing is wrong. */
function stateOf(site: SiteInspection): string {
  const notices = site.state === 'intact' ? site.findings.length : 0;
  if (notices > 0) return `${headline(site)}, ${notices === 1 ? '1 notice' : `${notices} notices`}`;
  return headline(site);
}

/** `✗ page 1.8s  ✓ dns 0.3s`. */
function checksOf(site: SiteInspection, style: Paint): string {
  return site.inspections
    .map(({ target, verdict, tookMs }) => {
      const tone = toneOf(verdict);
      const time = style('dim', `${(tookMs / 1000).toFixed(1)}s`);
      return `${style(TONE_STYLE[tone], markOf(tone))} ${target.kind} ${time}`;
    })
    .join('  ');
}
