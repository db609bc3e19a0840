/**
 * EDNS client subnet (RFC 7871): a question on behalf of visitors of another network, and whether the server heeded that.
 * Pure.
 */
import ipaddr from 'ipaddr.js';
import { OPTION } from '../wire.js';

/** The family, the length of the prefix, and after the length of the scope as many bytes of the address as it takes. */
const SCOPE_AT = 3;

/** @param subnet `203.0.113.0/24`, `2001:db8:1::/48`. @returns the option as it stands in an OPT record, code first. */
export function subnetOption(subnet: string): number[] {
  const value = subnetValue(subnet);
  return [0, OPTION.CLIENT_SUBNET, 0, value.length, ...value];
}

function subnetValue(subnet: string): number[] {
  const [base, length] = ipaddr.parseCIDR(subnet);
  const bytes = base.toByteArray().slice(0, Math.ceil(length / 8));
  const spare = bytes.length * 8 - length;
  // Bits beyond the prefix have to be zero: RFC 7871 6.
  const address = bytes.map((byte, at) => (at === bytes.length - 1 ? (byte >> spare) << spare : byte));
  return [0, base.kind() === 'ipv4' ? 1 : 2, length, 0, ...address];
}

/**
 * Does the answer say for which part of the net it holds? A server without such data leaves the option out, and what
 * repeats another net than ours was not made for this question (RFC 7871 7.3).
 *
 * @param echoed the value of the answer's option; null: it has none.
 */
export function heeds(subnet: string, echoed: Uint8Array | null): boolean {
  const sent = subnetValue(subnet);
  return echoed?.length === sent.length && sent.every((byte, at) => at === SCOPE_AT || echoed[at] === byte);
}
