/** Made-up zones, signed here with node:crypto by another road than the validator's: plain names, plain bytes, no reuse. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Uncompressed, as given. */
export function wire(name: string): number[] {
  const labels = name === '.' ? [] : name.split('.');
  return [...labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]), 0];
}

export interface Rr {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: readonly number[];
}

export const T = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28, SRV: 33, DNAME: 39 } as const;
export const S = { DS: 43, RRSIG: 46, NSEC: 47, DNSKEY: 48, NSEC3: 50 } as const;

export function rr(owner: string, type: number, rdata: readonly number[], ttl = 300): Rr {
  return { owner, type, ttl, rdata };
}

export function a(owner: string, ...octets: number[]): Rr {
  return rr(owner, T.A, octets.length === 4 ? octets : [192, 0, 2, octets[0] ?? 1]);
}

export function soa(zone: string): Rr {
  return rr(zone, T.SOA, [...wire(`ns.${zone}`), ...wire(`host.${zone}`), ...Array.from({ length: 20 }, () => 1)]);
}

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

export function encode(record: Rr): number[] {
  const { owner, type, ttl, rdata } = record;
  return [...wire(owner), ...u16(type), 0, 1, ...u32(ttl), ...u16(rdata.length), ...rdata];
}

export interface Sections {
  readonly rcode?: number;
  readonly answer?: readonly Rr[];
  readonly authority?: readonly Rr[];
}

/** A whole message in answer to a question. */
export function message(name: string, type: number, { rcode = 0, answer = [], authority = [] }: Sections): Uint8Array {
  const counts = [...u16(1), ...u16(answer.length), ...u16(authority.length), ...u16(0)];
  const question = [...wire(name), ...u16(type), 0, 1];
  return Uint8Array.from([0, 7, 0x84, rcode, ...counts, ...question, ...[...answer, ...authority].flatMap(encode)]);
}

/** Seconds; the middle of every signature's life unless a test says otherwise. */
export const NOW = 1_790_000_000;
const DAY = 86_400;

export interface SignatureFields {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: string;
}

export class Key {
  readonly algorithm: number;
  readonly rdata: readonly number[];
  readonly #private: KeyObject;

  constructor(algorithm: number, { flags = 0x0101, protocol = 3 } = {}) {
    const { publicKey, privateKey } = pairFor(algorithm);
    this.algorithm = algorithm;
    this.#private = privateKey;
    this.rdata = [...u16(flags), protocol, algorithm, ...publicBytes(algorithm, publicKey)];
  }

  get tag(): number {
    let sum = 0;
    for (const [at, byte] of this.rdata.entries()) sum += at % 2 === 0 ? byte * 256 : byte;
    return (sum + Math.floor(sum / 65_536)) % 65_536;
  }

  signatureOf(data: Uint8Array): number[] {
    return [...sign(HASHES[this.algorithm] ?? null, data, { key: this.#private, dsaEncoding: 'ieee-p1363' })];
  }
}

const HASHES: Readonly<Record<number, string>> = {
  5: 'sha1',
  7: 'sha1',
  8: 'sha256',
  10: 'sha512',
  13: 'sha256',
  14: 'sha384',
};

function pairFor(algorithm: number): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case 13:
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 14:
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 15:
      return generateKeyPairSync('ed25519');
    case 16:
      return generateKeyPairSync('ed448');
    default:
      return generateKeyPairSync('rsa', { modulusLength: 1024 });
  }
}

function publicBytes(algorithm: number, key: KeyObject): number[] {
  const { n = '', e = '', x = '', y = '' } = key.export({ format: 'jwk' });
  const bytes = (text: string): number[] => [...Buffer.from(text, 'base64url')];
  if (algorithm === 13 || algorithm === 14) return [...bytes(x), ...bytes(y)];
  if (algorithm === 15 || algorithm === 16) return bytes(x);
  return [bytes(e).length, ...bytes(e), ...bytes(n)];
}

/** A signed zone with one key. */
export class Zone {
  readonly name: string;
  readonly key: Key;

  constructor(name: string, key = new Key(13)) {
    this.name = name;
    this.key = key;
  }

  /** The records and the signature over them. @param fields signed as they are, right or wrong. */
  signed(records: readonly Rr[], fields: Partial<SignatureFields> = {}, key = this.key): Rr[] {
    return [...records, this.signature(records, fields, key)];
  }

