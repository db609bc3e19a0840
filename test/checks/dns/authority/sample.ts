/** A domain in a line each: what was approved, and looks at it in which one thing is another. */
import type { Cut, Domain, Issuance, Registration } from '../../../../src/checks/dns/authority/facts.js';
import type { DnsEvidence } from '../../../../src/checks/dns/evidence.js';
import { evidence, GOOD, tlsAt } from '../sample.js';

export const AT = Date.parse('2026-07-17T18:00:00Z');
export const NS = ['ns1.example.org', 'ns2.example.org'];
export const NS_AT = '198.41.0.4';
export const NS_NEAR = '198.41.0.77';
export const NS_FAR = '185.11.12.13';
export const DS = ['12345 13 2 aa11'];
export const KSK = '257 13 12345 c0ffee';
export const ZSK = '256 13 222 beef';

export function cut(more: Partial<Cut> = {}): Cut {
  const glue = NS.map((server) => `${server} ${NS_AT}`);
  return {
    zone: 'example.org',
    parent: 'org',
    voices: [{ nameservers: NS, glue, servers: 4 }],
    child: NS,
    ds: DS,
    keys: [ZSK, KSK],
    signers: [KSK],
    status: 'SECURE',
    ...more,
  };
}

export function delegated(
  nameservers: readonly string[],
  servers = 4,
  glue: readonly string[] = [],
): Cut['voices'][number] {
  return { nameservers: [...nameservers], glue: [...glue], servers };
}

export function domain(more: Partial<Domain> = {}): Domain {
  return {
    zone: 'example.org',
    cuts: [cut()],
    addresses: [GOOD],
    cnames: [],
    nameservers: NS,
    mx: ['mail.example.org'],
    caa: ['0 issue "letsencrypt.org"'],
    ttl: { nameservers: 86_400, address: 3_600 },
    asns: { [NS_AT]: 64_500 },
    ...more,
  };
}

export function registration(more: Partial<Registration> = {}): Registration {
  return {
    at: AT,
    registrar: 'Good Registrar Ltd (292)',
    status: ['client transfer prohibited', 'client update prohibited'],
    nameservers: NS,
    lastChanged: AT - 90 * 86_400_000,
    ...more,
  };
}

export function issuance(more: Partial<Issuance> = {}): Issuance {
  return {
    id: '1',
    names: ['www.example.org'],
    issuer: 'C=US, O=Real CA, CN=R2',
    caaDomains: [],
    notBefore: AT - 3_600_000,
    notAfter: AT + 90 * 86_400_000,
    spki: 'new-key',
    ...more,
  };
}

/** @param more of the domain; @param rest of the evidence. */
export function look(more: Partial<Domain> = {}, rest: Partial<DnsEvidence> = {}): DnsEvidence {
  return evidence([], { at: AT, domain: domain(more), tls: [tlsAt(GOOD, null)], ...rest });
}

export const APPROVED = look({}, { registry: { registration: registration(), certificates: [] } });
