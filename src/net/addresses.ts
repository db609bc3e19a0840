/**
 * What an IP address is: public, or one of the ranges no website lives in. Pure.
 *
 * The ranges are IANA's special-purpose address registries (RFC 6890 and its updates, state of 2026) with multicast and
 * the deprecated IPv6 forms added. Every address that is dialled passes through here first.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface AddressClass {
  /** May be dialled without anybody allowing it. */
  readonly public: boolean;
  /** `public`, `loopback`, `private`, ..., or `invalid` for a text that is no address. */
  readonly kind: string;
}

/** An address and prefix length, parsed. */
export type Range = readonly [Address, number];

/** [CIDR, kind]. The longest match decides; `public` rows are the holes the registries leave in a range. */
const SPECIAL: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'this-network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol-assignment'],
  ['192.0.0.9/32', 'public'],
  ['192.0.0.10/32', 'public'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4-relay'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['255.255.255.255/32', 'broadcast'],
  // Only 2000::/3 is assigned as global unicast; what is not named below is nobody's.
  ['::/0', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['64:ff9b:1::/48', 'local-use translation'],
  ['100::/64', 'discard-only'],
  ['100:0:0:1::/64', 'dummy-prefix'],
  ['2000::/3', 'public'],
  ['2001::/23', 'protocol-assignment'],
  ['2001::/32', 'Teredo'],
  ['2001:1::1/128', 'public'],
  ['2001:1::2/128', 'public'],
  ['2001:1::3/128', 'public'],
  ['2001:2::/48', 'benchmarking'],
  ['2001:3::/32', 'public'],
  ['2001:4:112::/48', 'public'],
  ['2001:10::/28', 'ORCHID'],
  ['2001:20::/28', 'ORCHID'],
  ['2001:30::/28', 'drone-identifier'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment-routing'],
  ['fc00::/7', 'unique-local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

interface Row {
  readonly range: Range;
  readonly kind: string;
}

const ROWS: readonly Row[] = SPECIAL.map(([cidr, kind]) => ({ range: ipaddr.parseCIDR(cidr), kind })).sort(
  (a, b) => b.range[1] - a.range[1],
);

/** Forms that carry an IPv4 address, and where its first byte is. A packet to them can end at that IPv4 address. */
const EMBEDDINGS: readonly { readonly range: Range; readonly at: number }[] = [
  { range: ipaddr.parseCIDR('::ffff:0:0/96'), at: 12 },
  { range: ipaddr.parseCIDR('64:ff9b::/96'), at: 12 },
  { range: ipaddr.parseCIDR('2002::/16'), at: 2 },
];
const TEREDO = ipaddr.parseCIDR('2001::/32');

/** Never throws: what is no address is `invalid`, and not public. */
export function classify(address: string): AddressClass {
  const parsed = parseAddress(address);
  if (!parsed) return { public: false, kind: 'invalid' };
  const inner = embedded(parsed);
  if (!inner) return classOf(rowOf(parsed));
  const innerClass = classOf(rowOf(inner));
  // Teredo is retired, no website is reached through it, and national filters forge answers in it.
  return innerClass.public && within(parsed, TEREDO) ? { public: false, kind: 'Teredo' } : innerClass;
}

/**
 * Null for what is not a complete literal: no short, octal, decimal or hexadecimal IPv4 forms. The system's own reader
 * has the word, for ipaddr.js takes octal and hexadecimal parts inside IPv6, and ::192.0.2.1 for ::ffff:192.0.2.1.
 */
export function parseAddress(text: string): Address | null {
  const family = isIP(text);
  if (family === 0) return null;
  return family === 4 ? ipaddr.IPv4.parse(text) : ipaddr.IPv6.parse(text.replace(DOTTED_TAIL, inGroups));
}

const DOTTED_TAIL = /(?<=:)(\d+)\.(\d+)\.(\d+)\.(\d+)/;

function inGroups(_tail: string, ...bytes: readonly string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Where a URL leads: an address without its brackets, or a name without the root's dot. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, '');
}

/** `10.0.0.0/8`; an address alone is a range of one. Null for anything else. */
export function parseRange(text: string): Range | null {
  const [address = '', bits, ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (!parsed || rest.length > 0) return null;
  const longest = parsed.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [parsed, longest];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= longest ? [parsed, Number(bits)] : null;
}

/** Is the address inside? An IPv4-mapped IPv6 address is the IPv4 address: that is what the kernel dials. */
export function isInside(address: string, range: Range): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && within(unmapped(parsed), range);
}

/** Every address of the range is of one non-public kind. What is unassigned today is not meant: `::/0` is everything. */
export function isNonPublicRange(range: Range): boolean {
  const row = rowOf(range[0]);
  return row !== undefined && row.kind !== 'public' && row.range[1] > 0 && row.range[1] <= range[1];
}

/** One spelling per address, safe to dial: IPv4-mapped addresses become the IPv4 address. Null if it is none. */
export function canonicalAddress(text: string): string | null {
  const parsed = parseAddress(text);
  return parsed ? unmapped(parsed).toString() : null;
}

function within(address: Address, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function rowOf(address: Address): Row | undefined {
  return ROWS.find((row) => within(address, row.range));
}

function classOf(row: Row | undefined): AddressClass {
  const kind = row?.kind ?? 'public';
  return { public: kind === 'public', kind };
}

function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function embedded(address: Address): Address | null {
  const bytes = address.toByteArray();
  // Teredo hides the client's address by inverting its bits (RFC 4380, 4).
  if (within(address, TEREDO)) return ipaddr.fromByteArray(bytes.slice(12).map((byte) => byte ^ 0xff));
  const form = EMBEDDINGS.find(({ range }) => within(address, range));
  return form ? ipaddr.fromByteArray(bytes.slice(form.at, form.at + 4)) : null;
}
