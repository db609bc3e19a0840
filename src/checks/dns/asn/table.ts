/**
 * Which autonomous system an address is announced by: the packed table, its reading and its writing. Pure.
 *
 * A packed table is one line of JSON, the header, then columns of unsigned LEB128 numbers: the distinct AS numbers, the
 * most frequent first, and for IPv4 and then for IPv6 how many addresses lie between a range and the one before it, how
 * many it holds beyond its first, and the place of its number in the list. Column by column it compresses to a third of
 * what it does row by row. IPv6 is counted in /48s: routers
 * pass on nothing smaller, and they are exact as numbers.
 */
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { bogonRange } from '../addresses.js';

const headerSchema = z.object({
  format: z.literal('siteward/asn/1'),
  /** Package and version the ranges are from. */
  source: z.string(),
  /** ISO 8601 day of that version. */
  asOf: z.iso.date(),
  licence: z.string(),
  attribution: z.string(),
  asns: z.int().nonnegative(),
  ipv4: z.int().nonnegative(),
  ipv6: z.int().nonnegative(),
});
export type AsnHeader = z.infer<typeof headerSchema>;
export type AsnSource = Pick<AsnHeader, 'source' | 'asOf' | 'licence' | 'attribution'>;

/** Both ends belong to it. IPv4 addresses as numbers, IPv6 as the number of the /48: the first 48 bits of the address. */
export interface AsnRange {
  readonly first: number;
  readonly last: number;
  readonly asn: number;
}

/** Sorted, without overlap; the same place in each array is one range. */
interface Ranges {
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  readonly asns: Uint32Array;
}

export interface AsnTable {
  readonly header: AsnHeader;
  readonly ipv4: Ranges;
  readonly ipv6: Ranges;
}

/** The number of the network that announces the address; null when unknown, which equals nothing. */
export function asnIn({ ipv4, ipv6 }: AsnTable, address: string): number | null {
  // What the Internet cannot reach is announced by nobody, whatever a table says.
  if (!ipaddr.isValid(address) || bogonRange(address) !== null) return null;
  const parsed = ipaddr.process(address);
  const leading = parsed.toByteArray().slice(0, 6);
  const value = leading.reduce((sum, byte) => sum * 256 + byte, 0);
  return find(parsed.kind() === 'ipv4' ? ipv4 : ipv6, value) || null;
}

/** 0: in no range. */
function find({ firsts, lasts, asns }: Ranges, value: number): number {
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((firsts[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  const at = low - 1;
  return value <= (lasts[at] ?? -1) ? (asns[at] ?? 0) : 0;
}

/** @throws Error when the bytes are no table of this format, or not all of one. */
export function decodeTable(bytes: Uint8Array): AsnTable {
  const end = bytes.indexOf(0x0a);
  const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)))));
  const next = numbersIn(bytes, end + 1);
  // Every number takes a byte at least: a header that promises more would only fill the memory.
  if (header.asns + 3 * (header.ipv4 + header.ipv6) > bytes.length)
    throw new Error('The IP-to-ASN table is cut short.');
  const asns = filled(new Uint32Array(header.asns), next);
  const ranges = (count: number): Ranges => {
    const firsts = filled(new Float64Array(count), next);
    const lasts = filled(new Float64Array(count), next);
    let free = 0;
    for (let at = 0; at < count; at++) {
      const first = free + (firsts[at] ?? 0);
      const last = first + (lasts[at] ?? 0);
      firsts[at] = first;
      lasts[at] = last;
      free = last + 1;
    }
    return { firsts, lasts, asns: filled(new Uint32Array(count), () => asns[next()] ?? 0) };
  };
  return { header, ipv4: ranges(header.ipv4), ipv6: ranges(header.ipv6) };
}

/** A plain loop: over a million numbers whatever allocates on the way costs more than the reading. */
function filled<T extends Uint32Array | Float64Array>(column: T, next: () => number): T {
  for (let at = 0; at < column.length; at++) column[at] = next();
  return column;
}

function numbersIn(bytes: Uint8Array, start: number): () => number {
  let at = start;
  return () => {
    let sum = 0;
    // Sums, not bits: those end at 32.
    for (let weight = 1; weight < 2 ** 49; weight *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('The IP-to-ASN table is cut short.');
      sum += (byte & 0x7f) * weight;
      if (byte < 0x80) return sum;
    }
    throw new Error('The IP-to-ASN table holds a number out of range.');
  };
}

/**
 * The table as bytes, not yet compressed. An address that two ranges claim is given to neither, and AS 0 means nobody.
 *
 * @param ipv4 sorted by first address. @param ipv6 likewise, in /48s.
 */
export function encodeTable(source: AsnSource, ipv4: readonly AsnRange[], ipv6: readonly AsnRange[]): Uint8Array {
  const families = [undisputed(ipv4), undisputed(ipv6)];
  const counts = new Map<number, number>();
  for (const { asn } of families.flat()) counts.set(asn, (counts.get(asn) ?? 0) + 1);
  const asns = [...counts].sort(([a, often], [b, seldom]) => seldom - often || a - b).map(([asn]) => asn);
  const places = new Map(asns.map((asn, place) => [asn, place]));
  const [four = [], six = []] = families;
  const header: AsnHeader = {
    format: 'siteward/asn/1',
    ...source,
    ...{ asns: asns.length, ipv4: four.length, ipv6: six.length },
  };
  const bytes = [...new TextEncoder().encode(`${JSON.stringify(header)}\n`)];
  for (const asn of asns) append(bytes, asn);
  for (const ranges of families) {
    for (const [at, { first }] of ranges.entries()) append(bytes, first - (ranges[at - 1]?.last ?? -1) - 1);
    for (const { first, last } of ranges) append(bytes, last - first);
    for (const { asn } of ranges) append(bytes, places.get(asn) ?? 0);
  }
  return Uint8Array.from(bytes);
}

function undisputed(ranges: readonly AsnRange[]): AsnRange[] {
  let claimed = -1;
  const whole = ranges.map((range, at) => {
    const next = ranges[at + 1];
    const first = range.first > claimed ? range.first : claimed + 1;
    const last = next && next.first <= range.last ? next.first - 1 : range.last;
    if (range.last > claimed) claimed = range.last;
    return { ...range, first, last };
  });
  return whole.filter(({ first, last, asn }) => first <= last && asn > 0);
}

function append(bytes: number[], value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
}
