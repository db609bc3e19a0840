/** The kinds of value both files are made of: durations, cron expressions, addresses, names, URLs. Pure. */
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { validateDetailed } from 'node-cron';
import * as z from 'zod';

/** A parsed value, or what is wrong with the text and perhaps a hint. `quote: false` keeps the text out of the message. */
export type Reading<T> =
  | { readonly value: T }
  | { readonly wrong: string; readonly hint?: string; readonly quote?: false };

/**
 * Text in the file, parsed to a value. `meta` goes into the JSON Schema (pattern, enum, examples), but for `otherwise`:
 * what is said to a value that is no text at all.
 */
export function parsed<T>(parse: (text: string) => Reading<T>, meta: Readonly<Record<string, unknown>> = {}) {
  const { otherwise, ...shown } = meta;
  return z
    .string(
      typeof otherwise === 'string' ? { error: ({ input }) => (input === undefined ? undefined : otherwise) } : {},
    )
    .transform((text, context): T => {
      const result = parse(text);
      if ('value' in result) return result.value;
      const quote = result.quote !== false;
      context.issues.push({ code: 'custom', message: result.wrong, input: text, params: { quote, hint: result.hint } });
      return z.NEVER;
    })
    .meta(shown);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = '^[0-9]+(ms|s|m|h|d)$';
const NO_DURATION = 'must be a duration such as 15s, 5m, 1h or 1d';
const LONGEST_MS = 366 * 86_400_000;

/** @param leastMs anything shorter is refused */
export function duration(leastMs: number) {
  const examples = ['15s', '5m', '1h', '1d'];
  return parsed((text) => readDuration(text, leastMs), { otherwise: NO_DURATION, pattern: DURATION, examples });
}

/** `15s` to milliseconds. */
export function readDuration(text: string, leastMs: number): Reading<number> {
  const [, count, unit] = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return { wrong: NO_DURATION };
  const value = Number(count) * (UNITS[unit] ?? 1);
  if (value < leastMs) return { wrong: `must be at least ${leastMs / 1000}s` };
  return value > LONGEST_MS ? { wrong: 'must be at most 366d' } : { value };
}

const NO_EVERY = `${NO_DURATION}, or a cron expression such as "*/5 * * * *"`;
/** Whoever looks more often than this loads the site more than it learns. */
const SHORTEST_EVERY_MS = 5000;

export type Every = { readonly everyMs: number } | { readonly cron: string };

/** A duration, or a cron expression of five fields (six with seconds). */
export function every() {
  return parsed<Every>(readEvery, { otherwise: NO_EVERY, examples: ['15s', '5m', '1h', '*/10 8-18 * * mon-fri'] });
}

function readEvery(text: string): Reading<Every> {
  if (/\s/.test(text.trim())) return readCron(text.trim());
  const length = readDuration(text, SHORTEST_EVERY_MS);
  if ('value' in length) return { value: { everyMs: length.value } };
  return length.wrong === NO_DURATION ? { wrong: NO_EVERY } : length;
}

function readCron(cron: string): Reading<Every> {
  const { valid, errors, fields } = validateDetailed(cron);
  if (!valid || !fields) return { wrong: `is not a cron expression: ${errors[0]?.message ?? 'cannot be read'}` };
  const seconds = [...fields.second].sort((a, b) => a - b);
  const around = [...seconds.slice(1), (seconds[0] ?? 0) + 60];
  const gap = Math.min(...seconds.map((second, index) => (around[index] ?? Number.POSITIVE_INFINITY) - second));
  if (gap * 1000 < SHORTEST_EVERY_MS) return { wrong: `fires more often than every ${SHORTEST_EVERY_MS / 1000}s` };
  return { value: { cron } };
}

export function timezone() {
  return parsed<string>(
    (text) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: text });
        return { value: text };
      } catch {
        // Intl says no more than that it does not know the name.
        return { wrong: 'is not a time zone; write one such as Europe/Berlin or UTC' };
      }
    },
    { examples: ['UTC', 'Europe/Berlin'] },
  );
}

/** A moment with its offset, to epoch milliseconds. */
export function moment() {
  const wrong = 'must be a moment with its offset, such as 2026-07-17T15:00:00+02:00';
  const schema = z.iso.datetime({ offset: true });
  return parsed<number>((text) => (schema.safeParse(text).success ? { value: Date.parse(text) } : { wrong }), {
    format: 'date-time',
  });
}

/** `192.0.2.0/24`, `2001:db8::/32` or one address. */
export function cidr() {
  return parsed<string>((text) => {
    const [address = '', bits] = text.split('/', 2);
    const family = addressFamily(address);
    if (family === null || text.split('/').length > 2) return { wrong: 'must be a network such as 192.0.2.0/24' };
    const most = family === 4 ? 32 : 128;
    if (bits === undefined) return { value: `${text}/${most}` };
    const fits = /^[0-9]{1,3}$/.test(bits) && Number(bits) <= most;
    return fits ? { value: text } : { wrong: `must end in a prefix length of 0 to ${most}` };
  });
}

/** One IP address, no name. */
export function address() {
  return parsed<string>((text) =>
    addressFamily(text) === null ? { wrong: 'must be an IP address such as 192.0.2.7' } : { value: text },
  );
}

/** A network that a question may be asked for: the whole address of a visitor is nobody's business (RFC 7871 11.1). */
export function clientSubnet() {
  return cidr().refine(
    (text) => Number(text.split('/')[1]) <= (text.includes(':') ? 56 : 24),
    'must be a network of visitors, a /24 or wider (IPv6: a /56 or wider)',
  );
}

/** Of an IPv4 address in four decimal parts or an IPv6 one; null for anything else, 010.1 and 0x7f.1 included. */
export function addressFamily(text: string): 4 | 6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return 4;
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? 6 : null;
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A host name as DNS writes it: lower case, ASCII, no dot at the end. Null: it is none. */
export function readName(text: string): string | null {
  const name = domainToASCII(text.replace(/\.$/, ''));
  const fits = name.length > 0 && name.length <= 253 && name.split('.').every((label) => LABEL.test(label));
  return fits && addressFamily(name) === null ? name : null;
}

export function hostName() {
  return parsed<string>((text) => {
    const value = readName(text);
    return value === null ? { wrong: 'must be a host name such as www.example.org' } : { value };
  });
}

/** An http or https URL, normalised; the spellings that fool readers and parsers differently are refused. */
export function webUrl() {
  return parsed<string>(readUrl, { format: 'uri', pattern: '^https?://' });
}

export function readUrl(text: string): Reading<string> {
  if (!/^https?:\/\//i.test(text)) return { wrong: 'must be a URL that begins with http:// or https://' };
  if (/[\\\s\p{Cc}]/u.test(text)) return { wrong: 'must not contain backslashes, spaces or control characters' };
  if (!URL.canParse(text)) return { wrong: 'is not a URL' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return { wrong: 'must not contain a user name or password', quote: false };
  }
  return { value: url.href };
}

const ID = '^[a-z0-9][a-z0-9._-]{0,63}$';
const ID_PATTERN = new RegExp(ID);

/** Ids are folder names, so what they may be made of is narrow. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

export function id() {
  const wrong = 'must be 1 to 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit';
  return parsed<string>((text) => (isId(text) ? { value: text } : { wrong }), { pattern: ID });
}

/** One line of text for people. */
export function words() {
  return z.string().min(1, 'must not be empty').max(300, 'must be at most 300 characters');
}
