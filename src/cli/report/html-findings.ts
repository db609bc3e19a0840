/** Findings, text differences and the resolver table as HTML. Pure. */
import { worstFirst } from '../../core/corroborate.js';
import { type Fragment, type Html, html, quoted, visible } from '../../core/markup.js';
import type { Exhibits, Finding, ResolverRow, Severity } from '../../core/model.js';
import { oneLine } from '../../core/plain-text.js';
import { agrees, sureness } from '../../core/words.js';
import { lineDifference, type Piece, wordDifference } from './text-difference.js';
import { counted, type Tone } from './words.js';

const SEVERITY_TONE: Readonly<Record<Severity, Tone>> = { critical: 'bad', warning: 'warning', notice: 'unsure' };

/** Values longer than this are cut: the evidence folder has the whole. Characters. */
const LONGEST_VALUE = 4000;

/** Worst first; null when there are none. */
export function findingList(findings: readonly (Finding & { readonly vantage?: string })[]): Html | null {
  if (findings.length === 0) return null;
  return html`<h3>Findings</h3><div>${findings.toSorted(worstFirst).map(findingItem)}</div>`;
}

function findingItem(finding: Finding & { readonly vantage?: string }): Html {
  const { expected, actual, where } = finding;
  const pieces = expected !== undefined && actual !== undefined ? wordDifference(expected, actual) : null;
  return html`<div class="finding ${SEVERITY_TONE[finding.severity]}">
<p class="says"><span class="word">${finding.severity}</span>${quoted(finding.summary)}</p>
<p class="about"><code>${finding.code}</code> · ${sureness(finding.confidence)}${finding.vantage === undefined ? null : html` · seen from ${quoted(finding.vantage)}`}</p>
<dl class="values">${value('Expected', 'expected', expected, pieces, 'removed')}${value('Found', 'actual', actual, pieces, 'added')}${
    where === undefined ? null : html`<dt>Where</dt><dd class="mono">${quoted(cut(where))}</dd>`
  }</dl>
</div>`;
}

function value(
  word: string,
  name: string,
  text: string | undefined,
  pieces: readonly Piece[] | null,
  side: 'removed' | 'added',
): Html | null {
  if (text === undefined) return null;
  const inner: Fragment =
    text === ''
      ? html`<span class="dim">empty</span>`
      : pieces === null
        ? visible(cut(text))
        : pieces.filter(({ kind }) => kind === 'same' || kind === side).map(marked);
  return html`<dt>${word}</dt><dd class="${name}"><bdi dir="auto">${inner}</bdi></dd>`;
}

function marked({ kind, text }: Piece): Fragment {
  const shown = visible(cut(text));
  if (kind === 'removed') return html`<del>${shown}</del>`;
  return kind === 'added' ? html`<ins>${shown}</ins>` : shown;
}

function cut(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Whole texts, line by line, with what did not change left out. */
export function textDifferences(texts: Exhibits['texts']): Html | null {
  const changed = texts.filter(({ before, after }) => before !== after);
  if (changed.length === 0) return null;
  return html`<h3>Text, line by line</h3>${changed.map(
    ({ name, before, after }) => html`<p class="name">${quoted(name)}</p>
<div class="lines" tabindex="0" role="region" aria-label="Difference of ${oneLine(name, 100)}">${lineDifference(
      before,
      after,
    ).map(
      ({ kind, text }) =>
        html`<div class="${kind}"><span class="sign">${SIGNS[kind]}</span><bdi dir="auto">${visible(cut(text))}</bdi></div>`,
    )}</div>`,
  )}<p class="legend">− approved and gone, + not approved and there</p>`;
}

const SIGNS = { same: '', removed: '−', added: '+', gap: '⋯' } as const;

/** Every resolver's answer; those that disagree are marked by colour, sign and word. */
export function resolverTable(rows: readonly ResolverRow[]): Html | null {
  if (rows.length === 0) return null;
  const differing = rows.filter((row) => !agrees(row)).length;
  const title =
    differing === 0
      ? 'every answer agrees'
      : `${differing} of ${counted(rows.length, 'answer')} ${differing === 1 ? 'disagrees' : 'disagree'}`;
  return html`<h3>Resolvers: ${title}</h3><div class="wide"><table>
<thead><tr><th scope="col">Resolver</th><th scope="col">Role</th><th scope="col">By</th><th scope="col">Type</th><th scope="col">Answer</th><th scope="col">Verdict</th><th scope="col">Time</th></tr></thead>
<tbody>${rows.map(resolverRow)}</tbody></table></div>`;
}

function resolverRow(row: ResolverRow): Html {
  const wrong = !agrees(row);
  const answer: Fragment =
    row.answers.length > 0
      ? row.answers.map((address) => html`<div class="mono">${quoted(address)}</div>`)
      : html`<span class="mono">${row.rcode ?? 'no answer'}</span>`;
  return html`<tr${wrong ? html` class="differs"` : null}><td class="resolver">${quoted(row.resolver)}</td><td>${row.role}</td><td>${row.transport}</td><td>${row.type}</td><td class="answer">${answer}</td><td class="verdict">${wrong ? '✗ ' : '✓ '}<span class="mono">${row.verdict}</span> <span class="dim">${Math.round(row.confidence * 100)} %</span></td><td class="number">${row.rttMs === null ? '–' : `${Math.round(row.rttMs)} ms`}</td></tr>`;
}
