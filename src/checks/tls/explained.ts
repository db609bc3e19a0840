/** What every comparer of the TLS check asks and measured: the text behind `check --explain`. One entry for each in index.ts. */
import type { Explained, Measure } from '../explained.js';
import { authorityOf } from './comparers.js';
import { leafOf, type Shown, type TlsEvidence } from './evidence.js';
import type { TlsSettings } from './probe.js';

type TlsExplained = Explained<TlsSettings, TlsEvidence>;

function each(what: string, value: (shown: Shown, actual: TlsEvidence) => string) {
  return (actual: TlsEvidence): Measure[] =>
    actual.shown.map((shown) => ({ where: shown.address, what, value: value(shown, actual) }));
}

const DAY_MS = 86_400_000;

function approvedBy(accepted: readonly TlsEvidence[], fact: (shown: Shown) => string): string {
  const facts = accepted.flatMap((one) => one.shown.map(fact));
  return [...new Set(facts)].join(', ') || 'none';
}

export const explained: Readonly<Record<string, TlsExplained>> = {
  validity: {
    asks: 'Does the chain end in a trusted root, and is it for this name?',
    speaks: 'it does not, and no accepted look showed the same key with the same fault',
    measures: each('chain', ({ problem }) => problem ?? 'trusted, and the name fits'),
  },
  identity: {
    asks: 'Does the approved authority still vouch for the site, and for the approved key?',
    speaks: 'the key is new; graver where the authority is another too',
    measures: (actual, accepted) =>
      actual.shown.flatMap((shown) => {
        const { issuer, spki } = leafOf(shown);
        const authorities = approvedBy(accepted, (known) => authorityOf(leafOf(known).issuer));
        const keys = approvedBy(accepted, (known) => leafOf(known).spki.slice(0, 16));
        return [
          { where: shown.address, what: 'authority', value: `${authorityOf(issuer)}; approved: ${authorities}` },
          { where: shown.address, what: 'key', value: `${spki.slice(0, 16)}; approved: ${keys}` },
        ];
      }),
  },
  expiry: {
    asks: 'Is the end of the certificate near?',
    speaks: 'less is left than a week or a sixth of its life, whichever is shorter',
    measures: each('days left', (shown, { at }) => ((leafOf(shown).notAfter - at) / DAY_MS).toFixed(1)),
  },
  protocol: {
    asks: 'Is the protocol as new as the approved one?',
    speaks: 'an older version is negotiated than in any accepted look',
    measures: (actual, accepted) =>
      actual.shown.map(({ address, protocol }) => {
        const value = `${protocol}; approved: ${approvedBy(accepted, (known) => known.protocol)}`;
        return { where: address, what: 'protocol', value };
      }),
  },
  reachability: {
    asks: 'Do all addresses of the name work?',
    speaks: 'one completes a handshake and another does not',
    measures: ({ shown, failed }) => [
      { where: '', what: 'handshakes', value: `${shown.length} done, ${failed.length} failed` },
    ],
  },
};
