/** What an IP address of an answer is: which kind of range it is in, whose neighbour it is, what a CIDR covers. Pure. */
import ipaddr from 'ipaddr.js';

/** One way of writing per address; null when the text is none. */
export function canonicalAddress(text: string): string | null {
  return ipaddr.isValid(text) ? ipaddr.process(text).toString() : null;
}

/** Ranges that are reached over the Internet although they have a name of their own. */
const ROUTED = new Set(['unicast', 'as112', 'as112v6', 'amt']);

/**
 * The special range an address nobody can reach over the Internet is in (`private`, `loopback`, `reserved`, ...), or
 * null for a public address.
 */
export function bogonRange(address: string): string | null {
  if (!ipaddr.isValid(address)) return null;
  const range = ipaddr.process(address).range();
  return ROUTED.has(range) ? null : range;
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. */
export function isRange(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

export function isWithin(address: string, range: string): boolean {
  if (!ipaddr.isValid(address) || !isRange(range)) return false;
  const parsed = ipaddr.process(address);
  if (!ipaddr.isValidCIDR(range)) return parsed.toString() === canonicalAddress(range);
  const [base, length] = ipaddr.parseCIDR(range);
  return base.kind() === parsed.kind() && parsed.match(base, length);
}

/**
 * The same /24 or /48: what one operator usually holds as a whole. Addresses nobody can reach over the Internet belong
 * to everybody and have no neighbours.
 */
export function areNeighbours(a: string, b: string): boolean {
  if (!ipaddr.isValid(a) || !ipaddr.isValid(b)) return false;
  if (bogonRange(a) !== null || bogonRange(b) !== null) return false;
  const [one, other] = [ipaddr.process(a), ipaddr.process(b)];
  return one.kind() === other.kind() && one.match(other, one.kind() === 'ipv4' ? 24 : 48);
}

/** The IPv4 address a DNS64 resolver wrapped into this AAAA (RFC 6052, 64:ff9b::/96), or null. */
export function embeddedIpv4(address: string): string | null {
  return isWithin(address, '64:ff9b::/96') ? lastIpv4(address) : null;
}

/** The IPv4 address in the last four bytes of an IPv6 one, whatever stands before it; null for an IPv4 one. */
export function lastIpv4(address: string): string | null {
  if (!ipaddr.IPv6.isValid(address)) return null;
  return ipaddr.fromByteArray(ipaddr.parse(address).toByteArray().slice(12)).toString();
}

/** IPv4 before IPv6, otherwise in the order given. */
export function ipv4First(addresses: readonly string[]): string[] {
  return addresses.toSorted((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
}
