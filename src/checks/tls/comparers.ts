/** Certificates against what was approved, and against the clock. Pure. */
import type { Finding, Severity } from '../../core/model.js';
import { certificateFault } from '../../core/words.js';
import { openTickets, ticketFor } from '../changes.js';
import type { Comparer } from '../check.js';
import { leafOf, type Shown, type ShownCertificate, type TlsEvidence } from './evidence.js';
import type { TlsSettings } from './probe.js';

type TlsComparer = Comparer<TlsSettings, TlsEvidence>;

const DAY_MS = 86_400_000;
const WARN_BEFORE_MS = 7 * DAY_MS;
/** Of its lifetime; automatic renewal comes at a third. Keeps certificates of a few days from alarming every week. */
const WARN_AT_LAST = 1 / 6;

function kindOf(problem: string): Pick<Finding, 'code' | 'diagnosis'> {
  switch (problem) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return { code: 'tls/expired', diagnosis: 'certificate-changed' };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return { code: 'tls/name-mismatch', diagnosis: 'tls-intercepted' };
    default:
      return { code: 'tls/untrusted', diagnosis: 'tls-intercepted' };
  }
}

/** Chains and names. A bad certificate that a person approved, private authority or not, stays approved by its key. */
export const validity: TlsComparer = {
  name: 'validity',
  compare(actual, accepted) {
    const faulty = actual.shown.filter((shown) => shown.problem !== null && !wasApproved(shown, accepted));
    return grouped(faulty, (shown) => `${shown.problem} ${leafOf(shown).fingerprint}`).map((group) => {
      const [shown] = group;
      const leaf = leafOf(shown);
      const problem = shown.problem ?? '';
      return {
        ...kindOf(problem),
        severity: 'critical',
        confidence: 0.97,
        summary: `The certificate ${actual.name} shows at ${addressesOf(group)} ${certificateFault(problem)}.`,
        expected: approvedLeaves(accepted)[0]?.issuer ?? `a trusted certificate for ${actual.name}`,
        actual: `${describe(leaf)} (${problem})`,
        where: addressesOf(group),
      };
    });
  },
};

function wasApproved(shown: Shown, accepted: readonly TlsEvidence[]): boolean {
  return accepted.some((one) =>
    one.shown.some((known) => known.problem === shown.problem && leafOf(known).spki === leafOf(shown).spki),
  );
}

/** Who vouches for the site, and with which key. */
export const identity: TlsComparer = {
  name: 'identity',
  compare(actual, accepted, { content, changes = [] }) {
    const approved = approvedLeaves(accepted);
    if (approved.length === 0) return [];
    const tickets = openTickets(changes, actual.at);
    const issuers = new Set(approved.map((leaf) => authorityOf(leaf.issuer)));
    const keys = new Set(approved.map((leaf) => leaf.spki));
    const fresh = actual.shown.filter((shown) => shown.problem === null && !keys.has(leafOf(shown).spki));
    return grouped(fresh, (shown) => leafOf(shown).fingerprint).map((group) => {
      const [shown] = group;
      const leaf = leafOf(shown);
      const sameAuthority = issuers.has(authorityOf(leaf.issuer));
      const ticket =
        ticketFor(tickets, 'spki', [leaf.spki]) ?? ticketFor(tickets, 'issuers', [authorityOf(leaf.issuer)]);
      const changed: Severity = ticket ? 'notice' : content === 'frozen' ? 'critical' : 'warning';
      const expectation = ticket ? `; ticket ${ticket.id} expects it` : '';
      const at = `${actual.name} (${addressesOf(group)})`;
      return {
        code: sameAuthority ? 'tls/key-changed' : 'tls/issuer-changed',
        severity: sameAuthority ? 'notice' : changed,
        confidence: sameAuthority ? 0.9 : 0.8,
        diagnosis: 'certificate-changed',
        summary: sameAuthority
          ? `${at} has a renewed certificate with a new key, from the same authority as before.`
          : `${at} now shows a certificate from ${authorityOf(leaf.issuer)}, an authority that was not approved${expectation}.`,
        expected: approved.map(describe).join('\n'),
        actual: describe(leaf),
        where: addressesOf(group),
      };
    });
  },
};

