/**
 * Something new lies on top: an opaque box over most of the screen, a smaller one that covers text and leads elsewhere, or
 * a message box. Text and structure may be as ever.
 */
import type { Finding } from '../../core/model.js';
import { siteOf } from './address.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf, sitesOf } from './difference.js';
import { tiradeIn } from './hostility.js';
import type { Pair, Side } from './layers.js';
import type { PageSettings } from './settings.js';
import { quote, quoteList, shapeOf, sizeOf } from './words.js';

/** Words of the banners that laws ask for; one of those is told, but is not an attack. */
export const CONSENT =
  /cookie|consent|gdpr|privacy|datenschutz|confidentialit|privacidad|çerez|کوکی|ملفات تعريف الارتباط|隐私|куки/i;

export const overlay = perLayer('overlay', (pair, settings) => [
  ...overlaysOf(pair, settings),
  ...dialogFindings(pair, settings),
]);

/** What covers most of the view is told as that. */
function overlaysOf(pair: Pair, settings: PageSettings): Finding[] {
  const over = overlayFindings(pair, settings);
  return over.length > 0 ? over : coverFindings(pair, settings);
}

function overlayFindings(pair: Pair, settings: PageSettings): Finding[] {
  const known = new Set(pair.accepted.shown?.overlays ?? []);
  const added = (pair.actual.shown?.overlays ?? []).filter((path) => !known.has(path));
  // Paths of one overlay differ when something was inserted before it: only more of them is new.
  if (added.length === 0 || (pair.actual.shown?.overlays.length ?? 0) <= known.size) return [];
  const consent = CONSENT.test(differenceOf(pair).added.join(' '));
  return [
    finding('page/overlay-added', settings, {
      summary: `Something new covers most of the ${pair.layer} view.`,
      actual: added.join(', '),
      where: added[0],
      ...(consent ? { living: 'warning' as const, confidence: 0.5 } : {}),
    }),
  ];
}

/** From so much text on that was to be read and now lies under something. */
const COVERED_LINES = 2;
const COVERED_CHARACTERS = 40;
/** Shares of the accepted text from which on it matters that it is covered, whatever covers it; and of nearly all of it. */
const MUCH_COVERED = 0.4;
const ALL_COVERED = 0.8;

/**
 * Something smaller than a whole window covers text, and speaks of another site or against somebody: “the stream has
 * moved”; or it covers a good part of the page. A notice about cookies covers text too, but sends nobody elsewhere.
 */
function coverFindings(pair: Pair, settings: PageSettings): Finding[] {
  const { actual, accepted, layer } = pair;
  if (pair.same || !actual.shown || !accepted.shown || !actual.document || !accepted.document) return [];
  const { covered, fresh } = coverIn(pair);
  const size = sizeOf(covered);
  if (covered.length < COVERED_LINES || size < COVERED_CHARACTERS) return [];
  const hosts = strangeHostsIn(fresh, pair);
  const hostile = hosts.length > 0 || (fresh.length > 0 && tiradeIn(pair)?.outright === true);
  const share = actual.covered.length > 0 ? size / sizeOf(accepted.lines) : 0;
  if (!hostile && (share < MUCH_COVERED || CONSENT.test(fresh.join(' ')))) return [];
  const whither = hosts.length > 0 ? ` and names ${quoteList(hosts)}` : '';
  const words = fresh.length > 0 ? `: “${quote(fresh.join(' '), 120)}”` : ', and says nothing in words';
  return [
    finding('page/overlay-added', settings, {
      summary: `Something new covers text of the ${layer} view${whither}${words}.`,
      expected: covered.join(' / '),
      actual: fresh.join(' / ') || '(no words)',
      where: layer,
      living: share >= ALL_COVERED ? 'critical' : 'warning',
      confidence: 0.7,
    }),
  ];
}

/** Text that was to be read and now lies under something, and the words that are new. */
function coverIn(pair: Pair): { covered: readonly string[]; fresh: readonly string[] } {
  const { actual, accepted } = pair;
  const { added, removed } = differenceOf(pair);
  const shapes = (texts: readonly string[]): Set<string> => new Set(texts.map(shapeOf));
  const blocks = (side: Side): string[] => (side.document?.blocks ?? []).map((block) => block.text);
  const was = shapes(blocks(accepted));
  const fresh = added.filter((line) => !was.has(shapeOf(line)));
  if (actual.shown?.layout) {
    const [readable, known] = [shapes(accepted.lines), shapes(accepted.covered)];
    const isNew = (shape: string): boolean => readable.has(shape) && !known.has(shape);
    return { covered: actual.covered.filter((line) => isNew(shapeOf(line))), fresh };
  }
  // Evidence from before the browser was asked: what is in the page and not to be seen may lie under something.
  const written = shapes(blocks(actual));
  return { covered: removed.filter((line) => written.has(shapeOf(line))), fresh };
}

const WEB_ADDRESS = /(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}-]{1,63}\.){1,5}\p{L}{2,24}(?![\p{L}\p{N}@])/gu;

/** Addresses written in the text, of sites the page never referred to. */
function strangeHostsIn(lines: readonly string[], { accepted }: Pair): string[] {
  const known = sitesOf(accepted);
  const hosts = [...lines.join('\n').slice(0, 10_000).matchAll(WEB_ADDRESS)].map(([host]) => host.toLowerCase());
  return hosts.filter((host) => !known.has(siteOf(`https://${host}`)));
}

function dialogFindings({ actual, accepted, layer }: Pair, settings: PageSettings): Finding[] {
  const known = new Set((accepted.shown?.dialogs ?? []).map(shapeOf));
  const added = (actual.shown?.dialogs ?? []).filter((dialog) => !known.has(shapeOf(dialog)));
  if (added.length === 0) return [];
  const summary = `The page opens a message box that says “${quote(added[0] ?? '', 120)}”.`;
  return [finding('page/dialog-shown', settings, { summary, actual: quoteList(added), where: layer })];
}
