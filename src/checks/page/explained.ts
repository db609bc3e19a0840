/**
 * What every comparer of a page asks, when it speaks, and what it measured: the text behind `check --explain`. One entry
 * for each comparer in index.ts; thresholds are the comparers' own constants, never a copy of them.
 */
import { bodiesOf } from './contents.js';
import { differenceOf } from './difference.js';
import { headerOf, type PageEvidence } from './evidence.js';
import { counted, each, fromTo, type PageExplained, percent } from './explained-measures.js';
import { explainedViews } from './explained-views.js';
import { tiradeIn } from './hostility.js';
import { pairsOf, sidesOf } from './layers.js';
import { forgedWordsIn } from './lookalikes.js';
import { PHRASES } from './phrases.js';
import { placesOf } from './redirects.js';
import { workersIn } from './service-workers.js';
import { newlySpoken } from './spoken.js';
import { REPLACED_BELOW as STRUCTURE_REPLACED } from './structure.js';
import { swapIn } from './swapped.js';
import { REPLACED_BELOW as TEXT_REPLACED } from './text.js';
import { titleChange } from './title.js';
import { quote, quoteList } from './words.js';

const text = each((pair) => {
  if (pair.same) return { what: 'text', value: 'as accepted, word for word' };
  const { textKept, textSimilarity, added, removed } = differenceOf(pair);
  const lines = `${counted(added.length, 'new line')}, ${removed.length} gone`;
  return {
    what: 'text',
    value: `${percent(textKept)} kept, ${percent(textSimilarity)} of word pairs in common, ${lines}`,
  };
});

const exchanged = each((pair) => {
  const swap = swapIn(pair);
  return (
    swap && {
      what: 'running text exchanged',
      value: `${percent(swap.gone)}, ${percent(swap.strange)} of its words strange`,
    }
  );
});

const structure = each((pair) => {
  const canonical = pair.same || pair.actual.document?.hash === pair.accepted.document?.hash;
  if (canonical) return { what: 'canonical form', value: 'equal' };
  return { what: 'tag paths in common', value: percent(differenceOf(pair).structureSimilarity) };
});

const references = each((pair) => {
  const { addedItems, removedItems, itemsKept } = differenceOf(pair);
  const kept = `${percent(itemsKept)} of the page’s own kept`;
  const value = `${pair.actual.items.length} looked at, ${addedItems.length} new, ${removedItems.length} gone, ${kept}`;
  return { what: 'references', value };
});

const titles = each((pair) => {
  if (!pair.actual.document || !pair.accepted.document) return null;
  const value = fromTo(`“${quote(pair.accepted.document.title, 100)}”`, `“${quote(pair.actual.document.title, 100)}”`);
  return { what: `title (${titleChange(pair)})`, value };
});

const answers = each((pair) => {
  const status = fromTo(String(pair.accepted.status ?? 'none'), String(pair.actual.status ?? 'none'));
  const letters = fromTo(String(lengthOf(pair.accepted.lines)), String(lengthOf(pair.actual.lines)));
  return { what: 'status, characters of text', value: `${status}, ${letters}` };
});

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

