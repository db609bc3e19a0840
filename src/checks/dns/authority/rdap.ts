/**
 * The registry's record of a domain: which server has it (RFC 9224), and what its answer says (RFC 9083). Pure.
 *
 * Every byte of an answer is a stranger's: what is not plainly a record of the domain asked for is none.
 */
import * as z from 'zod';
import { canonicalName, isHostName } from '../names.js';
import type { Registration } from './facts.js';

/** As IANA publishes it: groups of top-level domains with the servers that have them. */
export const bootstrapSchema = z.object({
  /** When the list was published. */
  publication: z.iso.datetime(),
  services: z.array(z.tuple([z.array(z.string()), z.array(z.string())])),
});
export type Bootstrap = z.infer<typeof bootstrapSchema>;

/** URL of the domain's record; null where its top-level domain has no server. The longest suffix wins. */
export function rdapUrl(domain: string, { services }: Pick<Bootstrap, 'services'>): string | null {
  const labels = canonicalName(domain).split('.');
  for (let at = 1; at < labels.length; at++) {
    const suffix = labels.slice(at).join('.');
    const [, servers] = services.find(([suffixes]) => suffixes.some((one) => canonicalName(one) === suffix)) ?? [];
    const server = servers?.find((url) => url.startsWith('https://'));
    if (server !== undefined) return recordUrl(server, domain);
  }
  return null;
}

/** @param server base URL, with or without a final slash. */
export function recordUrl(server: string, domain: string): string {
  return `${server.replace(/\/+$/u, '')}/domain/${encodeURIComponent(canonicalName(domain))}`;
}

const text = z.string().max(1_000);

const domainObject = z.object({
  objectClassName: z.string().regex(/^domain$/iu),
  ldhName: text,
  status: z.array(text).optional(),
  nameservers: z.array(z.object({ ldhName: text.optional() })).optional(),
  events: z.array(z.object({ eventAction: text, eventDate: text })).optional(),
  entities: z
    .array(
      z.object({
        roles: z.array(text).optional(),
        handle: text.optional(),
        publicIds: z.array(z.object({ type: text, identifier: text })).optional(),
        vcardArray: z.unknown().optional(),
      }),
    )
    .optional(),
});

const MOST = 64;

/**
 * Null for anything that is no record of this domain.
 *
 * @param at when it was asked, epoch milliseconds.
 */
export function readRegistration(json: unknown, domain: string, at: number): Registration | null {
  const parsed = domainObject.safeParse(json);
  if (!parsed.success || canonicalName(parsed.data.ldhName) !== canonicalName(domain)) return null;
  const { status = [], nameservers = [], events = [], entities = [] } = parsed.data;
  const servers = nameservers.flatMap(({ ldhName }) => (ldhName ? canonicalName(ldhName) : [])).filter(isHostName);
  const changed = events.filter(({ eventAction }) => eventAction.toLowerCase() === 'last changed');
  const moments = changed.map(({ eventDate }) => Date.parse(eventDate)).filter(Number.isFinite);
  const registrar = entities.find(({ roles }) => roles?.some((role) => role.toLowerCase() === 'registrar'));
  return {
    at,
    registrar: registrar ? registrarName(registrar) : null,
    status: distinctSorted(status.map(statusWords)),
    nameservers: distinctSorted(servers),
    lastChanged: moments.length > 0 ? Math.max(...moments) : null,
  };
}

function distinctSorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort().slice(0, MOST);
}

/** RDAP writes `client transfer prohibited`; some servers send EPP's `clientTransferProhibited` (RFC 8056). */
function statusWords(status: string): string {
  return status
    .replace(/([a-z])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .trim();
}

type Entity = NonNullable<z.infer<typeof domainObject>['entities']>[number];

/** `Good Registrar Ltd (292)`: the number is IANA's, and stays when the company changes its name. */
function registrarName({ handle, publicIds = [], vcardArray }: Entity): string | null {
  const number = publicIds.find(({ type }) => /iana registrar id/iu.test(type))?.identifier;
  const name = formattedName(vcardArray) ?? handle;
  if (name === undefined) return number ?? null;
  return number === undefined ? name : `${name} (${number})`;
}

const vcard = z.tuple([z.literal('vcard'), z.array(z.array(z.unknown()))]);

/** jCard, RFC 7095: `["fn", {}, "text", "Good Registrar Ltd"]`. */
function formattedName(card: unknown): string | undefined {
  const parsed = vcard.safeParse(card);
  const entry = parsed.success ? parsed.data[1].find(([kind]) => kind === 'fn') : undefined;
  const name = entry?.[3];
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : undefined;
}
