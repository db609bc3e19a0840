/**
 * Text as it is meant to be read: `H4ck3d ву`, `H A C K E D`, ʜᴀᴄᴋᴇᴅ, `hаcked` with a Cyrillic letter. The table holds
 * the letters of other scripts that pass for Latin ones in common type faces (the idea of Unicode Technical Standard
 * 39, section 4), and the digits and signs defacers write for letters.
 */
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { newlySpoken, spokenBy } from './spoken.js';
import { quoteList, unjoined } from './words.js';

const pairs = (from: string, to: string): [string, string][] => {
  const letters = [...to];
  return [...from].map((letter, index) => [letter, letters[index] ?? letter]);
};

/** Cyrillic, Greek and Armenian letters, in lower case and those that look Latin only in upper case. */
const FOREIGN = new Map([
  ...pairs('аԁеёһіїјкӏорԛѕсуѵԝхг', 'adeehiijklopqscyvwxr'),
  ...pairs('АВСЕНІЈКМОРЅТУХ', 'abcehijkmopstyx'),
  ...pairs('αοενρτικυχ', 'aoevptikux'),
  ...pairs('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'abezhikmnoptyx'),
  ...pairs('օոսհ', 'onuh'),
]);
/** Latin letters in other dress, and what stands for letters by shape. */
const DRESSED = new Map([
  ...pairs('ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡı', 'abcdefghijklmnoprstuvwyzagi'),
  ...pairs('013457@$!|€', 'oieastasiie'),
  // After lower-casing: the capitals that look Latin
  ...pairs('внтм', 'bhtm'),
]);

const MARKS = /\p{M}+/gu;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;
const SPACED = /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}@$!][\s._*~|-]{1,2}){4,}[\p{L}\p{N}@$!](?![\p{L}\p{N}])/gu;
const STRETCHED = /(\p{L})\1{2,}/gu;

/** The text as written, and with look-alikes, marks, gaps and stretching undone; one entry where nothing was. */
export function readings(text: string): readonly string[] {
  const plain = unjoined(text.normalize('NFKC').toLowerCase());
  const bare = text.normalize('NFKD').replace(MARKS, '').replace(INVISIBLE, '');
  const folded = [...bare]
    .map((letter) => FOREIGN.get(letter) ?? letter)
    .join('')
    .toLowerCase();
  const undone = [...folded].map((letter) => FOREIGN.get(letter) ?? DRESSED.get(letter) ?? letter).join('');
  const joined = undone.replace(SPACED, (run) => run.replace(/[^\p{L}\p{N}]/gu, ''));
  return [...new Set([plain, joined.replace(STRETCHED, '$1')])];
}

const LATIN = /\p{Script=Latin}/u;
const WORD = /[\p{L}\p{M}]{3,}/gu;

/** Words written in two scripts at once, so that they read as words of one. */
export function forgedWordsIn(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word]) => word).filter(isForged);
}

/** `SMS` with a Russian ending changes the script once; a forger does it in the middle of a word. */
function isForged(word: string): boolean {
  const letters = [...word].filter((letter) => /\p{L}/u.test(letter));
  const latin = letters.map((letter) => LATIN.test(letter));
  const turns = latin.filter((is, index) => index > 0 && is !== latin[index - 1]).length;
  return turns >= 2 && letters.every((letter, index) => latin[index] === true || FOREIGN.has(letter));
}

export const lookalikes = perLayer('lookalikes', (pair, settings) => {
  if (pair.same) return [];
  const forged = newlySpoken(pair).flatMap((line) => forgedWordsIn(line.slice(0, 5000)));
  const [first] = forged;
  if (first === undefined || spokenBy(pair.accepted).some((line) => forgedWordsIn(line).length > 0)) return [];
  const summary = `New words on the page are spelt with letters of another script that look the same: ${quoteList(forged)}.`;
  const meant = readings(first).at(-1) ?? first;
  return [
    finding('page/letters-forged', settings, {
      summary,
      expected: meant,
      actual: quoteList(forged),
      where: pair.layer,
    }),
  ];
});
