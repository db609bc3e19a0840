/** What signed NSEC3 records prove not to exist: as NSEC, of hashed names. RFC 5155 8, RFC 9276. Pure. */
import { createHash } from 'node:crypto';
import { TYPE } from '../names.js';
import { labelsOf, lastLabels, wildcardOf, wireName } from './canonical-name.js';
import { delegatesUnsigned, isDelegation, lacksType } from './nsec.js';
import { type Denial, insecure, type Prover, proven, unproven } from './proof.js';
import type { Nsec3 } from './security-records.js';
import { LIMITS, type Work } from './work.js';

/** A record with the two ends of its span as base32hex texts, which sort as the hashes do. */
export interface HashedSpan extends Nsec3 {
  readonly from: string;
  readonly to: string;
}

const SHA1 = 1;
const OPT_OUT = 1;

/** Null for what RFC 5155 8.1 and 8.2 tell us to ignore. @param owner of the record. */
export function hashedSpan(zone: string, owner: string, record: Nsec3): HashedSpan | null {
  const [from = ''] = labelsOf(owner);
  const direct = labelsOf(owner).length === labelsOf(zone).length + 1;
  const known = record.hashAlgorithm === SHA1 && (record.flags & ~OPT_OUT) === 0;
  return direct && known ? { ...record, from, to: base32hex(record.nextHash) } : null;
}

/** Thrown where a proof would take more hashing than is granted. Does not leave this file. */
class TooManyHashes extends Error {}

/** @param spans whose signatures by the zone were verified. */
export function nsec3Prover(zone: string, spans: readonly HashedSpan[], work: Work): Prover {
  const [first] = spans;
  if (!first) return always(unproven('no NSEC3 record of a kind we know'));
  if (first.iterations > LIMITS.nsec3Iterations) {
    const text = `${zone} hashes names ${first.iterations} times; above ${LIMITS.nsec3Iterations} nobody has to follow`;
    return always(insecure('too-many-iterations', text));
  }
  const chain = new HashedChain(zone, first, spans, work);
  const bounded = (prove: () => Denial): Denial => {
    try {
      return prove();
    } catch (error) {
      if (error instanceof TooManyHashes) return unproven('the proof takes too much hashing', 'work-limit');
      throw error;
    }
  };
  return {
    noSuchName: (name) => bounded(() => noSuchName(name, chain)),
    noSuchType: (name, type) => bounded(() => noSuchType(name, type, chain)),
    noCloserName: (name, encloser) => bounded(() => noCloserName(name, encloser, chain)),
    unsignedDelegation: (name) => bounded(() => unsignedDelegation(name, chain)),
  };
}

function always(denial: Denial): Prover {
  const answer = (): Denial => denial;
  return { noSuchName: answer, noSuchType: answer, noCloserName: answer, unsignedDelegation: answer };
}

/** The records of one set of parameters, and the hashes computed so far. */
class HashedChain {
  readonly zone: string;
  readonly #salt: Uint8Array;
  readonly #iterations: number;
  readonly #spans: readonly HashedSpan[];
  readonly #work: Work;
  readonly #hashes = new Map<string, string>();
  #rounds = 0;

  constructor(zone: string, { salt, iterations }: Nsec3, spans: readonly HashedSpan[], work: Work) {
    this.zone = zone;
    this.#salt = salt;
    this.#iterations = iterations;
    this.#work = work;
    this.#spans = spans.filter((span) => span.iterations === iterations && Buffer.compare(span.salt, salt) === 0);
  }

  at(name: string): HashedSpan | null {
    const hash = this.#hash(name);
    return this.#spans.find(({ from }) => from === hash) ?? null;
  }

  over(name: string): HashedSpan | null {
    const hash = this.#hash(name);
    return this.#spans.find(({ from, to }) => isBetween(from, hash, to)) ?? null;
  }

