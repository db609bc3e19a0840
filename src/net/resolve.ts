/** Names to addresses for everything that is fetched: `network.hosts` first, then the lookup the composition root gives. */
import { ProbeFailure } from '../checks/check.js';
import { canonicalAddress } from './addresses.js';
import { failure } from './failures.js';

export interface ResolveOptions {
  /** Name or `*.name` -> address, from settings.yaml. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Asks the resolvers. Throws ProbeFailure. */
  readonly lookup: (name: string) => Promise<readonly string[]>;
  readonly now: () => number;
}

/** The parts of one look ask within seconds of each other; two looks must not share an answer. */
const KEEP_MS = 5_000;
const MOST_KEPT = 1_000;
const MOST_ADDRESSES = 16;

/** A function that rejects with ProbeFailure where the name has no address. */
export function resolver({ hosts, lookup, now }: ResolveOptions): (name: string) => Promise<readonly string[]> {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<readonly string[]> }>();
  const ask = async (name: string): Promise<readonly string[]> => {
    const addresses = [...new Set((await lookup(name)).flatMap((text) => canonicalAddress(text) ?? []))];
    if (addresses.length > 0) return addresses.slice(0, MOST_ADDRESSES);
    throw new ProbeFailure(failure('target', 'no-address', `${name} has no address: look at its A and AAAA records.`));
  };
  return async (asked) => {
    const name = normalized(asked);
    const fixed = canonicalAddress(name) ?? hostsEntry(hosts, name);
    if (fixed !== null) return [fixed];
    const known = kept.get(name);
    if (known && known.until > now()) return known.answer;
    const answer = ask(name);
    kept.delete(name);
    kept.set(name, { until: now() + KEEP_MS, answer });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    // A failure is not kept: the second look that confirms must really look.
    answer.catch(() => {
      if (kept.get(name)?.answer === answer) kept.delete(name);
    });
    return answer;
  };
}

/** The exact name, else the longest `*.suffix` it ends in; null without an entry. */
export function hostsEntry(hosts: Readonly<Record<string, string>>, name: string): string | null {
  const entries = new Map(Object.entries(hosts).map(([key, address]) => [normalized(key), address]));
  const labels = normalized(name).split('.');
  const candidates = [labels.join('.'), ...labels.slice(1).map((_, at) => `*.${labels.slice(at + 1).join('.')}`)];
  for (const candidate of candidates) {
    const address = entries.get(candidate);
    if (address !== undefined) return canonicalAddress(address) ?? address;
  }
  return null;
}

/** Lower case, without the root's dot and without the brackets of an IPv6 literal in a URL. */
function normalized(name: string): string {
  return name.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}