export const explained: Readonly<Record<string, PageExplained>> = {
  coverage: {
    asks: 'Was every view that was looked at approved?',
    speaks: 'a view is rendered that no accepted look has',
    measures: ({ views }, accepted) => {
      const approved = accepted.flatMap((look) => look.views.flatMap((v) => (v.shown ? [v.viewport.name] : [])));
      const seen = views.map(({ viewport, shown }) => `${viewport.name}${shown ? '' : ' (not rendered)'}`).join(', ');
      const value = `${seen || 'none'}; approved: ${[...new Set(approved)].join(', ') || 'none'}`;
      return [{ where: '', what: 'views', value }];
    },
  },
  redirects: {
    asks: 'Where do visitors end up, and by which way?',
    speaks: 'a hop or the end is on a site no accepted look passed, the way differs, or encryption is gone',
    measures: (actual, accepted) => {
      const way = (look: PageEvidence): string => [...new Set(placesOf(look))].join(' → ');
      const value = `${quote(way(actual), 300)}; approved: ${quote(accepted.map(way).join(' | ') || 'none', 300)}`;
      return [{ where: '', what: 'way', value }];
    },
  },
  status: {
    asks: 'Is it still a page that is served, and not an error, a refusal, a notice or nothing?',
    speaks: `the class of the status or the type changes, no text is left, or less than ${percent(TEXT_REPLACED)} of it is and what is there reads like a block notice or a parking page`,
    measures: answers,
  },
  policy: {
    asks: 'Does the Content-Security-Policy header still limit scripts as it did?',
    speaks: 'the header is gone, or lets scripts come from sources that no accepted answer allowed',
    measures: ({ raw }, accepted) => {
      const before = accepted.map((look) => headerOf(look.raw, 'content-security-policy') ?? 'none');
      const now = headerOf(raw, 'content-security-policy') ?? 'none';
      const value = fromTo(quote(before.join(' | ') || 'none', 200), quote(now, 200));
      return [{ where: 'raw', what: 'content-security-policy', value }];
    },
  },
  title: {
    asks: 'Does the page still say of itself what it said: title, description, robots, a refresh?',
    speaks:
      'the title or a meta value differs; critical where no word of the title is left and most are new to the site',
    measures: titles,
  },
  text: {
    asks: 'How much of the text a visitor reads is gone, what is new, and is it in the same script?',
    speaks: `a line that was not learned to rotate differs; replaced when less than ${percent(TEXT_REPLACED)} is kept and in common; told when most of the running text was exchanged, or a good part of it for strange words`,
    measures: (...look) => [...text(...look), ...exchanged(...look)],
  },
  direction: {
    asks: 'Are there new invisible characters that turn the text round?',
    speaks: 'a bidirectional override or embedding appears where there was none of its sort',
    measures: each(({ actual, accepted }) => ({
      what: 'sorts of direction controls',
      value: fromTo(String(accepted.document?.controls.size ?? 0), String(actual.document?.controls.size ?? 0)),
    })),
  },
  hostility: {
    asks: 'Does the new text accuse, threaten, boast of an intrusion or sell what the site never spoke of?',
    speaks:
      'a new line holds several such words, one of them grave, that the site never used; fewer in a passage strange to it',
    measures: each((pair) => {
      const tirade = tiradeIn(pair);
      const value = tirade ? `weight ${tirade.weight}: ${quoteList(tirade.words, 8)}` : 'none that tells';
      return { what: 'hostile words new to the site', value };
    }),
  },
  lookalikes: {
    asks: 'Are new words spelt with look-alike letters of another script?',
    speaks: 'letters of two scripts alternate within a new word, on a page that had no such words',
    measures: each((pair) => ({
      what: 'forged words',
      value: quoteList(newlySpoken(pair).flatMap(forgedWordsIn)) || 'none',
    })),
  },
  body: {
    asks: 'Where what is served is no HTML: are these the accepted bytes or lines?',
    speaks: 'bytes or lines differ',
    measures: each(({ actual, accepted, layer }) => {
      if (layer !== 'raw' || actual.document || accepted.document) return null;
      return { what: 'body', value: actual.body?.sha256 === accepted.body?.sha256 ? 'equal' : 'differs' };
    }),
  },
  structure: {
    asks: 'Do the same elements stand in the same places?',
    speaks: `tag paths differ beyond those learned to move; replaced below ${percent(STRUCTURE_REPLACED)} in common`,
    measures: structure,
  },
  origins: {
    asks: 'What does the page load, run, frame, send to and link to, and from where?',
    speaks:
      'a script, frame, form, medium, link, picture, style sheet, icon or request is new, gone, or from a place it never came from',
    measures: references,
  },
  contents: {
    asks: 'Are the scripts, style sheets and framed pages of the same addresses the same bytes?',
    speaks:
      'bytes differ that were the same in every sample; told where a script that stood still names strange hosts or begins to do grave things',
    measures: (actual, accepted, settings) =>
      pairsOf(actual, accepted, settings).flatMap((pair) => {
        if (!pair.actual.shown) return [];
        const { compared, rewritten } = bodiesOf(pair, accepted, settings);
        return [
          {
            where: pair.layer,
            what: 'bytes of what it loads',
            value: `${compared} compared, ${rewritten.length} not as accepted`,
          },
        ];
      }),
  },
  'service-workers': {
    asks: 'Does the page register a program that answers for it in the browsers of its visitors?',
    speaks: 'a service worker is registered with a scope or a script that no accepted look registered',
    measures: (actual, accepted) => {
      const known = accepted.some((look) => workersIn(look) !== null);
      const found = workersIn(actual)?.map(({ scope, script }) => `${script} for ${scope}`) ?? [];
      const value = quoteList(found) || 'none';
      return [{ where: '', what: 'service workers', value: known ? value : `${value}; the baseline does not say` }];
    },
  },
  ...explainedViews,
  signatures: {
    asks: 'Do new words read like a defacer’s, seen or hidden, masked or not?',
    speaks: `a new line holds one of ${PHRASES.length} phrases`,
    measures: each((pair) => ({ what: 'new lines', value: String(differenceOf(pair).added.length) })),
  },
  cloaking: {
    asks: 'Are other visitors, such as search engines and phones, given what was approved for them?',
    speaks: 'one of them is led elsewhere or given another page, and the monitor is not',
    measures: ({ visitors = [] }, accepted) => {
      if (visitors.length === 0) return [{ where: 'raw', what: 'other visitors', value: 'not asked for in this look' }];
      return visitors.map(({ name, raw }) => {
        const known = accepted.some((look) => look.visitors?.some((visitor) => visitor.name === name));
        const answer = raw === null ? 'what the monitor is given' : `an answer of their own (${raw.status ?? 'none'})`;
        return { where: name, what: 'given', value: known ? answer : `${answer}; nothing approved to hold it against` };
      });
    },
  },
  assertions: {
    asks: 'Do the admin’s own rules hold: must_have and must_not_have?',
    speaks: 'something that must be there is not, or something that must not be is',
    measures: (actual, _accepted, settings) => {
      const rules = `${settings.mustHave.length} must_have, ${settings.mustNotHave.length} must_not_have`;
      const layers = sidesOf(actual, settings).map((side) => side.layer);
      return [{ where: '', what: 'rules', value: `${rules}, on ${layers.join(', ') || 'nothing'}` }];
    },
  },
};
