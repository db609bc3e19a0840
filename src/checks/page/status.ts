/** Is it still a page that is served? Errors, refusals, emptied pages, and notices that stand in for it. */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import { inLayer, perLayer } from './comparer.js';
import { differenceOf } from './difference.js';
import type { Pair } from './layers.js';
import type { PageSettings } from './settings.js';
import { REPLACED_BELOW } from './text.js';
import { isBlockNotice, isParkingPage } from './walls.js';
import { quote } from './words.js';

export const status = perLayer('status', (pair, settings) => {
  return [...answerFindings(pair, settings), ...typeFindings(pair, settings), ...contentFindings(pair, settings)];
});

const REFUSED = new Set([401, 403, 407, 451]);

/** The class of the status, against the accepted one. 5xx is a failure of the target, told elsewhere. */
function answerFindings(pair: Pair, settings: PageSettings): Finding[] {
  const before = pair.accepted.status;
  const after = pair.actual.status;
  if (before === null || after === null || before === after) return [];
  const sameClass = Math.floor(before / 100) === Math.floor(after / 100);
  if (sameClass && before < 400) return [];
  const facts = { expected: String(before), actual: String(after), where: pair.layer };
  const view = pair.layer === 'raw' ? '' : inLayer(pair);
  if (REFUSED.has(after)) {
    const summary = `The server refuses the page (${after})${view}.`;
    return [finding('page/denied', settings, { ...facts, summary })];
  }
  if (after < 400 || after >= 500) return [];
  return [
    finding('page/status-changed', settings, {
      ...facts,
      summary: `The server answers ${after} instead of the page${view}.`,
    }),
  ];
}

function typeFindings({ actual, accepted, layer }: Pair, settings: PageSettings): Finding[] {
  if (layer !== 'raw' || !actual.body || !accepted.body) return [];
  const before = bareType(accepted.body.mime);
  const after = bareType(actual.body.mime);
  if (before === after) return [];
  const summary = `The address now serves ${quote(after, 60)} instead of ${quote(before, 60)}.`;
  return [finding('page/type-changed', settings, { summary, expected: before, actual: after })];
}

function bareType(mime: string): string {
  return (mime.split(';')[0] ?? '').trim().toLowerCase();
}

/** A page with less text than this was not full before. */
const FULL_TEXT = 20;

function contentFindings(pair: Pair, settings: PageSettings): Finding[] {
  const { actual, accepted } = pair;
  if (pair.same) return [];
  const before = accepted.lines.join(' ').length;
  const after = actual.lines.join(' ').length;
  const emptied = (before >= FULL_TEXT && after === 0) || (accepted.body !== null && actual.body === null);
  if (emptied) {
    const summary = `The page has no text any more${inLayer(pair)}.`;
    return [
      finding('page/emptied', settings, {
        summary,
        expected: accepted.lines.join(' '),
        actual: '(nothing)',
        where: pair.layer,
      }),
    ];
  }
  if (differenceOf(pair).textKept >= REPLACED_BELOW) return [];
  const facts = { actual: actual.lines.join(' '), where: pair.layer };
  if (isBlockNotice(actual.lines)) {
    const summary = `A block notice is shown instead of the page: “${quote(actual.lines.join(' '), 120)}”.`;
    return [finding('page/blocked', settings, { ...facts, summary })];
  }
  if (isParkingPage(actual.lines)) {
    const summary = `A parking page is shown instead of the page: “${quote(actual.lines.join(' '), 120)}”.`;
    return [finding('page/parked', settings, { ...facts, summary })];
  }
  return [];
}
