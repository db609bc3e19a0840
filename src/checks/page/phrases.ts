/**
 * Words defacers sign with, by language. Matched against text with look-alike letters undone. They make other
 * findings graver; by themselves they say nothing, for journalists and teachers write them too.
 */

export interface Phrase {
  readonly pattern: RegExp;
  /** `strong`: hardly anybody else writes it. `weak`: counts only where there is another. */
  readonly strength: 'strong' | 'weak';
}

const strong = (pattern: RegExp): Phrase => ({ pattern, strength: 'strong' });
const weak = (pattern: RegExp): Phrase => ({ pattern, strength: 'weak' });

export const PHRASES: readonly Phrase[] = [
  // Latin script, mostly English as defacers write it
  strong(/\b(?:hacked|h4cked|haxored|pwned|owned|defaced|rooted|stamped|touched|breached) by\b/),
  strong(/\b(?:has been|have been|was|were|got|is) (?:hacked|pwned|defaced|owned by)\b/),
  strong(
    /\byou(?:'ve| have|r (?:site|website|security|system|server)(?: has)?)(?: been| was| is| got)? (?:hacked|pwned|owned|defaced|low|zero|shit)\b/,
  ),
  strong(/\b(?:cyber|hack(?:er|ing|tivist)?) (?:army|team|crew|legion|mafia|brigade)\b/),
  strong(/\bwe are (?:legion|anonymous|everywhere)\b|\bexpect us\b/),
  weak(/\b(?:hacked|defaced|defacement|pwned|h4x0r|0wned)\b/),
  weak(/\b(?:greetz|gr33tz|shout ?outz?|greets) (?:to|:|all)|\bgreetz\b/),
  weak(/\bfree (?:palestine|kashmir|gaza|syria|kurdistan|tibet)\b|#op\w{3,}/),
  weak(
    /\b(?:security|admin) (?:is )?(?:0%|zero|low|sleeping)\b|\bwake up admin\b|\bpatch your (?:system|site|server)\b/,
  ),
  // Spanish, Portuguese, French, German, Italian
  strong(
    /\b(?:hackeado|hackeada|hackeamos|pirateado|invadido|haqueado|pirat[eé]|gehackt|violato) (?:por|par|von|da)\b/,
  ),
  // Turkish
  strong(/\b(?:hacklendi|hacklenmi[sş]tir|hacklenmi[sş]|ele ge[cç]irildi)\b/),
  weak(/\b(?:siber (?:ordu|sava[sş]|tim)|ay y[iı]ld[iı]z tim)\b/),
  // Indonesian and Malay
  strong(/\b(?:diretas|dihack|di ?hack|dibobol|diretas) (?:oleh|by)\b|\btelah (?:diretas|dihack|dibobol)\b/),
  weak(/\b(?:kami (?:datang|adalah)|situs anda|garuda security|indonesian? (?:hacker|cyber))\b/),
  // Persian
  strong(/هک شد|هک گردید|هک شده|توسط .{1,40} هک|ارتش سایبری/),
  weak(/هکر|امنیت .{0,20}صفر|سایت شما/),
  // Arabic
  strong(/تم اختراق|تم الاختراق|تم تهكير|اخترق(?:نا|ت)? (?:من|بواسطة|موقع)|الجيش (?:السيبراني|الالكتروني|الإلكتروني)/),
  weak(/هاكر|مخترق|قراصنة/),
  // Russian and Ukrainian
  strong(
    /взломан[оаы]? (?:хакер|групп|ком)|(?:сайт|портал|ресурс|сервер) (?:был )?взломан|зламан[оаий]* (?:хакер|груп)|сайт зламано/,
  ),
  weak(/взломан|хакер|дефейс/),
  // Chinese, Japanese, Korean
  strong(/被.{0,20}(?:黑了|入侵|攻陷|攻破)|已被(?:黑|入侵|攻陷)|黑客(?:联盟|军团|入侵)|网站已被/),
  strong(/ハッキングされ|解킹 당|해킹(?:당|됐|되었)/),
  weak(/黑客|骇客|駭客/),
];

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  // Cyrillic and Greek letters that look Latin
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  х: 'x',
  у: 'y',
  к: 'k',
  в: 'b',
  н: 'h',
  α: 'a',
  ο: 'o',
  ε: 'e',
};

/** The text as written, and with look-alikes undone: `H4ck3d ву` reads as it is meant to. */
export function readings(text: string): readonly string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  const undone = plain.replace(/[0134577@$аеорсхукнвαοε]/g, (letter) => LOOKALIKES[letter] ?? letter);
  return undone === plain ? [plain] : [plain, undone];
}
