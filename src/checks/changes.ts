/**
 * Change tickets: what a site admin announced to change, and when. Inside its window an expected difference is none;
 * anything else, and everything outside the window, counts in full. Pure.
 */
import * as z from 'zod';
import { isRange, isWithin } from './dns/addresses.js';
import { canonicalName, fitsPattern, isHostName } from './dns/names.js';

export interface ChangeTicket {
  readonly id: string;
  /** Epoch milliseconds; `to` is the first moment after the window. */
  readonly from: number;
  readonly to: number;
  readonly expect: Expected;
}

/** What the change may bring. A key that is absent expects nothing of its kind. */
export interface Expected {
  /** Addresses and CIDRs. */
  readonly addresses?: readonly string[] | undefined;
  readonly cnames?: readonly string[] | undefined;
  readonly nameservers?: readonly string[] | undefined;
  /** `20326 8 2 e06d44b8...`; empty: the records are removed. */
  readonly ds?: readonly string[] | undefined;
  readonly mx?: readonly string[] | undefined;
  /** SHA-256 of public keys, hex. */
  readonly spki?: readonly string[] | undefined;
  /** Organisations that issue certificates, as their certificates call them. */
  readonly issuers?: readonly string[] | undefined;
  readonly registrar?: string | undefined;
}

const NO_MOMENT = 'must be a moment with its offset, such as 2026-07-17T15:00:00+02:00';
const isMoment = (text: string): boolean => z.iso.datetime({ offset: true }).safeParse(text).success;
const moment = z.string().refine(isMoment, { error: NO_MOMENT });

const range = z.string().refine(isRange, { error: 'must be an IP address or a CIDR such as 203.0.113.0/24' });
const hostName = z.string().refine((text) => isHostName(canonicalName(text)), { error: 'must be a host name' });
const namePattern = z.string().refine((text) => isHostName(canonicalName(text).replace(/^\*\./u, '')), {
  error: 'must be a host name, or *.name for every name below it',
});
const dsRecord = z
  .string()
  .regex(/^\d{1,5} \d{1,3} \d{1,3} [0-9a-f]{20,128}$/iu, 'must be a DS record such as "20326 8 2 e06d44b80b8f..."');
const spkiHash = z.string().regex(/^[0-9a-f]{64}$/iu, 'must be the SHA-256 of a public key, 64 hexadecimal digits');
const words = z.string().trim().min(1, 'must not be empty').max(200);

const expected = z
  .strictObject({
    addresses: z.array(range).optional().describe('Addresses and CIDRs the name will point to.'),
    cnames: z.array(namePattern).optional().describe('Aliases the name will have; *.name covers all below it.'),
    nameservers: z.array(hostName).optional().describe('Name servers the domain will be delegated to.'),
    ds: z.array(dsRecord).optional().describe('DS records the parent will have; an empty list: none any more.'),
    mx: z.array(hostName).optional().describe('Mail servers the domain will have.'),
    spki: z.array(spkiHash).optional().describe('Keys of certificates to come: SHA-256 of the public key, hex.'),
    issuers: z.array(words).optional().describe('Authorities certificates will come from: their organisation.'),
    registrar: words.optional().describe('The registrar the domain moves to, as the registry names it.'),
  })
  .refine((keys) => Object.values(keys).some((value) => value !== undefined), {
    error: 'must name what will change: addresses, cnames, nameservers, ds, mx, spki, issuers or registrar',
  });

const ticket = z
  .strictObject({
    id: words.describe('The ticket, as messages name it.'),
    from: moment.describe('Begin of the window, with offset: `2026-07-20T20:00:00+02:00`.'),
    to: moment.describe('End of the window.'),
    expect: expected.describe('The difference that is no alarm inside the window.'),
  })
  .refine(({ from, to }) => !isMoment(from) || !isMoment(to) || Date.parse(to) > Date.parse(from), {
    error: 'must be later than "from"',
    path: ['to'],
  });

/** `changes:` of a site in watchlist.yaml. */
export const changesOption = z
  .array(ticket)
  .optional()
  .describe('Planned changes: inside its window the expected difference is none, everything else counts in full.');

/** @param options a site's entry as parsed. */
export function ticketsOf(options: Readonly<Record<string, unknown>>): readonly ChangeTicket[] {
  const tickets = changesOption.parse(options['changes']) ?? [];
  return tickets.map(({ from, to, ...rest }) => ({ ...rest, from: Date.parse(from), to: Date.parse(to) }));
}

/** @param at null: nobody knows when it was looked, so no window can be open. */
export function openTickets(tickets: readonly ChangeTicket[], at: number | null): readonly ChangeTicket[] {
  return at === null ? [] : tickets.filter(({ from, to }) => from <= at && at < to);
}

type ListKey = Exclude<keyof Expected, 'registrar'>;

/** The first of the tickets that expect every one of these values between them; null when one is expected by none. */
export function ticketFor(
  tickets: readonly ChangeTicket[],
  key: ListKey,
  values: readonly string[],
): ChangeTicket | null {
  const expecting = values.map((value) =>
    tickets.find(({ expect }) => expect[key]?.some((wanted) => fits(key, value, wanted))),
  );
  return expecting.every((one) => one !== undefined) ? (expecting[0] ?? null) : null;
}

function fits(key: ListKey, value: string, wanted: string): boolean {
  switch (key) {
    case 'addresses':
      return isWithin(value, wanted);
    case 'cnames':
      return fitsPattern(value, wanted);
    case 'nameservers':
    case 'mx':
      return canonicalName(value) === canonicalName(wanted);
    default:
      return value.toLowerCase() === wanted.toLowerCase();
  }
}
