/** `must_have` and `must_not_have`: the admin's own rules, which hold with or without a baseline. */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';
import { RAW, type Side, sidesOf } from './layers.js';
import type { Assertion, PageSettings } from './settings.js';
import { normalized, quote, unjoined } from './words.js';

export const assertions: PageComparer = {
  name: 'assertions',
  compare: (actual, _accepted, settings) => {
    const sides = sidesOf(actual, settings);
    // What visitors see counts; the raw answer stands in where nothing was rendered.
    const views = sides.filter((side) => side.layer !== RAW);
    const seen = views.length > 0 ? views : sides;
    return [
      // What only a browser shows was there at the full look this one leans on.
      ...(actual.spared ? [] : settings.mustHave.flatMap((assertion) => missing(assertion, seen, settings))),
      ...settings.mustNotHave.flatMap((assertion) => present(assertion, sides, settings)),
    ];
  },
};

function missing(assertion: Assertion, seen: readonly Side[], settings: PageSettings): Finding[] {
  const lacking = seen.filter((side) => !holds(assertion, side));
  if (lacking.length === 0) return [];
  return [
    finding('page/must-have-missing', settings, {
      summary: `${nameOf(assertion)} must be on the page and is not.`,
      expected: wording(assertion),
      actual: '(nothing)',
      where: lacking.map((side) => side.layer).join(', '),
    }),
  ];
}

function present(assertion: Assertion, sides: readonly Side[], settings: PageSettings): Finding[] {
  const having = sides.filter((side) => holds(assertion, side));
  if (having.length === 0) return [];
  return [
    finding('page/must-not-have-present', settings, {
      summary: `${nameOf(assertion)} must not be on the page and is.`,
      expected: '(nothing)',
      actual: wording(assertion),
      where: having.map((side) => side.layer).join(', '),
    }),
  ];
}

function holds(assertion: Assertion, { document, lines }: Side): boolean {
  if ('selector' in assertion) return document?.matches.has(assertion.selector) ?? false;
  const wanted = folded(assertion.text);
  return folded([document?.title ?? '', ...lines].join(' ')).includes(wanted);
}

function folded(text: string): string {
  return unjoined(normalized(text)).toLowerCase();
}

function wording(assertion: Assertion): string {
  return 'text' in assertion ? assertion.text : assertion.selector;
}

function nameOf(assertion: Assertion): string {
  return 'text' in assertion
    ? `The text “${quote(assertion.text, 80)}”`
    : `An element “${quote(assertion.selector, 80)}”`;
}
