/**
 * Every finding about a page, and its weight: the one table to read or change when something alarms too much or too
 * little. `living` and `frozen` say how grave the finding is by itself; what several findings mean together is in
 * weigh.ts. `confidence` is how sure the code's statement is, not how bad it would be.
 */
import type { Diagnosis, Finding, Severity } from '../../core/model.js';
import type { FindingCode } from '../check.js';
import type { PageSettings } from './settings.js';
import { quote } from './words.js';

interface Weight {
  readonly diagnosis: Diagnosis;
  readonly living: Severity;
  readonly frozen: Severity;
  readonly confidence: number;
  readonly meaning: string;
  readonly remedy: string;
}

const APPROVE =
  'If the change is yours, capture and approve a new baseline; if not, restore the page and find how it was changed.';
const REMOVE = 'If you did not add it, take it out, find how it got in, and change the credentials of the site.';
const ROW = (
  diagnosis: Diagnosis,
  living: Severity,
  frozen: Severity,
  confidence: number,
  meaning: string,
  remedy: string = APPROVE,
): Weight => ({ diagnosis, living, frozen, confidence, meaning, remedy });

export const WEIGHTS = {
  // Several findings with one cause, worded as one.
  'page/replaced': ROW('defaced', 'critical', 'critical', 0.98, 'The page was replaced by another one.'),
  'page/redesigned': ROW(
    'changed',
    'warning',
    'critical',
    0.8,
    'The page was rebuilt; its own title, links and scripts stayed.',
  ),

  // Identity: seen by everyone, in search results too, and hardly ever edited.
  'page/title-replaced': ROW(
    'defaced',
    'critical',
    'critical',
    0.85,
    'The new title has nothing of the old one, nor of the words the site uses of itself.',
  ),
  'page/title-changed': ROW('changed', 'notice', 'critical', 0.9, 'The title was edited.'),
  'page/meta-changed': ROW(
    'changed',
    'notice',
    'critical',
    0.8,
    'Description, robots rule, language or another meta value differs.',
  ),
  'page/refresh-added': ROW(
    'redirected',
    'critical',
    'critical',
    0.9,
    'The page now sends its visitors elsewhere by a meta refresh.',
    REMOVE,
  ),

  // An edit and an attack of the same size look the same; how much is gone decides, the rest is up to the approver.
  'page/text-replaced': ROW('changed', 'warning', 'critical', 0.85, 'Almost nothing of the accepted text is left.'),
  'page/text-changed': ROW('changed', 'notice', 'critical', 0.9, 'Some of the text differs.'),
  'page/script-system-changed': ROW(
    'defaced',
    'warning',
    'critical',
    0.8,
    'The text is written in another script (alphabet) than the accepted text.',
  ),
  'page/emptied': ROW('defaced', 'critical', 'critical', 0.9, 'The page has no text any more.'),
  'page/structure-replaced': ROW(
    'changed',
    'warning',
    'critical',
    0.8,
    'The elements of the page are arranged in a wholly different way.',
  ),
  'page/structure-changed': ROW('changed', 'notice', 'critical', 0.8, 'Elements were added or taken away.'),
  'page/markup-changed': ROW('changed', 'notice', 'notice', 0.5, 'Only attributes or hidden text differ.'),
  'page/markup-abnormal': ROW(
    'defaced',
    'critical',
    'critical',
    0.7,
    'The markup is larger or deeper than a page has reason to be, so only its beginning was read.',
    'Look at the source of the page: something generates markup without end, perhaps to blind monitors.',
  ),
  'page/body-changed': ROW(
    'changed',
    'warning',
    'critical',
    0.9,
    'What is served here is not a page, and its content differs.',
  ),

  // Off-site code and forms: whoever controls them controls the visitor.
  'page/script-injected': ROW(
    'injected',
    'critical',
    'critical',
    0.9,
    'The page loads a script from a place it never loaded scripts from.',
    REMOVE,
  ),
  'page/script-changed': ROW(
    'injected',
    'notice',
    'critical',
    0.6,
    'The page loads another script from a place already known.',
    REMOVE,
  ),
  'page/inline-script-injected': ROW(
    'injected',
    'critical',
    'critical',
    0.8,
    'New code in the page does what attacks do: unpacks hidden text, sends visitors or data elsewhere, rewrites the page.',
    REMOVE,
  ),
  'page/inline-script-changed': ROW(
    'injected',
    'warning',
    'critical',
    0.6,
    'The code written in the page differs.',
    REMOVE,
  ),
  'page/frame-injected': ROW(
    'injected',
    'critical',
    'critical',
    0.9,
    'The page frames another site, or frames something no visitor sees.',
    REMOVE,
  ),
  'page/frame-changed': ROW(
    'injected',
    'warning',
    'critical',
    0.7,
    'The page frames something else of a place already known.',
    REMOVE,
  ),
  'page/form-retargeted': ROW(
    'injected',
    'critical',
    'critical',
    0.95,
    'What visitors type is sent to another site.',
    REMOVE,
  ),
  'page/form-changed': ROW(
    'changed',
    'notice',
    'critical',
    0.8,
    'A form was added, or sends to another path of the same site.',
  ),
  'page/base-changed': ROW(
    'injected',
    'critical',
    'critical',
    0.9,
    'Every relative link and script of the page now means another place.',
    REMOVE,
  ),
  'page/links-injected': ROW(
    'injected',
    'critical',
    'critical',
    0.85,
    'Links to other sites were added where no visitor sees them, for search engines.',
    REMOVE,
  ),
  'page/link-retargeted': ROW(
    'injected',
    'warning',
    'critical',
    0.8,
    'A link kept its text and leads to another site.',
    REMOVE,
  ),
  'page/links-added': ROW('injected', 'warning', 'critical', 0.5, 'The page links to sites it did not link to.'),
  'page/links-changed': ROW('changed', 'notice', 'critical', 0.8, 'Links to places already known were added.'),
  'page/media-replaced': ROW(
    'injected',
    'critical',
    'critical',
    0.9,
    'Video or sound comes from another site.',
    REMOVE,
  ),
  'page/media-changed': ROW(
    'changed',
    'warning',
    'critical',
    0.8,
    'Video or sound comes from another path of a place already known.',
  ),
  'page/image-replaced': ROW('injected', 'warning', 'critical', 0.7, 'A picture comes from another site.', REMOVE),
  'page/style-injected': ROW(
    'injected',
    'warning',
    'critical',
    0.7,
    'A style sheet comes from another site; it can hide or repaint everything.',
    REMOVE,
  ),
  'page/resource-changed': ROW(
    'changed',
    'notice',
    'critical',
    0.7,
    'Pictures, style sheets, icons or preloads of places already known differ.',
  ),
  'page/reference-removed': ROW(
    'changed',
    'notice',
    'critical',
    0.8,
    'Something the page loaded or linked to is gone.',
  ),
  'page/request-new-host': ROW(
    'injected',
    'notice',
    'critical',
    0.5,
    'While it was rendered the page called a host it did not call before.',
  ),

  'page/redirected': ROW(
    'redirected',
    'critical',
    'critical',
    0.95,
    'Visitors end up on another site.',
    'If the move is yours, capture and approve; if not, look at the web server, the page and the DNS of the name.',
  ),
  'page/redirect-changed': ROW(
    'changed',
    'notice',
    'critical',
    0.8,
    'Visitors take another way to the page, within the same site.',
  ),
  'page/scheme-downgraded': ROW(
    'redirected',
    'critical',
    'critical',
    0.9,
    'The page that was served encrypted is now served in the clear.',
    'Restore the redirect to https; until then anybody on the way can change the page.',
  ),
  'page/status-changed': ROW(
    'down',
    'critical',
    'critical',
    0.9,
    'The server answers with an error instead of the page.',
    'Look at the web server; the page visitors get is an error.',
  ),
  'page/denied': ROW(
    'denied',
    'critical',
    'critical',
    0.8,
    'The server refuses to show the page.',
    'If visitors see it, let the monitor through; if not, mend the access rules of the server.',
  ),
  'page/blocked': ROW(
    'blocked',
    'critical',
    'critical',
    0.85,
    'A block notice of a network or an authority is shown instead of the page.',
    'Compare from another network: somebody on the way, or the DNS, answers in place of the site.',
  ),
  'page/parked': ROW(
    'defaced',
    'critical',
    'critical',
    0.9,
    'A domain dealer’s parking page is shown instead of the page.',
    'Look at the registration and the DNS of the name: it expired, or it points elsewhere.',
  ),
  'page/type-changed': ROW('defaced', 'critical', 'critical', 0.9, 'The address now serves another type of content.'),

  'page/must-have-missing': ROW(
    'changed',
    'critical',
    'critical',
    0.95,
    'Something the watchlist demands is not on the page.',
    'Restore it, or change `must_have` of the site.',
  ),
  'page/must-not-have-present': ROW(
    'defaced',
    'critical',
    'critical',
    0.95,
    'Something the watchlist forbids is on the page.',
    'Remove it, or change `must_not_have` of the site.',
  ),

  'page/picture-replaced': ROW(
    'defaced',
    'critical',
    'critical',
    0.8,
    'Most of what a visitor sees is another picture.',
  ),
  'page/picture-changed': ROW('changed', 'notice', 'critical', 0.85, 'A part of the page looks different.'),
  'page/picture-unreadable': ROW(
    'monitor-fault',
    'warning',
    'warning',
    0.9,
    'A screenshot could not be read, so the pictures were not compared.',
    'Capture again; if it stays, report it.',
  ),
  'page/renderer-changed': ROW(
    'changed',
    'notice',
    'notice',
    1,
    'The browser that took the picture is another than the one of the baseline, so pixels are not comparable.',
    'Capture and approve a new baseline with this browser.',
  ),
  'page/overlay-added': ROW(
    'defaced',
    'critical',
    'critical',
    0.85,
    'Something new covers most of what a visitor sees.',
    REMOVE,
  ),
  'page/dialog-shown': ROW(
    'defaced',
    'critical',
    'critical',
    0.85,
    'The page opens a message box it did not open before.',
    REMOVE,
  ),
  // Never alone: weigh.ts raises it when something else shows that the words are new on the page.
  'page/defacement-phrase': ROW(
    'defaced',
    'notice',
    'critical',
    0.7,
    'New words on the page are those that defacers sign with.',
    'Read the page; if the words are the editors’, approve a new baseline.',
  ),

  'page/not-in-baseline': ROW(
    'changed',
    'warning',
    'warning',
    1,
    'There is nothing accepted to compare this view with.',
    'Capture and approve a new baseline.',
  ),
  'page/transient': ROW(
    'changed',
    'warning',
    'warning',
    0.5,
    'A difference was seen once and was gone at the next look.',
    'Look at the evidence: a change served to some visitors only, or for seconds, looks like this.',
  ),
} as const satisfies Record<`page/${string}`, Weight>;

