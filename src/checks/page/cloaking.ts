/**
 * Is the page shown to other visitors than the monitor still the one that was approved? Each visitor's answer is judged
 * as a page of its own, by the comparers of the page, beside all that may honestly stand there: what was approved for
 * this visitor and for the others, and what the monitor itself is given now. So a site for phones, or a page made for
 * search engines, is as good as its own approved form, and an edit that everybody sees is told once, of the page itself.
 */
import { isGrave, worstFirst } from '../../core/corroborate.js';
import { type Finding, SEVERITIES } from '../../core/model.js';
import { body } from './body.js';
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';
import { direction } from './direction.js';
import type { PageEvidence, VisitorLook } from './evidence.js';
import { hostility } from './hostility.js';
import { lookalikes } from './lookalikes.js';
import { origins } from './origins.js';
import { redirects } from './redirects.js';
import type { PageSettings } from './settings.js';
import { signatures } from './signatures.js';
import { status } from './status.js';
import { structure } from './structure.js';
import { text } from './text.js';
import { title } from './title.js';
import { isSamePage, lookOf, ownAnswer } from './visitor-looks.js';
import { peopleCalled } from './visitors.js';
import { isBotWall } from './walls.js';
import { weigh } from './weigh.js';
import { EFFECTS_OF_REDESIGN } from './weights/groups.js';
import { quote } from './words.js';

const COMPARERS: readonly PageComparer[] = [
  redirects,
  status,
  title,
  text,
  direction,
  hostility,
  lookalikes,
  body,
  structure,
  origins,
  signatures,
];

export const cloaking: PageComparer = {
  name: 'cloaking',
  compare: (actual, accepted, settings) => {
    const seen = strangeVisits(actual, accepted, settings);
    return [...cloakedFindings(seen, settings), ...refusedFindings(seen, settings)];
  },
};

/** What is wrong with what one visitor is given; `refused` where that is nothing, in the server's own words. */
export interface Visit {
  readonly visitor: string;
  readonly findings: readonly Finding[];
  readonly refused: string | null;
}

/** The visitors that are given something else than anybody approved or the monitor sees now. */
export function strangeVisits(
  actual: PageEvidence,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): readonly Visit[] {
  const approved = accepted.flatMap((look) => [
    ...(look.visitors ?? []).map((visitor) => ({ visitor: visitor.name, look: lookOf(visitor, look) })),
    { visitor: null, look: ownAnswer(look) },
  ]);
  const known = new Set(approved.map(({ visitor }) => visitor));
  const visitors = (actual.visitors ?? []).filter(
    ({ name, raw }) => raw !== null && known.has(name) && !isSamePage(raw, actual.raw),
  );
  const beside = [...approved.map(({ look }) => look), ownAnswer(actual)];
  const main = memo(() => judged(ownAnswer(actual), accepted.map(ownAnswer), settings));
  return visitors.flatMap((visitor) => {
    const before = approved.filter((entry) => entry.visitor === visitor.name).map(({ look }) => look);
    const visit = visitOf(visitor, lookOf(visitor, actual), before, beside, settings);
    const findings = visit.findings.filter((entry) => !isToldOfThePage(entry, main()));
    // Refused to the monitor too: that is told of the page.
    const refused = refusalOf(ownAnswer(actual)) === null ? visit.refused : null;
    return findings.length > 0 || refused !== null ? [{ ...visit, findings, refused }] : [];
  });
}

/** What other visitors are given beside the monitor in one look: for whoever approves it. */
export function approvedApart(look: PageEvidence, settings: PageSettings): readonly Visit[] {
  return (look.visitors ?? []).flatMap((visitor) => {
    const visit = visitOf(visitor, lookOf(visitor, look), [], [ownAnswer(look)], settings);
    return visit.refused !== null || visit.findings.some(isGrave) ? [visit] : [];
  });
}

function memo<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function judged(look: PageEvidence, beside: readonly PageEvidence[], settings: PageSettings): readonly Finding[] {
  const found = COMPARERS.flatMap((comparer) => comparer.compare(look, beside, settings));
  return weigh(found, look, beside, settings);
}

/** A refusal is no page: only what was put into it, or where it leads, is held against it. */
const SAID_IN_REFUSAL: ReadonlySet<string> = new Set(['page/defacement-phrase', 'page/replaced']);
const SIGNED = 0.9;

