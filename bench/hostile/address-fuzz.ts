/** Addresses nobody thought of, in spellings nobody uses, through the classifier that stands before every connection. */
import { isIP } from 'node:net';
import { canonicalAddress } from '../../src/net/addresses.js';
import { mayDial } from '../../src/net/dial-policy.js';
import type { Random } from '../detection/random.js';
import { BORDERS, groupsOf, isPublic } from './oracle.js';

export interface Fuzzed {
  readonly tried: number;
  /** How many of them led somewhere public, or for text: were an address at all. */
  readonly open: number;
  /** What was judged otherwise than by the oracle, or threw: a few of them. */
  readonly wrong: readonly string[];
}

const MOST_WRONG = 10;
const OPEN_POLICY = { allow: [], only: [] };
/** Whether anybody may be sent there: what is removed in order to see the fuzzing fail. */
export type Judge = (address: string) => boolean;
export const ours: Judge = (address) => mayDial(address, OPEN_POLICY, 'found') === null;

export function fuzzAddresses(random: Random, count: number, judge: Judge = ours): Fuzzed {
  const wrong: string[] = [];
  let open = 0;
  for (let at = 0; at < count && wrong.length < MOST_WRONG; at++) {
    const bytes = someBytes(random);
    const expected = isPublic(bytes);
    if (expected) open++;
    const text = spelled(bytes, random);
    const said = verdictOf(() => judge(text) === expected && judge(canonicalAddress(text) ?? '') === expected);
    if (said !== true) wrong.push(`${text}: expected ${expected ? 'public' : 'not public'} (${said})`);
  }
  return { tried: count, open, wrong };
}

/** Damaged texts: what the system's own reader takes for no address must not pass for one. */
export function fuzzTexts(random: Random, count: number, judge: Judge = ours): Fuzzed {
  const wrong: string[] = [];
  let open = 0;
  for (let at = 0; at < count && wrong.length < MOST_WRONG; at++) {
    const text = damaged(spelled(someBytes(random), random), random);
    const said = verdictOf(() => isIP(text) !== 0 || !judge(text));
    if (isIP(text) !== 0) open++;
    if (said !== true) wrong.push(`${JSON.stringify(text)} is no address, and yet might be dialled (${said})`);
  }
  return { tried: count, open, wrong };
}

function verdictOf(judging: () => boolean): true | string {
  try {
    return judging() || 'another verdict';
  } catch (error) {
    return String(error);
  }
}

function someBytes(random: Random): readonly number[] {
  const kind = random.below(4);
  if (kind === 0) return Array.from({ length: 4 }, () => random.below(256));
  if (kind === 1) return moved(random.pick(BORDERS), random.below(5) - 2);
  if (kind === 2) return carrying(someBytes4(random), random);
  return Array.from({ length: 16 }, (_, at) =>
    at === 0 && random.next() < 0.7 ? 0x20 | random.below(32) : random.below(256),
  );
}

function someBytes4(random: Random): readonly number[] {
  const border = random.pick(BORDERS);
  if (border.length === 4) return moved(border, random.below(5) - 2);
  return Array.from({ length: 4 }, () => random.below(256));
}

/** An IPv4 address as IPv6 writes it: mapped, NAT64, 6to4, Teredo, compatible. */
function carrying(four: readonly number[], random: Random): readonly number[] {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  const forms = [
    [...zeros(10), 255, 255, ...four],
    [0, 0x64, 0xff, 0x9b, ...zeros(8), ...four],
    [0x20, 2, ...four, ...zeros(9), 1],
    [0x20, 1, 0, 0, 65, 54, 227, 120, 128, 0, 99, 191, ...four.map((byte) => byte ^ 255)],
    [...zeros(12), ...four],
  ];
  return random.pick(forms);
}

function moved(bytes: readonly number[], step: number): readonly number[] {
  const copy = [...bytes];
  let carry = step;
  for (let at = copy.length - 1; at >= 0 && carry !== 0; at--) {
    const value = (copy[at] ?? 0) + carry;
    copy[at] = value & 255;
    carry = value >> 8;
  }
  return copy;
}

/** One of the ways RFC 4291 2.2 allows to write it. */
export function spelled(bytes: readonly number[], random: Random): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = groupsOf(bytes);
  const dotted = random.next() < 0.2 ? [...groups.slice(0, 6), bytes.slice(12).join('.')] : groups;
  const padded =
    random.next() < 0.3 ? dotted.map((group) => (group.includes('.') ? group : group.padStart(4, '0'))) : dotted;
  const full = padded.join(':');
  const short = random.next() < 0.5 ? full.replace(/(^|:)0+(:0+)+(:|$)/u, '::') : full;
  return random.next() < 0.3 ? short.toUpperCase() : short;
}

const DAMAGE = [
  '.',
  ':',
  '0',
  '1',
  'f',
  'x',
  '%',
  '/',
  ' ',
  '\0',
  '\n',
  '-',
  '１',
  '。',
  '[',
  ']',
  '@',
  '0x',
  '+',
  'e1',
];

function damaged(text: string, random: Random): string {
  let broken = text;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(broken.length + 1);
    const drop = random.below(3);
    broken = broken.slice(0, at) + (random.next() < 0.7 ? random.pick(DAMAGE) : '') + broken.slice(at + drop);
  }
  return broken;
}
