/**
 * Links in messages that let whoever got the message take the incident, once and for a while: signed with HMAC-SHA-256,
 * so that nobody can make one, and opened by a POST only, since mail scanners open every link. Pure.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface LinkClaim {
  readonly incidentId: string;
  readonly receiver: string;
  /** Epoch milliseconds after which it says nothing any more. */
  readonly until: number;
}

/** Long enough for a night; whoever comes later uses the command. */
export const LINK_LIFETIME_MS = 12 * 3_600_000;
const LONGEST_TOKEN = 1_000;

export function signLink(claim: LinkClaim, secret: string): string {
  const body = Buffer.from(JSON.stringify([claim.incidentId, claim.receiver, claim.until])).toString('base64url');
  return `${body}.${mac(body, secret)}`;
}

/** @returns null for anything that was not signed with the secret, or is too old. */
export function readLink(token: string, secret: string, at: number): LinkClaim | null {
  const [body = '', sealed = '', ...more] = token.length > LONGEST_TOKEN ? [] : token.split('.');
  const expected = Buffer.from(mac(body, secret));
  const given = Buffer.from(sealed);
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  // Signed by us, so of the form we sign.
  const [incidentId, receiver, until] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
    string,
    string,
    number,
  ];
  return at < until ? { incidentId, receiver, until } : null;
}

/** How the store remembers that a link was used, without keeping the link. */
export function linkName(token: string): string {
  return `link:${createHash('sha256').update(token).digest('hex')}`;
}

function mac(body: string, secret: string): string {
  return createHmac('sha256', secret).update(`siteward link ${body}`).digest('base64url');
}
