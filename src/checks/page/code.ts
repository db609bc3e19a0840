/** What a piece of script says of itself without being run: its shape, the hosts it names, the grave things it does. */
import { createHash } from 'node:crypto';
import { masked } from './address.js';

const MAX_CODE = 200_000;
const MAX_HOSTS = 50;
const HOSTS = /(?:https?:|wss?:)?\\?\/\\?\/([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+(?::\d+)?)/gi;
/** What code that takes a page over or carries data away does, and everyday page code hardly ever. */
const GRAVE: readonly (readonly [RegExp, string])[] = [
  [/\beval\s*\(|new\s+Function\s*\(/, 'runs text as code'],
  [/\batob\s*\(|fromCharCode|unescape\s*\(/, 'unpacks hidden text'],
  [/document\s*\.\s*write(?:ln)?\s*\(/, 'writes into the page'],
  [/document\s*\.\s*(?:body|documentElement)\s*\.\s*(?:innerHTML|outerHTML)\s*=/, 'replaces the page'],
  [
    /(?:(?:window|document|top|self|parent)\s*\.\s*)?\blocation(?:\s*\.\s*href)?\s*=[^=]|location\s*\.\s*(?:replace|assign)\s*\(/,
    'sends the visitor elsewhere',
  ],
  [/document\s*\.\s*cookie[^;]{0,200}(?:fetch|sendBeacon|XMLHttpRequest|\.src\s*=)/s, 'carries cookies away'],
  [/createElement\s*\(\s*['"](?:script|iframe)['"]\s*\)/, 'loads more code'],
];

/** Marks of thieves in a script: miners of coins by name, and code that reads card fields. */
const THIEVES: readonly (readonly [RegExp, string])[] = [
  [/coin-?hive|cryptonight|cryptoloot|coinimp|webminepool|deepminer/i, 'mines coins'],
  [/['"`[#.=](?:card[-_]?number|cc[-_]?number|cvv2?|cvc2?|card[-_]?cvc)\b/i, 'reads card numbers'],
];

/** Signs that need no strange host beside them: that a script begins with one of these is told. */
export const TELLING: ReadonlySet<string> = new Set([
  'runs text as code',
  'unpacks hidden text',
  'replaces the page',
  'carries cookies away',
]);
/** Signs that count even where the bytes move by themselves. */
export const THIEVING: ReadonlySet<string> = new Set(THIEVES.map(([, what]) => what));

/** Of inline code; `target` stands for it in the inventory, `text` is the code itself, in one line. */
export function codeFacts(source: string) {
  const text = source.slice(0, MAX_CODE).replace(/\s+/g, ' ').trim();
  return {
    text,
    target: `inline:${sha256(masked(text).replace(/\d+/g, '0') + (source.length > MAX_CODE ? source.length : ''))}`,
    skeleton: sha256(withoutLiterals(text).replace(/\d+(?:\.\d+)?/g, '0')),
    hosts: hostsIn(text, MAX_HOSTS),
    grave: GRAVE.find(([sign]) => sign.test(text))?.[1] ?? null,
    inert: !/[(`]/.test(text),
  };
}

/** Hosts that addresses in the text name, each once, in lower case. */
export function hostsIn(text: string, most: number): string[] {
  const hosts = new Set<string>();
  for (const [, host = ''] of text.matchAll(HOSTS)) {
    hosts.add(host.toLowerCase());
    if (hosts.size >= most) break;
  }
  return [...hosts];
}

/** Every grave thing the code of a script does. */
export function graveSigns(text: string): string[] {
  return [...GRAVE, ...THIEVES].filter(([sign]) => sign.test(text)).map(([, what]) => what);
}

/** The code with every quoted string emptied. By hand: a regular expression for this can be made to run for minutes. */
function withoutLiterals(code: string): string {
  let kept = '';
  let from = 0;
  for (let at = 0; at < code.length; at += 1) {
    const mark = code[at];
    if (mark !== '"' && mark !== "'" && mark !== '`') continue;
    kept += code.slice(from, at + 1);
    at += 1;
    while (at < code.length && code[at] !== mark) at += code[at] === '\\' ? 2 : 1;
    from = at;
  }
  return kept + code.slice(from);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