  signature(records: readonly Rr[], fields: Partial<SignatureFields> = {}, key = this.key): Rr {
    const [first] = records;
    if (!first) throw new Error('nothing to sign');
    const labels = first.owner === '.' ? 0 : first.owner.split('.').filter((label) => label !== '*').length;
    const all: SignatureFields = {
      ...{ typeCovered: first.type, algorithm: key.algorithm, labels, originalTtl: first.ttl },
      ...{ expiration: NOW + 15 * DAY, inception: NOW - 15 * DAY, keyTag: key.tag, signer: this.name },
      ...fields,
    };
    const prefix = prefixOf(all);
    const kept = first.owner === '.' ? [] : first.owner.split('.').slice(-all.labels || undefined);
    const owner = all.labels < labels ? ['*', ...(all.labels === 0 ? [] : kept)].join('.') : first.owner;
    const rdatas = records.map(({ rdata }) => Uint8Array.from(rdata)).sort(Buffer.compare);
    const data = rdatas.flatMap((rdata) => [
      ...wire(owner.toLowerCase()),
      ...u16(first.type),
      ...[0, 1],
      ...u32(all.originalTtl),
      ...u16(rdata.length),
      ...rdata,
    ]);
    const signature = key.signatureOf(Uint8Array.from([...prefix, ...data]));
    return { owner: first.owner, type: S.RRSIG, ttl: first.ttl, rdata: [...prefix, ...signature] };
  }

  keySet(): Rr[] {
    return [rr(this.name, S.DNSKEY, this.key.rdata)];
  }

  ds(digestType = 2, key = this.key): Rr {
    const hash = { 1: 'sha1', 2: 'sha256', 4: 'sha384' }[digestType] ?? 'sha256';
    const digest = createHash(hash)
      .update(Uint8Array.from([...wire(this.name), ...key.rdata]))
      .digest();
    return rr(this.name, S.DS, [...u16(key.tag), key.algorithm, digestType, ...digest]);
  }

  /** A signed gap. */
  nsec(owner: string, next: string, types: readonly number[]): Rr[] {
    return this.signed([rr(owner, S.NSEC, [...wire(next), ...bitmap(types)])]);
  }

  /** A signed gap of hashed names; `from` and `to` are hashes. */
  nsec3(from: Uint8Array, to: Uint8Array, types: readonly number[], options: Nsec3Options = {}): Rr[] {
    const { salt = [], iterations = 0, flags = 0, hashAlgorithm = 1 } = options;
    const head = [hashAlgorithm, flags, ...u16(iterations), salt.length, ...salt, to.length, ...to];
    const owner = `${base32(from)}${this.name === '.' ? '' : `.${this.name}`}`;
    return this.signed([rr(owner, S.NSEC3, [...head, ...bitmap(types)])]);
  }

  /** The gap that begins at the name's own hash. */
  nsec3At(name: string, types: readonly number[], options: Nsec3Options = {}): Rr[] {
    const hash = hashOf(name, options);
    return this.nsec3(hash, shifted(hash, 1), types, options);
  }

  /** The narrowest gap around the name's hash. @param hashed how the gap's ends were hashed, where the record lies about it. */
  nsec3Over(name: string, options: Nsec3Options = {}, hashed = options): Rr[] {
    const hash = hashOf(name, hashed);
    return this.nsec3(shifted(hash, -1), shifted(hash, 1), [T.TXT, S.RRSIG], options);
  }
}

function prefixOf(fields: SignatureFields): number[] {
  const { typeCovered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer } = fields;
  return [
    ...[...u16(typeCovered), algorithm, labels],
    ...[...u32(originalTtl), ...u32(expiration), ...u32(inception), ...u16(keyTag)],
    ...wire(signer),
  ];
}

export interface Nsec3Options {
  readonly salt?: readonly number[];
  readonly iterations?: number;
  readonly flags?: number;
  readonly hashAlgorithm?: number;
}

function hashOf(name: string, { salt = [], iterations = 0 }: Nsec3Options): Uint8Array {
  let hash = Uint8Array.from(wire(name));
  for (let round = 0; round <= iterations; round++) {
    hash = Uint8Array.from(
      createHash('sha1')
        .update(Uint8Array.from([...hash, ...salt]))
        .digest(),
    );
  }
  return hash;
}

function shifted(hash: Uint8Array, by: number): Uint8Array {
  const value = (BigInt(`0x${Buffer.from(hash).toString('hex')}`) + BigInt(by)).toString(16).padStart(40, '0');
  return Uint8Array.from(Buffer.from(value, 'hex'));
}

function base32(bytes: Uint8Array): string {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return value.toString(32).padStart(32, '0');
}

export function bitmap(types: readonly number[]): number[] {
  const windows = [...new Set(types.map((type) => type >> 8))].sort((x, y) => x - y);
  return windows.flatMap((window) => {
    const low = types.filter((type) => type >> 8 === window).map((type) => type & 0xff);
    const bytes = new Array<number>(Math.floor(Math.max(...low) / 8) + 1).fill(0);
    for (const type of low) bytes[type >> 3] = (bytes[type >> 3] ?? 0) | (0x80 >> (type & 7));
    return [window, bytes.length, ...bytes];
  });
}
