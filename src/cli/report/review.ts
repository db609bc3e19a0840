/**
 * `baseline diff ID`: the candidate beside what is approved now, for the person who has to decide. As text for the
 * terminal and as the same kind of HTML file `check` writes. Pure.
 */

import { worstFirst } from '../../core/corroborate.js';
import { type Html, html, quoted } from '../../core/markup.js';
import type { Exhibits, Finding, Site } from '../../core/model.js';
import { oneLine } from '../../core/plain-text.js';
import { moment, sureness } from '../../core/words.js';
import { findingList, resolverTable, textDifferences } from './html-findings.js';
import { page } from './html-page.js';
import { type Album, album, comparisons } from './html-pictures.js';
import { isolated, lineWidth, type Paint, padded, paint, type Screen, wrapped } from './text.js';
import { lineDifference } from './text-difference.js';
import { counted, TONE_STYLE } from './words.js';

/** A candidate waiting for approval. */
export interface Review {
  readonly site: Site;
  /** What it would replace; null when it is the first. */
  readonly approved: { readonly by: string; readonly at: number; readonly note: string } | null;
  /** Most looks accepted for any kind of check: the candidate is compared with the one it is nearest to. */
  readonly looks: number;
  /** When the candidate was taken. */
  readonly takenAt: number;
  /** Per kind of check: the candidate as `after`, the approved baseline as `before`. */
  readonly kinds: readonly { readonly kind: string; readonly exhibits: Exhibits }[];
  /** What the candidate would be blamed for if it were served today. */
  readonly findings: readonly (Finding & { readonly check: string })[];
  /** What moves by itself and will be left out of the comparison, one plain line each. */
  readonly learned: readonly string[];
}

const INDENT = '  ';
const LABEL = 12;

/** For the terminal. `file`: where the HTML review was written, if it was. Ends with a newline. */
export function reviewText(review: Review, screen: Screen, file: string | null = null): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const url = isolated(oneLine(review.site.url ?? review.site.name, 200));
  const sections = [
    [
      `${INDENT}${style('bold', oneLine(review.site.id, 60))}  ${style('dim', url)}`,
      ...provenance(review, width, style),
    ],
    findingLines(review, width, style),
    ...review.kinds.flatMap(({ exhibits }) => exhibits.texts.map((text) => textLines(text, width, style))),
    pictureLines(review, file, style),
    learnedLines(review, width, style),
    decisionLines(review, style),
  ];
  return `\n${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function labelled(label: string, text: string, width: number, style: Paint): string[] {
  return wrapped(text, width - LABEL - 2).map((line, index) => {
    const head = index === 0 ? style('dim', padded(label, LABEL)) : ' '.repeat(LABEL);
    return `${INDENT}${head}${isolated(line)}`;
  });
}

function provenance({ approved, looks, takenAt }: Review, width: number, style: Paint): string[] {
  return [
    ...labelled('approved', approvedWords(approved, looks), width, style),
    ...labelled('candidate', `taken ${moment(takenAt)}`, width, style),
  ];
}

function approvedWords(approved: Review['approved'], looks: number): string {
  if (approved === null) return 'nothing yet: this would be the first baseline';
  const note = approved.note === '' ? '' : `: ${oneLine(approved.note)}`;
  const newest = `${moment(approved.at)} by ${oneLine(approved.by, 80)}${note}`;
  return looks > 1 ? `${newest}; ${looks} looks are accepted, compared with the nearest` : newest;
}

function findingLines({ findings, approved }: Review, width: number, style: Paint): string[] {
  if (findings.length === 0) {
    return approved === null
      ? []
      : [`${INDENT}${style(TONE_STYLE.good, 'Nothing differs that a check would report.')}`];
  }
  return findings
    .toSorted(worstFirst)
    .flatMap((finding) => [
      ...labelled(finding.severity, oneLine(finding.summary), width, style),
      `${' '.repeat(LABEL + 2)}${style('dim', `${finding.code} · ${sureness(finding.confidence)}`)}`,
    ]);
}

function textLines({ name, before, after }: Exhibits['texts'][number], width: number, style: Paint): string[] {
  if (before === after) return [];
  const lines = lineDifference(before, after, 2, 120).map(({ kind, text }) => {
    if (kind === 'gap') return `${INDENT}${style('dim', '⋯')}`;
    const [sign, color] = ({ same: [' ', 'dim'], removed: ['−', 'green'], added: ['+', 'red'] } as const)[kind];
    const [first = '', ...rest] = wrapped(oneLine(text, 1000), width - 4);
    return [
      `${INDENT}${style(color, `${sign} ${isolated(first)}`)}`,
      ...rest.map((line) => `${INDENT}  ${style(color, isolated(line))}`),
    ].join('\n');
  });
  return [`${INDENT}${style('bold', oneLine(name))}  ${style('dim', '− approved  + candidate')}`, ...lines];
}

function pictureLines({ kinds }: Review, file: string | null, style: Paint): string[] {
  const count = kinds.flatMap(({ exhibits }) => exhibits.pictures).length;
  if (count === 0) return [];
  return [
    `${INDENT}${style('dim', padded('pictures', LABEL))}${counted(count, 'picture')}, ${file === null ? 'in the HTML review' : `in ${oneLine(file, 300)}`}`,
  ];
}

function learnedLines({ learned }: Review, width: number, style: Paint): string[] {
  return learned.flatMap((line, index) => labelled(index === 0 ? 'moves' : '', oneLine(line), width, style));
}

function decisionLines(review: Review, style: Paint): string[] {
  return commands(review).map(
    ({ word, command }) => `${INDENT}${style('dim', padded(word, LABEL))}${style('cyan', command)}`,
  );
}

function commands({ site, approved }: Review): readonly { readonly word: string; readonly command: string }[] {
  const approve = `siteward baseline approve ${oneLine(site.id)} --by YOUR-NAME`;
  return [
    { word: 'approve', command: approve },
    // For pages that come in several forms: the approved one stays accepted.
    ...(approved === null ? [] : [{ word: 'approve too', command: `${approve} --add` }]),
    { word: 'reject', command: `siteward baseline reject ${oneLine(site.id)}` },
  ];
}

/** One HTML document without outside references. */
export function reviewHtml(review: Review): string {
  const shown = album(review.kinds.flatMap(({ exhibits }) => exhibits.pictures));
  const { site, approved } = review;
  const tone = approved === null ? 'unsure' : review.findings.length === 0 ? 'good' : 'warning';
  const title = approved === null ? 'First baseline' : 'New baseline';
  const body = html`<header>
