/**
 * URLs made to be read one way by whoever judges them and another way by whoever follows them. Each is built around an
 * address that is known, so that what it must come to is known too.
 */
import { readUrl } from '../../src/config/values.js';
import { hostOf } from '../../src/net/addresses.js';
import { nextStep } from '../../src/net/redirect.js';
import type { Random } from '../detection/random.js';
import { type Fuzzed, type Judge, ours } from './address-fuzz.js';
import { isPublic } from './oracle.js';

const MOST_WRONG = 10;
const FROM = new URL('http://www.site.example/page');

/** Every Location leads to the address it was built around, stays on the site, or is refused: nowhere else. */
export function fuzzRedirects(random: Random, count: number, judge: Judge = ours): Fuzzed {
  const wrong: string[] = [];
  let open = 0;
  for (let at = 0; at < count && wrong.length < MOST_WRONG; at++) {
    const bytes = someTarget(random);
    const location = locationTo(bytes, random);
    const problem = redirectProblem(location, bytes, judge);
    if (problem === 'followed') open++;
    else if (problem !== null) wrong.push(`${JSON.stringify(location)}: ${problem}`);
  }
  return { tried: count, open, wrong };
}

/** A URL of the watchlist is refused, or is read the same by everybody: no user name, no second meaning. */
export function fuzzConfigured(random: Random, count: number): Fuzzed {
  const wrong: string[] = [];
  let open = 0;
  for (let at = 0; at < count && wrong.length < MOST_WRONG; at++) {
    const text = locationTo(someTarget(random), random);
    const reading = readUrl(text);
    if ('wrong' in reading) continue;
    open++;
    const url = new URL(reading.value);
    const plain = /^https?:\/\/[^/\\@?#\s]+([/?#]|$)/u.test(url.href) && url.username === '' && url.password === '';
    if (!plain || /[\\\s]/u.test(text) || new URL(url.href).href !== url.href) wrong.push(JSON.stringify(text));
  }
  return { tried: count, open, wrong };
}

/** Null: rightly refused or still on the site. */
function redirectProblem(location: string, bytes: readonly number[], judge: Judge): null | 'followed' | string {
  try {
    const step = nextStep(FROM, 302, location, [FROM.href], 10);
    if (step.kind !== 'follow') return null;
    const { url } = step;
    const host = hostOf(url);
    if (host === FROM.hostname) return null;
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return `follows ${url.protocol}`;
    if (host !== bytes.join('.')) return `leads to ${host}, not to ${bytes.join('.')}`;
    return judge(host) === isPublic(bytes) ? 'followed' : `${host} is judged otherwise`;
  } catch (error) {
    return String(error);
  }
}

const TARGETS = [
  [127, 0, 0, 1],
  [169, 254, 169, 254],
  [10, 0, 0, 7],
  [192, 168, 1, 1],
  [0, 0, 0, 0],
  [100, 64, 0, 1],
  [8, 8, 8, 8],
];

function someTarget(random: Random): readonly number[] {
  return random.next() < 0.6 ? random.pick(TARGETS) : Array.from({ length: 4 }, () => random.below(256));
}

const SCHEMES = [
  'http://',
  'https://',
  'HTTP://',
  '//',
  'http:\\\\',
  '\\\\',
  '/\\',
  'ht\ntp://',
  ' http://',
  '\thttp:/\t/',
  'http:///',
  'https:\\/',
];
const FOREIGN = [
  'file://',
  'ftp://',
  'javascript:',
  'data:text/html,',
  'view-source:http://',
  'blob:http://',
  'chrome://',
  'ws://',
  'gopher://',
  'jar:http://',
  'about:',
];
const USERS = ['', '', '', 'u@', 'u:p@', 'www.site.example@', 'www.site.example%2F@', 'www.site.example:80@', '@'];
const ENDS = [
  '',
  '/',
  ':80/',
  ':8080',
  ':65535/',
  ':65536/',
  ':0/',
  '/\\@www.site.example',
  '?@www.site.example/',
  '#@www.site.example',
  '\\@www.site.example/',
  '/%2e%2e/..//x',
];

function locationTo(bytes: readonly number[], random: Random): string {
  const scheme = random.next() < 0.85 ? random.pick(SCHEMES) : random.pick(FOREIGN);
  return scheme + random.pick(USERS) + hostSpelled(bytes, random) + random.pick(ENDS);
}

/** inet_aton's freedoms, which URLs have inherited: octal, hexadecimal, fewer parts; and letters that only look like digits. */
function hostSpelled(bytes: readonly number[], random: Random): string {
  const parts = 1 + random.below(4);
  const last = bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0);
  const numbers = [...bytes.slice(0, parts - 1), last].map((value) => numberSpelled(value, random));
  const host = numbers.join(random.pick(['.', '.', '.', '。', '．', '%2e', '%2E']));
  const dressed =
    random.next() < 0.2 ? host.replace(/\d/gu, (digit) => String.fromCodePoint(0xff10 + Number(digit))) : host;
  const encoded = random.next() < 0.1 ? dressed.replace(/\d/u, (digit) => `%3${digit}`) : dressed;
  const broken =
    random.next() < 0.1
      ? `${encoded.slice(0, 1)}${random.pick(['\t', '\n', '\r', '\u00ad', '\u200b'])}${encoded.slice(1)}`
      : encoded;
  return random.next() < 0.2 ? `${broken}.` : broken;
}

function numberSpelled(value: number, random: Random): string {
  return random.pick([
    String(value),
    String(value),
    `0x${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0${value.toString(8)}`,
    `0x000${value.toString(16)}`,
    `000${value.toString(8)}`,
  ]);
}
