/**
 * What the authoritative data says against what was approved: addresses and aliases, as the references give them. Pure.
 * Who holds the domain (parent, DS, registrar) is the question of the folder beside this file.
 */
import type { Severity } from '../../core/model.js';
import { certificateFault } from '../../core/words.js';
import { openTickets, ticketFor } from '../changes.js';
import type { Comparer } from '../check.js';
import { authorityOf as issuingAuthorityOf } from '../tls/comparers.js';
import { areNeighbours } from './addresses.js';
import { diagnosisOf } from './codes.js';
import {
  addressesOf,
  certificateAt,
  type DnsEvidence,
  distinct,
  hasReferences,
  isDefinite,
  type Reply,
  type TlsAt,
  trustedAnswers,
} from './evidence.js';
import { listed } from './listed.js';
import { fitsPattern } from './names.js';
import type { DnsSettings } from './settings.js';
import { authorityOf } from './traced.js';
import { approvedTruth } from './truth.js';

type DnsComparer = Comparer<DnsSettings, DnsEvidence>;

interface Proof {
  readonly severity: Severity;
  readonly confidence: number;
  readonly says: string;
}

/** Every address the references give and nobody approved, each by what it showed over TLS. */
export const addresses: DnsComparer = {
  name: 'addresses',
  compare(actual, accepted, settings) {
    if (accepted.length === 0) return [];
    const approved = approvedTruth(actual, accepted, settings);
    const given = addressesOf(trustedAnswers(actual, 'name'));
    const isStrange = (address: string): boolean => approved.explain(address) === null;
    const ofReferences = given
      .filter(isStrange)
      .map((address) => ({ address, proof: proofOf(address, actual, accepted, settings) }));
    // Where a name server gives what no reference does, only one that cannot be the site is worth a word: servers differ.
    const ofServers = (authorityOf(actual)?.addresses ?? [])
      .filter((address) => !given.includes(address) && isStrange(address))
      .map((address) => ({ address, proof: serverProof(proofOf(address, actual, accepted, settings)) }))
      .filter(({ proof }) => proof.severity === 'critical');
    const proven = [...ofReferences, ...ofServers];
    return bySeverity(proven).map(({ proof, of }) => ({
      code: 'dns/answer-changed',
      severity: proof.severity,
      confidence: proof.confidence,
      diagnosis: proof.severity === 'critical' ? diagnosisOf('dns/answer-changed') : 'changed',
      summary: `${actual.name} now points to ${listed(of)}, which was not approved ${proof.says}.`,
      expected: listed(approved.addresses),
      actual: listed(of.map((address) => `${address}${certificateAt(address, actual)}`)),
    }));
  },
};

/** The references have not followed: they soon will, or what came from the servers was changed on the way. */
function serverProof(proof: Proof): Proof {
  const says = `${proof.says}; so say its own name servers, and not (yet) the reference resolvers`;
  return { ...proof, confidence: Math.min(proof.confidence, 0.7), says };
}

/** One finding for all addresses of which the same is said. */
function bySeverity(proven: readonly { address: string; proof: Proof }[]): { proof: Proof; of: string[] }[] {
  const groups = new Map<string, { proof: Proof; of: string[] }>();
  for (const { address, proof } of proven) {
    const group = groups.get(proof.says) ?? { proof, of: [] };
    group.of.push(address);
    groups.set(proof.says, group);
  }
  return [...groups.values()];
}

function proofOf(
  address: string,
  actual: DnsEvidence,
  accepted: readonly DnsEvidence[],
  { content }: DnsSettings,
): Proof {
  const changedSeverity: Severity = content === 'frozen' ? 'warning' : 'notice';
  const tls = actual.tls.find((at) => at.address === address);
  if (tls?.problem === null) {
    // CDNs move during an event as on any other day, and their certificates come from whom they always came from.
    const severity = provesAsApproved(tls, accepted) ? 'notice' : changedSeverity;
    return { severity, confidence: 0.9, says: 'but proves to be the site by its certificate' };
  }
  const keys = accepted.flatMap((one) => one.tls.flatMap((at) => at.chain[0]?.spki ?? []));
  const [leaf] = tls?.chain ?? [];
  if (leaf && keys.includes(leaf.spki)) {
    return { severity: changedSeverity, confidence: 0.8, says: 'but proves to be the site by its key' };
  }
  if (leaf) {
    const fault = certificateFault(tls?.problem ?? '');
    const says = `and cannot prove that it is ${actual.name} (its certificate ${fault})`;
    return { severity: 'critical', confidence: 0.95, says };
  }
  const known = addressesOf(accepted.flatMap((one) => trustedAnswers(one, 'name')));
  if (known.some((one) => areNeighbours(one, address))) {
    return { severity: changedSeverity, confidence: 0.6, says: 'but stands in the network of an approved address' };
  }
  if (tls?.failure?.blame === 'monitor') {
    return { severity: changedSeverity, confidence: 0.3, says: 'and could not be tested from this machine' };
  }
  const severity = content === 'frozen' ? 'critical' : 'warning';
  return { severity, confidence: 0.6, says: 'and does not prove to be the site' };
}