<p class="brand">Siteward <span class="dim">baseline review</span></p>
<h1 class="decision ${tone}">${title}</h1>
<p class="lead">${quoted(site.title ?? site.id)}</p>
<p class="meta mono">${quoted(site.url ?? site.name)}</p>
<dl class="facts"><div><dt>Site</dt><dd>${quoted(site.id)}</dd></div><div><dt>Approved</dt><dd>${quoted(approvedWords(approved, review.looks))}</dd></div><div><dt>Candidate taken</dt><dd>${moment(review.takenAt)}</dd></div></dl>
</header>
<main><article class="${tone}">
<p class="badge">${review.findings.length === 0 ? 'nothing a check would report' : `${counted(review.findings.length, 'difference')} a check would report`}</p>
${review.kinds.map((entry) => kindPart(entry, shown))}
${findingList(review.findings)}
${learnedPart(review.learned)}
<h3>Your decision</h3><ol class="next">${commands(review).map(({ word, command }) => html`<li>To ${word}<code>${command}</code></li>`)}</ol>
</article></main>`;
  return page(`Baseline review: ${oneLine(site.id)}`, body);
}

function kindPart({ kind, exhibits }: Review['kinds'][number], shown: Album): Html {
  const compared = comparisons(exhibits.pictures, kind, shown, null, { before: 'Approved', after: 'Candidate' });
  return html`${compared.length === 0 ? null : html`<h3>Pictures</h3>${compared}`}${textDifferences(exhibits.texts)}${resolverTable(exhibits.resolvers)}`;
}

function learnedPart(learned: readonly string[]): Html {
  const lines =
    learned.length === 0
      ? html`<p class="dim">Nothing: every sample looked the same.</p>`
      : html`<ul class="next">${learned.map((line) => html`<li>${quoted(line)}</li>`)}</ul>`;
  return html`<h3>What moves by itself, and is not compared</h3>${lines}`;
}