function visitOf(
  { name }: VisitorLook,
  look: PageEvidence,
  before: readonly PageEvidence[],
  beside: readonly PageEvidence[],
  settings: PageSettings,
): Visit {
  const all = judged(look, beside, settings);
  const refusal = refusalOf(look);
  if (refusal === null)
    return {
      visitor: name,
      findings: all.map((entry) =>
        isPlanted(entry, name, all) ? { ...entry, severity: 'critical', diagnosis: 'injected' } : lessened(entry),
      ),
      refused: null,
    };
  const signed = all.some(({ code, confidence }) => code === 'page/defacement-phrase' && confidence >= SIGNED);
  const findings = all.filter(({ code }) => code === 'page/redirected' || (signed && SAID_IN_REFUSAL.has(code)));
  const usual = before.some((form) => refusalOf(form) !== null);
  return { visitor: name, findings, refused: usual || findings.length > 0 ? null : refusal };
}

/** Why there is no page to judge; null where there is one. */
function refusalOf(look: PageEvidence): string | null {
  const { raw } = look;
  if (raw.failure) return raw.failure.detail;
  if (isBotWall(look)) return `The server answers with a challenge for robots (${raw.status}).`;
  return raw.status !== null && raw.status >= 400 ? `The server answers ${raw.status}.` : null;
}

const EDITS: ReadonlySet<string> = new Set([...EFFECTS_OF_REDESIGN, 'page/redesigned', 'page/links-added']);

/** Nobody who means well plants links for search engines alone, to many other sites or in the words of spam. */
function isPlanted({ code }: Finding, visitor: string, all: readonly Finding[]): boolean {
  if (visitor !== 'crawler') return false;
  return code === 'page/links-injected' || (code === 'page/links-added' && all.some((other) => other.code === HOSTILE));
}

const HOSTILE = 'page/hostile-words';

/**
 * A site for phones may be rebuilt by itself, and a page for search engines be made for the first time. A block notice or an
 * empty page shown to some only is hardly what somebody breaks in for.
 */
function lessened(entry: Finding): Finding {
  if (entry.code === 'page/redesigned' && entry.severity === 'warning') return { ...entry, severity: 'notice' };
  const mild = (entry.code === 'page/blocked' || entry.code === 'page/emptied') && entry.severity === 'critical';
  return mild ? { ...entry, severity: 'warning' } : entry;
}

/** The page itself was changed in the same way: of that the page tells. */
function isToldOfThePage(entry: Finding, main: readonly Finding[]): boolean {
  const edit = EDITS.has(entry.code) && entry.severity !== 'critical';
  return main.some((told) => {
    const alike = told.code === entry.code || (told.actual !== undefined && told.actual === entry.actual);
    if (!edit) return alike && rankOf(told) <= rankOf(entry);
    return EDITS.has(told.code) && (alike || rankOf(told) <= rankOf(entry));
  });
}

function rankOf({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}

// --------------------------------------------------------------- findings

function cloakedFindings(visits: readonly Visit[], settings: PageSettings): Finding[] {
  const found = visits.flatMap(({ visitor, findings }) => findings.map((entry) => ({ visitor, entry })));
  const [worst] = found.map(({ entry }) => entry).sort(worstFirst);
  if (!worst) return [];
  const alike = found.filter(({ entry }) => entry.code === worst.code);
  const who = peopleIn(alike.map(({ visitor }) => visitor));
  const { severity, confidence, diagnosis, expected } = worst;
  return [
    {
      ...finding('page/cloaked', settings, {
        summary: summaryOf(worst, who),
        expected: expected ?? 'what was approved for them, or what the monitor is shown',
        actual: found.map(({ visitor, entry }) => `${visitor}: ${quote(entry.actual ?? entry.summary, 60)}`).join('; '),
        where: `as ${[...new Set(found.map(({ visitor }) => visitor))].join(', ')}: ${worst.where ?? 'raw'}`,
        confidence,
      }),
      severity,
      diagnosis,
    },
  ];
}

function summaryOf({ code, summary }: Finding, who: string): string {
  if (code !== 'page/redirected') return `Shown to ${who} only: ${summary}`;
  return `${who.charAt(0).toUpperCase()}${who.slice(1)}${summary.replace(/^Visitors/, '').replace(/\.$/, '')}; the monitor is not.`;
}

function refusedFindings(visits: readonly Visit[], settings: PageSettings): Finding[] {
  const refused = visits.filter((visit) => visit.refused !== null);
  const [first] = refused;
  if (!first) return [];
  const who = peopleIn(refused.map(({ visitor }) => visitor));
  const summary = `To ${who} the page is refused, or to a monitor that passes for them: ${first.refused}`;
  return [
    finding('page/visitor-refused', settings, { summary, where: `as ${refused.map((v) => v.visitor).join(', ')}` }),
  ];
}

/** `search engines, visitors with a phone` */
export function peopleIn(visitors: readonly string[]): string {
  return [...new Set(visitors)].map(peopleCalled).join(' and ');
}
