/**
 * An address that neither references nor baseline nor watchlist explain: what its certificate and its page say. Pure.
 *
 * The TLS matrix has two columns, this vantage and a remote one. Here the second column is an address that references
 * gave, spoken to from this vantage: if that fails in the same way, the network in between intercepts TLS (or the
 * site's own certificate is bad), and the answer is not to blame.
 */
import { certificateFault } from '../../core/words.js';
import { areNeighbours, bogonRange, lastIpv4 } from './addresses.js';
import { type DnsEvidence, isDefinite, type PageAt, type TlsAt } from './evidence.js';
import type { Judgement } from './judgement.js';
import type { DnsSettings } from './settings.js';
import { isSamePage, signatureOn } from './signatures.js';
import type { Truth } from './truth.js';

export interface Suspicion {
  readonly evidence: DnsEvidence;
  readonly truth: Truth;
  readonly settings: DnsSettings;
}

/** Steps 5 to 9 of the ladder for one address. A valid certificate comes first: only its owner can show it. */
export function judgeUnexplained(address: string, suspicion: Suspicion): Judgement {
  const { evidence, truth } = suspicion;
  const tls = evidence.tls.find((at) => at.address === address) ?? null;
  if (tls?.problem === null) {
    return verdict('CONSISTENT_TLS', 0.97, address, `shows a trusted certificate for ${evidence.name}`);
  }
  const page = evidence.victims.find((victim) => victim.address === address && victim.status !== null) ?? null;
  if (truth.absent) {
    const why = 'the reference resolvers say the name has no address';
    return { ...verdict('NX_REWRITE', 0.95, address, why), says: 'although the name has no address' };
  }
  const range = bogonRange(address);
  if (range !== null && truth.known && !truth.bogonRanges.has(range)) {
    const kind = rangeWords(range);
    const why = `no public site has an address of this kind (${kind})`;
    return { ...verdict('REDIRECT_BOGON', 0.97, address, why), says: `an address no public site can have (${kind})` };
  }
  return (tls && byCertificate(tls, page, suspicion)) ?? withoutCertificate(address, tls, page, suspicion);
}

/** A certificate was shown, and it does not prove the name. Null: none was shown. */
function byCertificate(tls: TlsAt, page: PageAt | null, { evidence, truth }: Suspicion): Judgement | null {
  const [leaf] = tls.chain;
  if (!leaf) return null;
  const references = evidence.tls.filter((at) => truth.explain(at.address) !== null && at.chain.length > 0);
  if (references.some((at) => at.chain[0]?.spki === leaf.spki)) {
    return verdict('CONSISTENT_TLS', 0.9, tls.address, 'shows the same key as a reference address');
  }
  const fault = certificateFault(tls.problem ?? '');
  const why = `shows a certificate that does not prove ${evidence.name} (${tls.problem}, issued by ${leaf.issuer})`;
  if (references.some((at) => at.problem === null)) {
    const signature = page && signatureOn(page);
    const serves = signature ? `serves ${signature} and ` : '';
    return {
      ...verdict('REDIRECT', signature ? 0.99 : 0.95, tls.address, `${serves}${why}; reference addresses prove it`),
      says: `which ${serves}cannot prove that it is ${evidence.name} (its certificate ${fault})`,
    };
  }
  if (references.some((at) => at.chain[0]?.issuer === leaf.issuer)) {
    return {
      ...verdict('TLS_INTERCEPT', 0.95, tls.address, `${why}, and the reference addresses show that issuer too`),
      says: `which cannot prove that it is ${evidence.name}, and neither can its known addresses: something on the way opens encrypted connections`,
    };
  }
  return null;
}

/** Step 9: TLS says nothing here, so neighbourhood and content must. */
function withoutCertificate(address: string, tls: TlsAt | null, page: PageAt | null, suspicion: Suspicion): Judgement {
  const { evidence, truth, settings } = suspicion;
  const signature = page && signatureOn(page);
  if (signature) {
    return { ...verdict('REDIRECT_CONTENT', 0.95, address, `serves ${signature}`), says: `which serves ${signature}` };
  }
  const network = tls === null || tls.chain.length === 0 ? networkWords(address, tls, suspicion) : null;
  if (network !== null) return verdict('CONSISTENT_ASN', 0.8, address, network);
  if (!settings.secure && page && evidence.genuine && isSamePage(page, evidence.genuine)) {
    return verdict('CONSISTENT_ASN', 0.6, address, 'serves the same page as a reference address');
  }
  if (!truth.known) {
    const why = 'there is nothing to compare it with';
    return { ...verdict('UNMEASURABLE', 0, address, why), says: 'which nothing is known to compare with' };
  }
  if (tls?.failure?.blame === 'monitor') {
    const untested = `nothing explains it, and it could not be tested: ${tls.failure.detail}`;
    const says = 'an address that nothing explains and this machine could not test';
    // Networks wrap IPv4 into IPv6 by prefixes of their own (DNS64); anything else was added to a name that has none.
    const added = address.includes(':') && deniesIpv6(suspicion) && !wrapsKnown(address, truth);
    return { ...verdict('INCONSISTENT', added ? 0.5 : 0.3, address, untested), says };
  }
  const why = tls === null ? 'it was one of too many' : (tls.failure?.detail ?? tls.problem ?? 'it showed nothing');
  return {
    ...verdict('INCONSISTENT', 0.5, address, `nothing explains it, and TLS did not prove it: ${why}`),
    says: 'an address that nothing explains and that did not prove to be the site',
  };
}

/** Those we trust say that the name has no IPv6 address. */
function deniesIpv6({ evidence, truth }: Suspicion): boolean {
  if (truth.addresses.some((known) => known.includes(':'))) return false;
  const denied = evidence.answers.some(
    ({ asked, type, resolver, replies }) =>
      asked === 'name' && type === 'AAAA' && resolver.role === 'reference' && replies.some(isDefinite),
  );
  return denied || truth.isSigned('AAAA');
}

function wrapsKnown(address: string, truth: Truth): boolean {
  const last = lastIpv4(address);
  return last !== null && truth.addresses.includes(last);
}

/** Why an address that showed no certificate stands where the site may be, in words; null when nothing says so. */
function networkWords(address: string, tls: TlsAt | null, { evidence, truth, settings }: Suspicion): string | null {
  const neighbour = truth.addresses.find((known) => areNeighbours(known, address));
  if (neighbour !== undefined) return `stands in the same network as ${neighbour}`;
  const asn = truth.asnOf(address);
  if (asn === null) return null;
  if (settings.allow.asns.includes(asn)) return `stands in AS${asn}, which the watchlist allows`;
  const known = truth.networks.get(asn);
  return known !== undefined && couldNotProve(tls, evidence, truth) ? `stands in AS${asn}, as ${known} does` : null;
}

/**
 * TLS can tell nothing: this machine could not try, or no genuine address speaks it either. Otherwise its silence counts:
 * anybody can rent a machine in the network of a large provider and leave port 443 closed.
 */
function couldNotProve(tls: TlsAt | null, evidence: DnsEvidence, truth: Truth): boolean {
  if (tls === null) return false;
  const proven = evidence.tls.some((at) => at.problem === null && truth.explain(at.address) !== null);
  return tls.failure?.blame === 'monitor' || !proven;
}

function rangeWords(range: string): string {
  return range.replace(/[A-Z0-9]+/gu, (upper) => ` ${upper.toLowerCase()}`);
}

function verdict(id: Judgement['verdict'], confidence: number, address: string, why: string): Judgement {
  return { verdict: id, confidence, says: why, why: `${address}: ${why}`, address };
}
