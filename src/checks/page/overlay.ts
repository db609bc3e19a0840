/** Something new lies on top: an opaque box over most of the screen, or a message box. Text and structure may be as ever. */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf } from './difference.js';
import type { Pair } from './layers.js';
import type { PageSettings } from './settings.js';
import { quote, quoteList, shapeOf } from './words.js';

/** Words of the banners that laws ask for; one of those is told, but is not an attack. */
export const CONSENT =
  /cookie|consent|gdpr|privacy|datenschutz|confidentialit|privacidad|çerez|کوکی|ملفات تعريف الارتباط|隐私|куки/i;

export const overlay = perLayer('overlay', (pair, settings) => [
  ...overlayFindings(pair, settings),
  ...dialogFindings(pair, settings),
]);

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

function dialogFindings({ actual, accepted, layer }: Pair, settings: PageSettings): Finding[] {
  const known = new Set((accepted.shown?.dialogs ?? []).map(shapeOf));
  const added = (actual.shown?.dialogs ?? []).filter((dialog) => !known.has(shapeOf(dialog)));
  if (added.length === 0) return [];
  const summary = `The page opens a message box that says “${quote(added[0] ?? '', 120)}”.`;
  return [finding('page/dialog-shown', settings, { summary, actual: quoteList(added), where: layer })];
}
