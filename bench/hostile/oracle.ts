/**
 * Which addresses are the public Internet's, told a second time and in another way than the product tells it: ranges by
 * their first and last address (IANA special-purpose registries, read July 2026), looked up by Node's BlockList.
 *
 * Stricter than the registries in four places, as the product is: 6to4 relays, ORCHID, drone identifiers and Teredo are
 * globally reachable on paper and no website lives there.
 */
import { BlockList } from 'node:net';

const NOT_PUBLIC_4 = [
  '0.0.0.0-0.255.255.255 10.0.0.0-10.255.255.255 100.64.0.0-100.127.255.255 127.0.0.0-127.255.255.255',
  '169.254.0.0-169.254.255.255 172.16.0.0-172.31.255.255 192.0.0.0-192.0.0.8 192.0.0.11-192.0.0.255',
  '192.0.2.0-192.0.2.255 192.88.99.0-192.88.99.255 192.168.0.0-192.168.255.255 198.18.0.0-198.19.255.255',
  '198.51.100.0-198.51.100.255 203.0.113.0-203.0.113.255 224.0.0.0-255.255.255.255',
];
const NOT_PUBLIC_6 = [
  '::-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 4000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001::-2001:1:: 2001:1::4-2001:2:ffff:ffff:ffff:ffff:ffff:ffff 2001:4::-2001:4:111:ffff:ffff:ffff:ffff:ffff',
  '2001:4:113::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  '3fff::-3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
];

const four = listOf(NOT_PUBLIC_4, 'ipv4');
const six = listOf(NOT_PUBLIC_6, 'ipv6');

/** First and last addresses of all ranges: where mistakes are made. */
export const BORDERS: readonly (readonly number[])[] = [
  ...rangesIn(NOT_PUBLIC_4).flat().map(bytesOf4),
  ...rangesIn(NOT_PUBLIC_6).flat().map(bytesOf6),
];

/** @param bytes four or sixteen. */
export function isPublic(bytes: readonly number[]): boolean {
  if (bytes.length === 4) return !four.check(bytes.join('.'), 'ipv4');
  const inner = carried(bytes);
  return inner ? isPublic(inner) : !six.check(groupsOf(bytes).join(':'), 'ipv6');
}

/** The IPv4 address a packet to this one may end at: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056). */
function carried(bytes: readonly number[]): readonly number[] | null {
  const groups = groupsOf(bytes);
  const front = groups.slice(0, 6).join(':');
  if (front === '0:0:0:0:0:ffff' || front === '64:ff9b:0:0:0:0') return bytes.slice(12);
  return groups[0] === '2002' ? bytes.slice(2, 6) : null;
}

export function groupsOf(bytes: readonly number[]): readonly string[] {
  return Array.from({ length: bytes.length / 2 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
}

function rangesIn(lines: readonly string[]): readonly [string, string][] {
  return lines.flatMap((line) =>
    line.split(' ').map((range): [string, string] => {
      const [first = '', last = ''] = range.split('-');
      return [first, last];
    }),
  );
}

function listOf(lines: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [first, last] of rangesIn(lines)) list.addRange(first, last, family);
  return list;
}

function bytesOf4(text: string): readonly number[] {
  return text.split('.').map(Number);
}

function bytesOf6(text: string): readonly number[] {
  const [head = '', tail = ''] = text.split('::');
  const front = head.split(':').filter(Boolean);
  const back = tail.split(':').filter(Boolean);
  const zeros = new Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...zeros, ...back].flatMap((group) => [
    Number.parseInt(group, 16) >> 8,
    Number.parseInt(group, 16) & 255,
  ]);
}
