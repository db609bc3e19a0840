/** Attacks that hide in the way they are written, in the pace they come at, or in what moves anyway. */
import { escaped } from '../corpus/life.js';
import type { Wording } from '../corpus/page.js';
import { edited, headingOf, paragraphsOf, textOfLength, type Variant } from './variant.js';

const disguise = (name: string, aim: 'text' | 'injection', apply: Variant['apply']): Variant => ({
  name,
  family: 'attack',
  seenIn: 'raw',
  aim,
  apply,
});

/** The same signature, written so that a list of words does not find it; other signers and other tricks in each version. */
const DISGUISED: Readonly<Record<Wording, readonly string[]>> = {
  first: [
    'H A C K E D  B Y  G R E Y  F A L C O N',
    'H4ck3d by Gr3y F4lc0n',
    'Ha\u200bck\u200bed b\u200by Grey Falcon',
    'Hacked_By_GreyFalcon',
    'Ｈａｃｋｅｄ　ｂｙ　Grey Falcon',
    'Нaсkеd bу Grey Falcon',
  ],
  second: [
    'p w n e d . b y . s i l e n t . v i p e r',
    '0wn3d by S1l3nt V1p3r',
    'Defa\u2060ced b\u2060y Silent Viper',
    'Pwned~By~SilentViper',
    '𝐇𝐚𝐜𝐤𝐞𝐝 𝐛𝐲 Silent Viper',
    'Dеfасеd bу Silent Viper',
  ],
  third: [
    'D 3 F A C 3 D   B Y   1 R O N   J A C K A L',
    'h@ck3d by Ir0n J@ckal',
    'Ow\u200dned b\u200dy Iron Jackal',
    'HackedByIronJackal',
    'ⓗⓐⓒⓚⓔⓓ ⓑⓨ Iron Jackal',
    'Рwnеd bу Irоn Jасkаl',
  ],
};

/** The last sentence of a text, in any script. */
const LAST_SENTENCE = /[^.!?。！？؟]+[.!?。！？؟]?\s*$/u;

export const DISGUISES: readonly Variant[] = [
  disguise(
    'signature-disguised',
    'text',
    edited(($, { page, random }) => {
      $('body').append(`<p style="font-size:9px">${escaped(random.pick(DISGUISED[page.wording]))}</p>`);
      return true;
    }),
  ),
  disguise(
    'drift-by-sentences',
    'text',
    // A sentence a day, each a small edit; the baseline stays what was approved.
    edited(($, { hostile, random }) => {
      const all = paragraphsOf($);
      for (const p of all) {
        const sentence = LAST_SENTENCE.exec(p.text())?.[0] ?? '';
        const words = textOfLength(hostile.propaganda, Math.max(40, sentence.length), random);
        p.text(`${p.text().slice(0, p.text().length - sentence.length)} ${words}`.trim());
      }
      return all.length > 2;
    }),
  ),
  disguise(
    'headline-and-first-paragraph',
    'text',
    edited(($, { hostile, random }) => {
      const [p] = paragraphsOf($);
      headingOf($)?.text(hostile.unsigned[0] ?? '');
      p?.text(textOfLength([...hostile.unsigned, ...hostile.propaganda], p.text().length, random));
      return p !== undefined && headingOf($) !== null;
    }),
  ),
  disguise(
    'hostile-list',
    'text',
    // Every entry of a list, which may be one that rotates.
    edited(($, { hostile, random }) => {
      const list = $('ul,ol')
        .filter((_, element) => $(element).children('li').length > 2)
        .last();
      for (const item of list.children('li').get()) {
        const text = $(item).find('a').first();
        (text.length > 0 ? text : $(item)).text(random.pick(hostile.propaganda));
      }
      return list.length > 0;
    }),
  ),
  disguise(
    'style-rule-imports-off-site',
    'injection',
    edited(($) => {
      $('head').append('<style>@import url("https://cdn-metrics.badhost.example/s.css");</style>');
      return true;
    }),
  ),
  disguise(
    'module-preloaded-off-site',
    'injection',
    edited(($) => {
      $('head').append('<link rel="modulepreload" href="https://cdn-metrics.badhost.example/m.js">');
      return true;
    }),
  ),
];