export type PageCode = keyof typeof WEIGHTS;

/** For docs/findings.md. */
export const codes: readonly FindingCode[] = Object.entries(WEIGHTS).map(
  ([code, { diagnosis, frozen, meaning, remedy }]) => ({
    code,
    diagnosis,
    severity: code === 'page/transient' ? 'warning' : frozen,
    meaning,
    remedy,
  }),
);

export interface Facts {
  /** One plain sentence; a site's own words in it are quoted by the caller with `quote`. */
  readonly summary: string;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly where?: string | undefined;
  /** Where the table's weight for `living` does not fit the case at hand. */
  readonly living?: Severity;
  readonly confidence?: number;
}

/** A finding with the weight the table gives it; values are bounded and cleaned here. */
export function finding(code: PageCode, settings: Pick<PageSettings, 'content'>, facts: Facts): Finding {
  const weight = WEIGHTS[code];
  return {
    code,
    severity: settings.content === 'frozen' ? weight.frozen : (facts.living ?? weight.living),
    confidence: facts.confidence ?? weight.confidence,
    diagnosis: weight.diagnosis,
    summary: quote(facts.summary, 400),
    ...(facts.expected === undefined ? {} : { expected: quote(facts.expected) }),
    ...(facts.actual === undefined ? {} : { actual: quote(facts.actual) }),
    ...(facts.where === undefined ? {} : { where: quote(facts.where) }),
  };
}
