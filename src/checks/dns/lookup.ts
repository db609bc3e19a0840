/**
 * A name to its addresses by the reference resolvers: how every page is found whose path is not itself under test.
 *
 * All references are asked at once, and the first that has an address decides alone. A union would let the worst of
 * them choose what we dial, an agreement would let the slowest stop us; the survey is what compares them. That the
 * name does not exist is believed only when nobody disagrees.
 */
import { randomBytes } from 'node:crypto';
import { type Network, ProbeFailure, type Resolver } from '../check.js';
import { ipv4First } from './addresses.js';
import { type Ask, type AskIo, ask } from './ask.js';
import { type Answer, addressesOf, isDefinite } from './evidence.js';
import { isHostName } from './names.js';
import type { Random } from './query.js';

const DEADLINE_MS = 10_000;

/**
 * What `Network.resolve` asks. Without a reference the system's resolver is asked, whether configured or not.
 *
 * @returns addresses, IPv4 first; never empty. Throws ProbeFailure: `no-address` (target), `resolvers-unusable` (resolver).
 */
export function referenceLookup(
  resolvers: readonly Resolver[],
  exchange: Network['exchange'],
  random: Random = randomBytes,
): (name: string) => Promise<readonly string[]> {
  const references = resolvers.filter((resolver) => resolver.role === 'reference');
  const asked = references.length > 0 ? references : [SYSTEM];
  return async (name) => {
    // RFC 6761 6.3: never asked for outside.
    if (/(^|\.)localhost\.?$/iu.test(name)) return ['127.0.0.1'];
    if (!isHostName(name)) throw noAddress(name, 'is not a name the DNS can be asked for');
    const io: AskIo = { exchange, random, signal: AbortSignal.timeout(DEADLINE_MS) };
    const lookups = asked.map((resolver) => addressesFrom(resolver, name, io));
    try {
      return await Promise.any(lookups.map(async (lookup) => (await lookup).addresses ?? Promise.reject(NOTHING)));
    } catch (error) {
      if (!(error instanceof AggregateError)) throw error;
      throw whyNothing(name, await Promise.all(lookups), error);
    }
  };
}

const NOTHING = new Error('This resolver has no address.');

const SYSTEM: Resolver = {
  name: 'system',
  role: 'witness',
  transport: 'system',
  address: null,
  port: 53,
  serverName: null,
  path: null,
  network: null,
};

interface Looked {
  /** Null: none. */
  readonly addresses: readonly string[] | null;
  readonly answers: readonly Answer[];
}

async function addressesFrom(resolver: Resolver, name: string, io: AskIo): Promise<Looked> {
  const questions = (['A', 'AAAA'] as const).map((type): Ask => ({ asked: 'name', name, type, hold: false }));
  const answers = await Promise.all(questions.map((question) => ask(resolver, question, io)));
  const addresses = ipv4First(addressesOf(answers.map(definiteOnly)));
  return { addresses: addresses.length > 0 ? addresses : null, answers };
}

function definiteOnly(answer: Answer): Answer {
  return { ...answer, replies: answer.replies.filter(isDefinite) };
}

function whyNothing(name: string, looked: readonly Looked[], cause: AggregateError): ProbeFailure {
  const bug = cause.errors.find((error) => error !== NOTHING);
  if (bug !== undefined) throw bug;
  const answers = looked.flatMap((one) => one.answers);
  const replies = answers.flatMap((answer) => answer.replies);
  const definite = replies.find(isDefinite);
  if (definite) return noAddress(name, `has no address (${definite.rcode})`);
  const rcode = replies.find((reply) => reply.rcode !== 'REFUSED')?.rcode;
  if (rcode) return noAddress(name, `cannot be resolved (${rcode})`);
  const refused = replies.length > 0 ? 'every resolver refuses to serve us.' : 'no answer came.';
  const why = answers.find((answer) => answer.failure)?.failure?.detail ?? refused;
  return new ProbeFailure(
    {
      blame: 'resolver',
      code: 'resolvers-unusable',
      detail: `${name} could not be looked up: ${why} Check dns.resolvers in settings.yaml.`,
    },
    { cause },
  );
}

function noAddress(name: string, what: string): ProbeFailure {
  const detail = `${name} ${what}: look at its A and AAAA records and at the delegation of its domain.`;
  return new ProbeFailure({ blame: 'target', code: 'no-address', detail });
}
