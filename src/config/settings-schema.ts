/** The keys of settings.yaml with their defaults and what they mean. */
import * as z from 'zod';
import { readSigner, type Signer } from '../core/signature.js';
import { readStoreAddress } from '../core/store-address.js';
import type { Notifier } from '../notify/notifier.js';
import { readResolverAddress } from './resolver.js';
import { address, cidr, clientSubnet, duration, id, parsed, readName, timezone, webUrl, words } from './values.js';

export const RESOLVER = z.strictObject({
  name: id().describe('How reports call it.'),
  address: parsed(readResolverAddress, {
    examples: ['tls://9.9.9.9#dns.quad9.net', 'https://dns.google/dns-query@8.8.8.8', 'udp://192.0.2.53', 'system'],
  }).describe('`udp://ip[:port]`, `tcp://ip[:port]`, `tls://ip[:port]#name`, `https://host[:port]/path@ip`, `system`.'),
  role: z.enum(['reference', 'witness']).describe('`reference`: a path we trust. `witness`: a path being judged.'),
  network: words().optional().describe('Whose network it stands in, for reports: `AS64501`.'),
});

const ROUTE = z.strictObject({
  severity: z.enum(['warning', 'critical']).describe('Of the alerts meant; notices are never sent on their own.'),
  to: z.array(z.string()).min(1, 'must name at least one receiver').describe('Ids of receivers.'),
});

/** `127.0.0.1:8420`, `[::1]:8420`. */
const LISTEN = parsed<string>((text) =>
  /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):[0-9]{1,5}$/.test(text)
    ? { value: text }
    : { wrong: 'must be an address and a port such as 127.0.0.1:8420' },
);

const LADDER_STEP = z.strictObject({
  severity: z.enum(['warning', 'critical']).default('critical').describe('Of the incidents meant.'),
  after: duration(10_000).describe('Nobody took it for this long. In an event window 0.4 of it.'),
  to: z.array(z.string()).min(1, 'must name at least one receiver').describe('Ids of receivers.'),
});

/** `192.0.2.1:443`, `[2001:db8::1]:53`: an address, so that no resolver has a say in whether we see. */
const CONTROL = parsed<string>((text) =>
  /^([0-9.]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}$/.test(text) && URL.canParse(`http://${text}`)
    ? { value: text }
    : { wrong: 'must be an IP address and a port such as 192.0.2.1:443' },
);

const TIME_OF_DAY = parsed<number>((text) => {
  const [, hours, minutes] = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? [];
  return hours === undefined
    ? { wrong: 'must be a time of day such as 08:00' }
    : { value: Number(hours) * 60 + Number(minutes) };
});

const HOST_PATTERN = z
  .string()
  .refine((text) => readName(text.replace(/^\*\./, '')) !== null, 'must be a host name or "*." and a host name');

