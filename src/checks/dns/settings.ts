/** What a site may say about its DNS, and what the check makes of it. Pure. */
import * as z from 'zod';
import type { Content } from '../../core/model.js';
import { type ChangeTicket, ticketsOf } from '../changes.js';
import type { SiteFacts } from '../check.js';
import { canonicalAddress, isRange } from './addresses.js';
import { canonicalName, isHostName } from './names.js';

const range = z.string().refine(isRange, { error: 'must be an IP address or a CIDR such as 203.0.113.0/24' });
const hostName = z.string().refine((text) => isHostName(canonicalName(text)), { error: 'must be a host name' });
const namePattern = z.string().refine((text) => isHostName(canonicalName(text).replace(/^\*\./u, '')), {
  error: 'must be a host name, or *.name for every name below it',
});

/** `dns:` of a site in watchlist.yaml: what else is genuine beside the approved baseline. */
export const dnsOptions = z
  .strictObject({
    allow: z
      .strictObject({
        addresses: z.array(range).optional().describe('Addresses and CIDRs the name may point to.'),
        asns: z
          .array(z.int().positive())
          .optional()
          .describe('Networks the name may point into, by AS number; counts where an address shows no certificate.'),
        cnames: z.array(namePattern).optional().describe('Aliases the name may have; *.name covers all below it.'),
        nameservers: z.array(hostName).optional().describe('Name servers the domain may be delegated to.'),
      })
      .optional(),
  })
  .optional();

export interface Allowed {
  readonly addresses: readonly string[];
  /** Numbers of autonomous systems. */
  readonly asns: readonly number[];
  readonly cnames: readonly string[];
  readonly nameservers: readonly string[];
}

export interface DnsSettings {
  readonly name: string;
  /** What a visitor opens. */
  readonly url: string;
  /** Where a genuine address proves itself by TLS. */
  readonly tlsPort: number;
  /** The site is served over TLS: an address that cannot prove itself does not serve it. */
  readonly secure: boolean;
  readonly content: Content;
  readonly allow: Allowed;
  /** Announced changes, whether their window is open or not. */
  readonly changes: readonly ChangeTicket[];
}

export function configure(site: SiteFacts): { settings: DnsSettings } | { notApplicable: string } {
  const name = canonicalName(site.name);
  if (canonicalAddress(name.replace(/^\[(.*)\]$/u, '$1')) !== null) {
    return { notApplicable: `${site.name} is an address: there is no name to look up` };
  }
  if (!isHostName(name)) return { notApplicable: `${site.name} is not a name the DNS can be asked for` };
  const allow = dnsOptions.parse(site.options['dns'])?.allow ?? {};
  return { settings: { ...settingsFor(name, site.url, site.content, allow), changes: ticketsOf(site.options) } };
}

/** @param url null: the name alone is watched, as if it were an https site. */
export function settingsFor(
  name: string,
  url: string | null,
  content: Content,
  allow: Partial<{ [K in keyof Allowed]: Allowed[K] | undefined }> = {},
): DnsSettings {
  const place = new URL(url ?? `https://${name}/`);
  const secure = place.protocol === 'https:';
  return {
    name,
    url: place.href,
    tlsPort: secure && place.port !== '' ? Number(place.port) : 443,
    secure,
    content,
    allow: {
      addresses: allow.addresses ?? [],
      asns: allow.asns ?? [],
      cnames: allow.cnames ?? [],
      nameservers: (allow.nameservers ?? []).map(canonicalName),
    },
    changes: [],
  };
}
