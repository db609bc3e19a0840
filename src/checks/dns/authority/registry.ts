/**
 * Asks the registry and the certificate logs about domains, rarely: what they said is kept between looks, and who
 * refuses or fails is left alone for a while. A source that is down says nothing, and so alarms nobody.
 */
import type { Fetched, Network, RegistryAccess } from '../../check.js';
import { certSpotterUrl, crtShUrl, readCertSpotter, readCrtSh } from './certificate-log.js';
import type { Issuance, Registration, Registry } from './facts.js';
import { readRegistration, recordUrl } from './rdap.js';

export interface RegistrySources {
  /** URL of the registry's record of a domain; null where its top-level domain has none. Null as a whole: not asked. */
  readonly rdap: ((domain: string) => string | null) | null;
  /** Base URLs of Cert Spotter's API and, for when that fails, of crt.sh. Null as a whole: not asked. */
  readonly certificates: { readonly certSpotter: string; readonly crtSh: string | null } | null;
}

export const CERTIFICATE_LOGS = { certSpotter: 'https://api.certspotter.com', crtSh: 'https://crt.sh' } as const;

/** Everything domains ask of one RDAP server, whoever wrote down its address. */
export function rdapAt(server: string): (domain: string) => string {
  return (domain) => recordUrl(server, domain);
}

export interface RegistryIo {
  readonly fetch: Network['fetch'];
  readonly now: () => number;
}

const MINUTE_MS = 60_000;
const KEPT = {
  /** Registries and free services ask for patience; the parent's servers tell of a new delegation at every look. */
  freshMs: 60 * MINUTE_MS,
  /** After a failure. */
  pauseMs: 15 * MINUTE_MS,
  /** What a service may ask for by Retry-After. */
  longestPauseMs: 24 * 60 * MINUTE_MS,
  /** What was said is still said this long while the source fails. */
  staleMs: 24 * 60 * MINUTE_MS,
} as const;

/** One look at one source with all its pages. */
const SOURCE_MS = 8_000;
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_PAGES = 20;
/** The newest are kept: an old certificate is no news. */
const MOST_ISSUANCES = 200;

export function registryAccess(sources: RegistrySources, io: RegistryIo): RegistryAccess {
  const pauses = new Pauses(io.now);
  const registrations = new Kept<Registration>(io.now);
  const certificates = new Kept<Log>(io.now);
  const asker = new Asker(io, pauses);
  return {
    look: async (domain, name, signal): Promise<Registry> => {
      const [registration, log] = await Promise.all([
        sources.rdap &&
          registrations.get(domain, () => askRegistry(sources.rdap?.(domain) ?? null, domain, asker, signal)),
        sources.certificates &&
          certificates.get(name, (before) =>
            askLogs(sources.certificates ?? CERTIFICATE_LOGS, name, before, asker, signal),
          ),
      ]);
      return { registration, certificates: log ? [...log.issuances] : null };
    },
  };
}

/** A certificate log as far as it was read. */
interface Log {
  readonly issuances: readonly Issuance[];
  /** Where Cert Spotter is asked to go on; null where all was read from elsewhere. */
  readonly after: string | null;
}

// ------------------------------------------------------- what is kept

interface Entry<T> {
  readonly value: T | null;
  readonly at: number;
  readonly askAgainAt: number;
}

/** The last answer per key, asked for once however many look. */
class Kept<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #asking = new Map<string, Promise<T | null>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async get(key: string, ask: (before: T | null) => Promise<T | null>): Promise<T | null> {
    const known = this.#entries.get(key);
    if (known && this.#now() < known.askAgainAt) return this.#usable(known);
    const asking = this.#asking.get(key) ?? this.#ask(key, known ?? null, ask);
    return await asking;
  }

  #ask(key: string, known: Entry<T> | null, ask: (before: T | null) => Promise<T | null>): Promise<T | null> {
    const asking = ask(known?.value ?? null).then((value) => {
      const at = this.#now();
      const entry: Entry<T> =
        value === null
          ? { value: known?.value ?? null, at: known?.at ?? at, askAgainAt: at + KEPT.pauseMs }
          : { value, at, askAgainAt: at + KEPT.freshMs };
      this.#entries.set(key, entry);
      this.#asking.delete(key);
      return this.#usable(entry);
    });
    this.#asking.set(key, asking);
    return asking;
  }

  #usable({ value, at }: Entry<T>): T | null {
    return this.#now() - at < KEPT.staleMs ? value : null;
  }
}

