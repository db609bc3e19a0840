/** The TLS check: who vouches for the site, for how long, and whether that is whom we approved. */
import type { Exhibits } from '../../core/model.js';
import { ticketsOf } from '../changes.js';
import type { Check, SiteFacts } from '../check.js';
import { tlsCodes } from './codes.js';
import { describe, expiry, identity, protocol, reachability, validity } from './comparers.js';
import { chainArtifact, leafOf, type Shown, type TlsEvidence, tlsEvidenceSchema } from './evidence.js';
import { explained } from './explained.js';
import { probe, type TlsSettings } from './probe.js';

export const tls: Check<TlsSettings, TlsEvidence> = {
  kind: 'tls',
  version: 1,
  options: {},
  evidence: tlsEvidenceSchema,
  codes: tlsCodes,
  comparers: [validity, identity, expiry, protocol, reachability],
  explained,
  configure,
  probe,
  combine,
  // An address that fails beside others that work is a finding; when none works the probe fails as a whole.
  failures: () => [],
  exhibit,
};

function configure(site: SiteFacts): { settings: TlsSettings } | { notApplicable: string } {
  const url = new URL(site.url ?? `https://${site.name}/`);
  if (url.protocol !== 'https:') return { notApplicable: `${url.origin} is served without TLS` };
  const name = url.hostname.replace(/^\[(.*)\]$/u, '$1');
  const changes = ticketsOf(site.options);
  return { settings: { name, port: Number(url.port || 443), content: site.content, changes } };
}

/** Every certificate that any sample showed, each once. */
function combine(samples: readonly [TlsEvidence, ...TlsEvidence[]]): TlsEvidence {
  const shown = new Map<string, Shown>();
  for (const one of samples.flatMap((sample) => sample.shown)) {
    shown.set(`${one.address} ${leafOf(one).fingerprint} ${one.protocol}`, one);
  }
  return { ...samples[0], shown: [...shown.values()], failed: [] };
}

function exhibit(actual: TlsEvidence | null, accepted: readonly TlsEvidence[]): Exhibits {
  const before = [...new Set(accepted.flatMap(certificates))].join('\n');
  const after = actual ? [...new Set(certificates(actual))].join('\n') : before;
  const members = (actual?.shown ?? []).map((shown, index) => ({
    name: index === 0 ? 'chain.pem' : `chain-${index + 1}.pem`,
    artifact: chainArtifact(shown),
  }));
  return { pictures: [], resolvers: [], texts: [{ name: 'certificate', before, after }], members };
}

function certificates(evidence: TlsEvidence): string[] {
  return evidence.shown.map((shown) => describe(leafOf(shown)));
}
