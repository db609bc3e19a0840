/**
 * The signature and digest algorithms of DNSSEC on node:crypto. Pure.
 *
 * What we cannot compute is no lie: a zone signed only by algorithms unknown to us counts as unsigned (RFC 4035 5.2).
 * Recommendation by RFC 8624 and 9904, numbers by IANA.
 */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

interface Algorithm {
  readonly name: string;
  /** For node:crypto; null where the algorithm hashes by itself. */
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' | null;
  /** The key as node:crypto imports it; null when its bytes are none. */
  readonly key: (publicKey: Uint8Array) => JsonWebKey | null;
  /** Bytes of every signature; null where it is the key's length. */
  readonly signatureLength: number | null;
}

const ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  5: { name: 'RSASHA1', hash: 'sha1', key: rsaKey, signatureLength: null },
  7: { name: 'RSASHA1-NSEC3-SHA1', hash: 'sha1', key: rsaKey, signatureLength: null },
  8: { name: 'RSASHA256', hash: 'sha256', key: rsaKey, signatureLength: null },
  10: { name: 'RSASHA512', hash: 'sha512', key: rsaKey, signatureLength: null },
  13: { name: 'ECDSAP256SHA256', hash: 'sha256', key: (bytes) => curveKey('P-256', 32, bytes), signatureLength: 64 },
  14: { name: 'ECDSAP384SHA384', hash: 'sha384', key: (bytes) => curveKey('P-384', 48, bytes), signatureLength: 96 },
  15: { name: 'ED25519', hash: null, key: (bytes) => edwardsKey('Ed25519', 32, bytes), signatureLength: 64 },
  16: { name: 'ED448', hash: null, key: (bytes) => edwardsKey('Ed448', 57, bytes), signatureLength: 114 },
};

const DIGESTS: Readonly<Record<number, string>> = { 1: 'sha1', 2: 'sha256', 4: 'sha384' };

export function isKnownAlgorithm(algorithm: number): boolean {
  return algorithm in ALGORITHMS;
}

export function isKnownDigest(digestType: number): boolean {
  return digestType in DIGESTS;
}

/** `ED25519`, `algorithm 12`. */
export function algorithmName(algorithm: number): string {
  return ALGORITHMS[algorithm]?.name ?? `algorithm ${algorithm}`;
}

/** Of a DS record. Null for a digest type we cannot compute. */
export function digestOf(digestType: number, data: Uint8Array): Uint8Array | null {
  const name = DIGESTS[digestType];
  return name === undefined ? null : new Uint8Array(createHash(name).update(data).digest());
}

/** False too for a key or signature that is none. */
export function isSignedBy(algorithm: number, publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  const known = ALGORITHMS[algorithm];
  if (!known || (known.signatureLength !== null && signature.length !== known.signatureLength)) return false;
  const key = importKey(known.key(publicKey));
  // ECDSA signatures of the DNS are the two bare numbers (RFC 6605 4), which node:crypto calls P1363.
  return key !== null && verify(known.hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function importKey(jwk: JsonWebKey | null): KeyObject | null {
  if (jwk === null) return null;
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // A point off the curve, a modulus OpenSSL refuses: whoever published it, nothing can be signed by it.
    return null;
  }
}

/** RFC 3110 2 allows moduli of 512 to 4096 bits. Larger exponents than 64 bits serve only to waste a verifier's time. */
const MODULUS_BYTES = { least: 64, most: 512 } as const;
const MOST_EXPONENT_BYTES = 8;

/** RFC 3110 2: length of the exponent in one byte, or in two after a zero. */
function rsaKey(bytes: Uint8Array): JsonWebKey | null {
  const [first = 0, high = 0, low = 0] = bytes;
  const start = first === 0 ? 3 : 1;
  const end = start + (first === 0 ? high * 256 + low : first);
  const exponent = withoutLeadingZeros(bytes.subarray(start, end));
  const modulus = withoutLeadingZeros(bytes.subarray(end));
  if (exponent.length < 1 || exponent.length > MOST_EXPONENT_BYTES) return null;
  if (modulus.length < MODULUS_BYTES.least || modulus.length > MODULUS_BYTES.most) return null;
  return { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
}

/** RFC 6605 4: the two coordinates. */
function curveKey(crv: string, size: number, bytes: Uint8Array): JsonWebKey | null {
  if (bytes.length !== 2 * size) return null;
  return { kty: 'EC', crv, x: base64url(bytes.subarray(0, size)), y: base64url(bytes.subarray(size)) };
}

/** RFC 8080 3. */
function edwardsKey(crv: string, size: number, bytes: Uint8Array): JsonWebKey | null {
  return bytes.length === size ? { kty: 'OKP', crv, x: base64url(bytes) } : null;
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? new Uint8Array() : bytes.subarray(start);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