  #hash(name: string): string {
    const known = this.#hashes.get(name);
    if (known !== undefined) return known;
    this.#rounds += this.#iterations + 1;
    if (this.#rounds > LIMITS.nsec3Rounds) throw new TooManyHashes();
    this.#work.hashes += 1;
    const hash = base32hex(nsec3Hash(name, this.#salt, this.#iterations));
    this.#hashes.set(name, hash);
    return hash;
  }
}

/** The last span reaches around to the first. */
function isBetween(from: string, hash: string, to: string): boolean {
  return from < to ? from < hash && hash < to : hash !== from && (from < hash || hash < to);
}

/** RFC 5155 5. */
export function nsec3Hash(name: string, salt: Uint8Array, iterations: number): Uint8Array {
  let hash: Uint8Array = wireName(name);
  for (let round = 0; round <= iterations; round++) hash = createHash('sha1').update(hash).update(salt).digest();
  return hash;
}

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

export function base32hex(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/gu) ?? []).map((five) => BASE32HEX[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

interface Enclosure {
  /** The nearest ancestor proven to exist. */
  readonly encloser: string;
  /** Proves that the name one label longer does not exist. */
  readonly cover: HashedSpan;
}

/** RFC 5155 8.3, from the name's parent upwards. */
function enclosureOf(name: string, chain: HashedChain): Enclosure | null {
  for (let labels = labelsOf(name).length - 1; labels >= labelsOf(chain.zone).length; labels--) {
    const encloser = lastLabels(name, labels);
    const match = chain.at(encloser);
    if (!match) continue;
    if (isDelegation(match.types) || match.types.has(TYPE.DNAME)) return null;
    const cover = chain.over(lastLabels(name, labels + 1));
    return cover ? { encloser, cover } : null;
  }
  return null;
}

function optsOut({ flags }: HashedSpan): boolean {
  return (flags & OPT_OUT) !== 0;
}

function optedOut(name: string, zone: string): Denial {
  return insecure('opt-out', `${zone} leaves unsigned delegations out of its proofs (opt-out), ${name} may be one`);
}

function noSuchName(name: string, chain: HashedChain): Denial {
  if (chain.at(name)) return unproven(`an NSEC3 record says that ${name} exists`);
  const enclosure = enclosureOf(name, chain);
  if (!enclosure) return unproven(`the NSEC3 records do not say where ${name} ends to exist`);
  const wildcard = wildcardOf(enclosure.encloser);
  if (!chain.over(wildcard)) return unproven(`no NSEC3 record says that there is no wildcard ${wildcard}`);
  if (optsOut(enclosure.cover)) return optedOut(name, chain.zone);
  return proven(`below ${enclosure.encloser} there is neither that name nor a wildcard`);
}

function noSuchType(name: string, type: number, chain: HashedChain): Denial {
  const exact = chain.at(name);
  if (exact) return lacksType(name, exact.types, type);
  const enclosure = enclosureOf(name, chain);
  if (!enclosure) return unproven(`no NSEC3 record is at ${name} or covers it`);
  const wildcard = chain.at(wildcardOf(enclosure.encloser));
  if (wildcard) {
    const lacks = lacksType(wildcardOf(enclosure.encloser), wildcard.types, type);
    return lacks.kind === 'proven' && optsOut(enclosure.cover) ? optedOut(name, chain.zone) : lacks;
  }
  // A name that only leads to unsigned delegations has no record of its own (RFC 5155 8.6 and erratum 3441).
  return optsOut(enclosure.cover)
    ? optedOut(name, chain.zone)
    : unproven(`the NSEC3 records do not say which types ${name} has`);
}

/** RFC 5155 8.8: enough that the name one label longer than the wildcard's parent does not exist. */
function noCloserName(name: string, encloser: string, chain: HashedChain): Denial {
  const closer = lastLabels(name, labelsOf(encloser).length + 1);
  const cover = chain.over(closer);
  if (!cover) return unproven(`no NSEC3 record says that ${closer} itself does not exist`);
  return optsOut(cover) ? optedOut(closer, chain.zone) : proven(`${closer} itself does not exist`);
}

/** RFC 5155 8.9. */
function unsignedDelegation(name: string, chain: HashedChain): Denial {
  const exact = chain.at(name);
  if (exact) return delegatesUnsigned(name, exact.types);
  const enclosure = enclosureOf(name, chain);
  if (!enclosure) return unproven(`no NSEC3 record is at ${name} or covers it`);
  return optsOut(enclosure.cover)
    ? optedOut(name, chain.zone)
    : unproven(`the NSEC3 records say that ${name} does not exist`);
}