/** A trusted certificate for the name, by the approved key or an approved authority. */
function provesAsApproved({ problem, chain: [leaf] }: TlsAt, accepted: readonly DnsEvidence[]): boolean {
  const approved = accepted.flatMap((one) =>
    one.tls.filter((at) => at.problem === null).flatMap(({ chain }) => chain[0] ?? []),
  );
  const isKnown = approved.some(
    ({ spki, issuer }) =>
      spki === leaf?.spki || (leaf !== undefined && issuingAuthorityOf(issuer) === issuingAuthorityOf(leaf.issuer)),
  );
  return problem === null && isKnown;
}

/** A record for every name of the domain: nobody meant it, or somebody wants any name there to work. */
export const wildcard: DnsComparer = {
  name: 'wildcard',
  compare(actual, accepted, settings) {
    const before = accepted.flatMap(inventedNames);
    const now = inventedNames(actual);
    const inventing = now.filter(({ addresses }) => addresses.length > 0);
    const wasNone = before.length > 0 && before.every(({ addresses }) => addresses.length === 0);
    // One of several references may rewrite; most of them do not.
    if (!wasNone || inventing.length * 2 <= now.length) return [];
    const approved = approvedTruth(actual, accepted, settings);
    const given = distinct(inventing.flatMap(({ addresses }) => addresses));
    const strange = given.filter((address) => approved.explain(address) === null);
    const proofs = strange.map((address) => actual.tls.find((at) => at.address === address));
    const foreign = proofs.some((at) => at !== undefined && at.problem !== null && isOthers(at, settings));
    const asIs = proofs.every((at) => at?.problem === null) ? 'notice' : 'warning';
    return [
      {
        code: 'dns/wildcard-appeared',
        severity: foreign ? 'critical' : asIs,
        confidence: foreign ? 0.9 : 0.8,
        diagnosis: diagnosisOf('dns/wildcard-appeared'),
        summary: `Every name below ${actual.zone ?? actual.name} now leads to ${listed(given)}${foreign ? ', which does not prove to be the site' : ''}; made-up names had no address before.`,
        expected: 'NXDOMAIN for names that do not exist',
        actual: listed(given),
      },
    ];
  },
};

/** It shows what is not the site's, or nothing at all where the site is served over TLS; and we could look. */
function isOthers({ chain, failure }: TlsAt, { secure }: DnsSettings): boolean {
  return chain.length > 0 || (secure && failure?.blame !== 'monitor');
}

/** What the references say, definitely, of a made-up name. */
function inventedNames(evidence: DnsEvidence): Reply[] {
  if (!hasReferences(evidence)) return [];
  return trustedAnswers(evidence, 'absent').flatMap(({ replies }) => replies.filter(isDefinite).slice(0, 1));
}

/** What the name is an alias of. */
export const aliases: DnsComparer = {
  name: 'aliases',
  compare(actual, accepted, { allow, content, changes }) {
    if (accepted.length === 0) return [];
    const approved = distinct(accepted.flatMap(aliasesOf));
    const tickets = openTickets(changes, actual.at ?? null);
    const strange = aliasesOf(actual).filter(
      (alias) =>
        !approved.includes(alias) &&
        !allow.cnames.some((pattern) => fitsPattern(alias, pattern)) &&
        !ticketFor(tickets, 'cnames', [alias]),
    );
    if (strange.length === 0) return [];
    const isProven = (at: TlsAt): boolean =>
      content === 'frozen' ? provesAsApproved(at, accepted) : at.problem === null;
    const proven = addressesOf(trustedAnswers(actual, 'name')).every((address) =>
      actual.tls.some((at) => at.address === address && isProven(at)),
    );
    return [
      {
        code: 'dns/cname-changed',
        severity: proven ? 'notice' : 'warning',
        confidence: 0.8,
        diagnosis: diagnosisOf('dns/cname-changed'),
        summary: `${actual.name} is now an alias of ${listed(strange)}, which was not approved.`,
        expected: listed(approved) || 'no alias',
        actual: listed(strange),
      },
    ];
  },
};

function aliasesOf(evidence: DnsEvidence): string[] {
  return distinct(trustedAnswers(evidence, 'name').flatMap((a) => a.replies.flatMap((reply) => reply.cnames)));
}
