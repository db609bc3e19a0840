/**
 * Greetings that change with the hour: `Good morning` at the capture, `Good evening` at the look. No sample shows them
 * move, for all samples are of one hour. What follows the greeting counts as ever. Pure.
 */

/** By language: what is said at one hour, and at another. */
const GREETINGS = [
  'good (?:morning|afternoon|evening|day|night)',
  'guten (?:morgen|tag|abend)|gute nacht',
  'bonjour|bonsoir|bonne nuit|bon(?: |ne )après-midi',
  'buenos d[ií]as|buenas (?:tardes|noches)',
  'bom dia|boa (?:tarde|noite)',
  'buon ?giorno|buon pomeriggio|buona ?sera|buona ?notte',
  'goede(?:morgen|middag|navond|nacht)',
  'доброе утро|добрый (?:день|вечер)|доброй ночи|добрий (?:ранок|день|вечір)',
  'günaydın|[iİ]yi (?:günler|akşamlar|geceler)|tünaydın',
  'selamat (?:pagi|siang|sore|petang|malam)',
  '(?:صبح|ظهر|عصر|شب|روز)[ \u200c]?(?:شما )?بخیر',
  'صباح (?:الخير|النور)|مساء (?:الخير|النور)|طاب (?:يومك|مساؤك|صباحك)',
];
const GREETING = new RegExp(`^(?:${GREETINGS.join('|')})(?![\\p{L}\\p{N}])`, 'iu');
/** Where words are not parted by spaces. */
const UNSPACED = /^(?:(?:早上|上午|中午|下午|晚上|早晨)好|早安|午安|晚安|おはようございます|こんにちは|こんばんは)/u;
/** A longer line is a text that begins with a greeting. */
const LONGEST = 80;

/** The line, with one mark for every greeting it can begin with. */
export function timeless(line: string): string {
  if (line.length > LONGEST) return line;
  return UNSPACED.test(line) ? line.replace(UNSPACED, '☼') : line.replace(GREETING, '☼');
}

/** Whether two different lines are one but for the hour. */
export function isSameGreeting(line: string, other: string): boolean {
  return line !== other && timeless(line) === timeless(other);
}