/** A line of `~/.ssh/id_ed25519.pub`. */
const SIGNER = parsed<Signer>(
  (text) => {
    const value = readSigner(text);
    if (value !== null) return { value };
    return { wrong: 'must be an Ed25519 public key as ssh-keygen writes it: "ssh-ed25519 AAAA... name"' };
  },
  { examples: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@example.org'] },
);

/** Off, on, or on with an address of the operator's own choice. */
function source() {
  return z.union([z.boolean(), webUrl()], { error: 'must be true, false or a URL' });
}

/** Everything but the receivers, whose keys depend on their kind. */
export const SHAPE = {
  version: z.literal(1).default(1).describe('Of this format.'),
  network: z
    .strictObject({
      allow: z.array(cidr()).default([]).describe('CIDRs that may be dialled although they are not public addresses.'),
      only: z
        .array(cidr())
        .default([])
        .describe('If set, nothing outside these CIDRs is ever dialled, whatever a page, an answer or a config says.'),
      hosts: z
        .record(HOST_PATTERN, address())
        .default({})
        .describe('Fixed addresses by host name; `*.name` holds for every name below.'),
      ca: z.array(z.string()).default([]).describe('PEM files with root certificates trusted besides the public ones.'),
    })
    .prefault({})
    .describe('What may be dialled, and where names stand.'),
  dns: z
    .strictObject({
      resolvers: z
        .array(RESOLVER)
        .optional()
        .describe('Who is asked. Without it: five public encrypted ones and `system`.'),
      roots: z.array(address()).default([]).describe('Root servers for the trace; empty: the real ones.'),
      authority_port: z.int().min(1).max(65_535).default(53).describe('Port of authoritative servers.'),
      trust_anchors: z.array(z.string()).default([]).describe("DS records, or files of them; empty: IANA's."),
      client_subnets: z
        .array(clientSubnet())
        .max(8, 'at most eight: every name server that answers by region is asked for each')
        .default([])
        .describe(
          'Networks of your visitors elsewhere, a /24 or a /56 each: name servers that answer by region (EDNS client subnet) are asked for them too.',
        ),
      silent_addresses: z
        .array(address())
        .default([])
        .describe('Addresses where no DNS server runs, best your own: an answer from there was made on the way.'),
      whoami: z
        .array(z.string().refine((text) => readName(text) !== null, 'must be a host name'))
        .default([])
        .describe(
          'Names whose A record is the address that asked, such as whoami.akamai.net: shows whom resolvers forward to.',
        ),
      asn_database: z
        .string()
        .min(1)
        .optional()
        .describe(
          'An MMDB file that knows the network of an address (GeoLite2-ASN, DB-IP, IPinfo), instead of the bundled table.',
        ),
      rdap: source()
        .default(false)
        .describe(
          'Ask registries about registrar, locks and name servers of your domains; or the URL of an RDAP server.',
        ),
      certificates: source()
        .default(false)
        .describe(
          "Ask certificate transparency logs about your names (Cert Spotter, else crt.sh); or such a service's URL.",
        ),
    })
    .prefault({})
    .describe('The resolvers.'),
  browser: z
    .strictObject({
      executable: z.string().min(1).default('auto').describe('`auto`, or the path of a Chromium.'),
      pages: z
        .union([z.literal('auto'), z.int().min(1).max(64)], { error: 'must be auto, or a whole number from 1 to 64' })
        .default('auto')
        .describe('How many pages are rendered at the same time.'),
      sandbox: z.enum(['required', 'off']).default('required').describe("Chromium's own sandbox."),
      jail: z
        .enum(['auto', 'required', 'off'])
        .default('auto')
        .describe(
          'A network of its own for the browser, out of which nothing but our proxies leads. `auto`: where this machine lets us make one.',
        ),
    })
    .prefault({})
    .describe('The browser that renders pages.'),
  store: z
    .strictObject({
      url: parsed<string>((text) => {
        const read = readStoreAddress(text);
        return 'wrong' in read ? { wrong: read.wrong, quote: false } : { value: text };
      })
        .prefault('sqlite:siteward.db')
        .describe('`sqlite:` and a file name inside the data folder, or `postgres://user:password@host/database`.'),
    })
    .prefault({})
    .describe('The database.'),
  baselines: z
    .strictObject({
      signers: z
        .array(SIGNER)
        .default([])
        .describe(
          'Public keys of those who may approve. With one or more, a baseline none of them signed is not believed.',
        ),
    })
    .prefault({})
    .describe('Who may say what a site looks like.'),
  evidence: z
    .strictObject({
      timestamps: webUrl()
        .optional()
        .describe(
          'A time stamping authority (RFC 3161) that is asked to witness when evidence of anything wrong existed; it is told a hash and nothing else.',
        ),
    })
    .prefault({})
    .describe('What goes with the evidence.'),
  bus: z
    .strictObject({
      url: parsed<null>(() => ({ wrong: 'remote vantages come in a later version; remove this', quote: false }))
        .nullable()
        .default(null),
    })
    .prefault({})
    .describe('The message bus that joins remote vantages: not in this version.'),
  routes: z.array(ROUTE).optional().describe('Who is told what. Without it every receiver gets every alert.'),
  escalation: z
    .array(LADDER_STEP)
    .default([])
    .describe('Who is told besides when nobody takes an incident. Without it only the routes.'),
  controls: z
    .array(CONTROL)
    .default([])
    .describe('Addresses that answer by TCP as long as our own network works; without them it counts as working.'),
  digest: z
    .strictObject({
      to: z.array(z.string()).default([]).describe('Ids of receivers; empty: nobody.'),
      at: TIME_OF_DAY.prefault('08:00').describe('Time of day.'),
      timezone: timezone().prefault('UTC').describe('Of that time.'),
    })
    .prefault({})
    .describe('What happened in the last day, once a day.'),
  heartbeat: z
    .strictObject({
      urls: z.array(webUrl()).default([]).describe('Fetched as long as the daemon works.'),
      every: duration(5000).prefault('60s').describe('How often.'),
      proven_within: duration(60_000)
        .prefault('24h')
        .describe('Withheld when no receiver took a message, or answered when it was looked at, for this long.'),
    })
    .prefault({})
    .describe('Tells a dead-man switch elsewhere that Siteward is alive.'),
  web: z
    .strictObject({
      listen: LISTEN.prefault('127.0.0.1:8420').describe('Address and port.'),
      public_url: webUrl()
        .optional()
        .describe('Where people reach it from outside, for links in messages; without it there are none.'),
    })
    .prefault({})
    .describe('Health, metrics and dashboard of the daemon.'),
};

export const RECEIVER = { id: id().describe('How routes and sites call it.') };

/** The whole file with every notifier's keys, for the JSON Schema and the reference. */
export function settingsSchema(notifiers: readonly Notifier[]): z.ZodType {
  const kinds = notifiers.map(({ kind, settings }) =>
    settings instanceof z.ZodObject
      ? z.strictObject({ ...RECEIVER, kind: z.literal(kind), ...settings.shape })
      : z.looseObject({ ...RECEIVER, kind: z.literal(kind) }),
  );
  const receivers = z.array(z.union(kinds)).default([]).describe('Who can be told. The keys depend on `kind`.');
  return z.strictObject({ ...SHAPE, receivers });
}
