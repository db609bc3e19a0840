/** Whether an address may be dialled, by what the operator wrote under `network` in settings.yaml. Pure. */
import { canonicalAddress, classify, isInside, isNonPublicRange, parseRange } from './addresses.js';

export interface DialPolicy {
  /** CIDRs that may be dialled although they are not public. */
  readonly allow: readonly string[];
  /** If not empty, nothing outside is ever dialled, for any purpose. */
  readonly only: readonly string[];
}

/**
 * `found`: a page, an answer or a redirect gave the address. `configured`: the operator's own resolver, mail server or
 * webhook, which may well stand in a private network.
 */
export type DialPurpose = 'found' | 'configured';

/** Null: it may. Otherwise why not, and what to change if it should. */
export function mayDial(address: string, policy: DialPolicy, purpose: DialPurpose): string | null {
  const { public: isPublic, kind } = classify(address);
  if (kind === 'invalid') return `"${printable(address)}" is not an IP address.`;
  if (policy.only.length > 0 && !isListed(address, policy.only)) {
    return `${address} is outside network.only in settings.yaml; add "${entryFor(address)}" there if it may be dialled.`;
  }
  if (isPublic || purpose === 'configured') return null;
  if (isListed(address, policy.allow)) return null;
  // Naming 127.0.0.0/8 in `only` is naming loopback; naming 0.0.0.0/0 is not.
  if (isListed(address, policy.only.filter(namesNonPublic))) return null;
  const article = /^(?!uni)[aeiou]/i.test(kind) ? 'an' : 'a';
  return `${address} is ${article} ${kind} address; add "${entryFor(address)}" to network.allow in settings.yaml if you mean to watch it.`;
}

function isListed(address: string, cidrs: readonly string[]): boolean {
  return cidrs.some((cidr) => {
    const range = parseRange(cidr);
    return range !== null && isInside(address, range);
  });
}

function namesNonPublic(cidr: string): boolean {
  const range = parseRange(cidr);
  return range !== null && isNonPublicRange(range);
}

/** The narrowest entry that helps: a page may redirect into whatever is opened here. Loopback is one machine anyway. */
function entryFor(address: string): string {
  if (isListed(address, [LOOPBACK])) return LOOPBACK;
  const literal = canonicalAddress(address) ?? address;
  return literal.includes(':') ? `${literal}/128` : `${literal}/32`;
}

const LOOPBACK = '127.0.0.0/8';

function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}