/** Services that asked for patience, by origin. */
class Pauses {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  isPaused(url: string): boolean {
    return this.#now() < (this.#until.get(new URL(url).origin) ?? 0);
  }

  /** RFC 9110 10.2.3: seconds, or a date. */
  pause(url: string, retryAfter: string | null): void {
    const seconds = /^\d{1,9}$/u.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : null;
    const asked = seconds ?? Date.parse(retryAfter ?? '') - this.#now();
    const wanted = Number.isFinite(asked) ? asked : KEPT.pauseMs;
    const ms = Math.min(Math.max(wanted, MINUTE_MS), KEPT.longestPauseMs);
    this.#until.set(new URL(url).origin, this.#now() + ms);
  }
}

// ------------------------------------------------------- asking

class Asker {
  readonly #io: RegistryIo;
  readonly #pauses: Pauses;

  constructor(io: RegistryIo, pauses: Pauses) {
    this.#io = io;
    this.#pauses = pauses;
  }

  now(): number {
    return this.#io.now();
  }

  /** The JSON that was answered, whatever it says; undefined for anything else. */
  async json(url: string, accept: string, signal: AbortSignal): Promise<unknown> {
    if (this.#pauses.isPaused(url)) return undefined;
    const fetched = await this.#io.fetch({ url, accept, mostBytes: MOST_BYTES, signal });
    const last = fetched.hops.at(-1);
    if (last && REFUSALS.includes(last.status)) {
      this.#pauses.pause(url, last.headers.find(([name]) => name === 'retry-after')?.[1] ?? null);
    }
    return last?.status === 200 && fetched.failure === null ? parsed(fetched.body) : undefined;
  }
}

const REFUSALS: readonly number[] = [429, 503];

function parsed(body: Fetched['body']): unknown {
  if (!body) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(SOURCE_MS)]);
}

async function askRegistry(
  url: string | null,
  domain: string,
  asker: Asker,
  signal: AbortSignal,
): Promise<Registration | null> {
  if (url === null) return null;
  const json = await asker.json(url, 'application/rdap+json', within(signal));
  return readRegistration(json, domain, asker.now());
}

type Logs = NonNullable<RegistrySources['certificates']>;

async function askLogs(
  { certSpotter, crtSh }: Logs,
  name: string,
  before: Log | null,
  asker: Asker,
  signal: AbortSignal,
): Promise<Log | null> {
  const spotted = await askCertSpotter(certSpotter, name, before, asker, within(signal));
  if (spotted || crtSh === null) return spotted;
  const issuances = readCrtSh(await asker.json(crtShUrl(crtSh, name), 'application/json', within(signal)));
  return issuances && { issuances: newest(issuances, asker.now()), after: before?.after ?? null };
}

/** Page after page until an empty one; the next time from where this one ended. */
async function askCertSpotter(
  base: string,
  name: string,
  before: Log | null,
  asker: Asker,
  signal: AbortSignal,
): Promise<Log | null> {
  let after = before?.after ?? null;
  // Without a place to go on from all is read anew: what is known is among it.
  const issuances = after === null ? [] : [...(before?.issuances ?? [])];
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = readCertSpotter(await asker.json(certSpotterUrl(base, name, after), 'application/json', signal));
    if (!page) return null;
    if (page.after === null || page.after === after) break;
    issuances.push(...page.issuances);
    after = page.after;
  }
  return { issuances: newest(issuances, asker.now()), after };
}

function newest(issuances: readonly Issuance[], now: number): Issuance[] {
  const current = issuances.filter(({ notAfter }) => notAfter > now);
  const distinct = [...new Map(current.map((one) => [one.id, one])).values()];
  return distinct.sort((a, b) => b.notBefore - a.notBefore).slice(0, MOST_ISSUANCES);
}