/** The organisation that issues: intermediates of one authority take turns from renewal to renewal. */
export function authorityOf(issuer: string): string {
  return /(?:^|, )O=(.+?)(?=, [A-Za-z0-9.]+=|$)/u.exec(issuer)?.[1] ?? issuer;
}

/** The end that is near. Silent where the validity comparer speaks already. */
export const expiry: TlsComparer = {
  name: 'expiry',
  compare(actual) {
    const ending = actual.shown.filter((shown) => shown.problem === null && remaining(shown, actual) < window(shown));
    return grouped(ending, (shown) => leafOf(shown).fingerprint).map((group) => {
      const [shown] = group;
      const left = remaining(shown, actual);
      return {
        code: 'tls/expires-soon',
        severity: left < window(shown) / 7 ? 'critical' : 'warning',
        confidence: 1,
        diagnosis: 'certificate-changed',
        summary: `The certificate of ${actual.name} at ${addressesOf(group)} expires in ${inWords(left)}.`,
        expected: 'a certificate that is renewed in time',
        actual: `valid until ${new Date(leafOf(shown).notAfter).toISOString()}`,
        where: addressesOf(group),
      };
    });
  },
};

function remaining(shown: Shown, { at }: TlsEvidence): number {
  return leafOf(shown).notAfter - at;
}

function window(shown: Shown): number {
  const { notBefore, notAfter } = leafOf(shown);
  return Math.min(WARN_BEFORE_MS, (notAfter - notBefore) * WARN_AT_LAST);
}

function inWords(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours < 1) return 'less than an hour';
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}

/** The protocol as negotiated by us, with the same offer every time. */
export const protocol: TlsComparer = {
  name: 'protocol',
  compare(actual, accepted) {
    const approved = accepted.flatMap((one) => one.shown.map((shown) => shown.protocol));
    const oldest = approved.toSorted()[0];
    const older = oldest === undefined ? [] : actual.shown.filter((shown) => shown.protocol < oldest);
    const [first] = older;
    if (!first || oldest === undefined) return [];
    return [
      {
        code: 'tls/protocol-downgraded',
        severity: 'notice',
        confidence: 0.9,
        diagnosis: 'certificate-changed',
        summary: `${actual.name} now speaks ${first.protocol} at ${addressesOf(older)}, an older protocol than approved.`,
        expected: oldest,
        actual: first.protocol,
      },
    ];
  },
};

/** Part of the servers do not answer. That this machine has no route somewhere says nothing about the site. */
export const reachability: TlsComparer = {
  name: 'reachability',
  compare: (actual) =>
    actual.failed
      .filter(({ failure }) => failure.blame === 'target' && failure.code !== 'blocked-address')
      .map(({ address, failure }) => ({
        code: 'tls/address-failing',
        severity: 'notice',
        confidence: 0.7,
        diagnosis: 'down',
        summary: `${address}, one of the addresses of ${actual.name}, does not work.`,
        actual: failure.detail,
        where: address,
      })),
};

function approvedLeaves(accepted: readonly TlsEvidence[]): ShownCertificate[] {
  const leaves = accepted.flatMap((one) => one.shown.map(leafOf));
  return [...new Map(leaves.map((leaf) => [leaf.fingerprint, leaf])).values()];
}

/** What a person compares: subject, issuer, names, dates, key. */
export function describe(leaf: ShownCertificate): string {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const names = leaf.names.slice(0, 20).join(', ');
  const validity = `${day(leaf.notBefore)} to ${day(leaf.notAfter)}`;
  return `${leaf.subject}, issued by ${leaf.issuer}, for ${names}, valid ${validity}, key ${leaf.spki.slice(0, 16)}`;
}

function addressesOf(group: readonly Shown[]): string {
  return group.map((shown) => shown.address).join(', ');
}

function grouped(all: readonly Shown[], key: (shown: Shown) => string): [Shown, ...Shown[]][] {
  const groups = new Map<string, [Shown, ...Shown[]]>();
  for (const shown of all) {
    const group = groups.get(key(shown));
    if (group) group.push(shown);
    else groups.set(key(shown), [shown]);
  }
  return [...groups.values()];
}
