/**
 * Ed25519 signatures in the form of `ssh-keygen -Y sign` (OpenSSH's PROTOCOL.sshsig): every approver has such a key and
 * the tool for it, and a signature of ours can be checked without us. Pure: keys and bytes are passed in.
 */
import { createHash, createPublicKey, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';

/** What a signature is good for: one made for another purpose is refused. */
export const NAMESPACES = { baseline: 'siteward-baseline-v1', evidence: 'siteward-evidence-v1' } as const;

const ALGORITHM = 'ssh-ed25519';
const MAGIC = Buffer.from('SSHSIG');
const VERSION = 1;
const HASHES: ReadonlySet<string> = new Set(['sha256', 'sha512']);
/** An Ed25519 signature in its envelope has under 300 bytes; larger text is not one. */
const MAX_ARMOUR = 4096;

/** One line of an `authorized_keys` or `.pub` file. */
export interface Signer {
  /** What stands behind the key, or its fingerprint: for people. */
  readonly name: string;
  /** `SHA256:...`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** The key as SSH writes it on the wire. */
  readonly blob: Uint8Array;
}

/** @param line `ssh-ed25519 AAAA... name`; null when it is no such key */
export function readSigner(line: string): Signer | null {
  const [algorithm, base64 = '', ...rest] = line.trim().split(/\s+/);
  if (algorithm !== ALGORITHM || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const blob = Buffer.from(base64, 'base64');
  if (keyOf(blob) === null) return null;
  const fingerprint = fingerprintOf(blob);
  return { name: rest.join(' ') || fingerprint, fingerprint, blob };
}

/** The public half as a line for `authorized_keys` and for the settings. */
export function publicLine(key: KeyObject, name: string): string {
  return `${ALGORITHM} ${Buffer.from(blobOf(key)).toString('base64')} ${name}`;
}

/**
 * Who signed the message for this purpose, or what is wrong in words that continue "the signature ...".
 * @param signers whose signature is believed; `anyone`: the caller compares the fingerprint itself
 */
export function verifySignature(
  armoured: string,
  message: Uint8Array,
  namespace: string,
  signers: readonly Signer[] | 'anyone',
): { readonly signer: Signer } | { readonly wrong: string } {
  const envelope = readEnvelope(armoured);
  if (envelope === null) return { wrong: 'is not an Ed25519 signature as ssh-keygen -Y sign makes it' };
  if (envelope.namespace !== namespace)
    return { wrong: `was made for "${envelope.namespace}", not for "${namespace}"` };
  const fingerprint = fingerprintOf(envelope.key);
  const signer =
    signers === 'anyone'
      ? { name: fingerprint, fingerprint, blob: envelope.key }
      : signers.find(({ blob }) => equal(blob, envelope.key));
  if (!signer) return { wrong: `is by a key that is not among the signers: ${fingerprint}` };
  const key = keyOf(envelope.key);
  const signed = signedBytes(message, namespace, envelope.hash);
  const isGood = key !== null && verify(null, signed, key, envelope.signature);
  return isGood ? { signer } : { wrong: `by ${signer.name} is of other contents` };
}

/** @returns the armoured signature. @param key an Ed25519 private key */
export function signMessage(key: KeyObject, message: Uint8Array, namespace: string): string {
  const signature = sign(null, signedBytes(message, namespace, 'sha512'), key);
  const blob = Buffer.concat([
    MAGIC,
    uint32(VERSION),
    field(blobOf(createPublicKey(key))),
    field(Buffer.from(namespace)),
    field(Buffer.alloc(0)),
    field(Buffer.from('sha512')),
    field(Buffer.concat([field(Buffer.from(ALGORITHM)), field(signature)])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

interface Envelope {
  readonly key: Uint8Array;
  readonly namespace: string;
  readonly hash: string;
  readonly signature: Uint8Array;
}

function readEnvelope(armoured: string): Envelope | null {
  const match = /^-----BEGIN SSH SIGNATURE-----\s+([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(
    armoured.slice(0, MAX_ARMOUR),
  );
  const bytes = Buffer.from(match?.[1] ?? '', 'base64');
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes.length < 10 || bytes.readUInt32BE(6) !== VERSION)
    return null;
  const [key, namespace, , hash, wrapped, ...more] = fieldsOf(bytes.subarray(10)) ?? [];
  const [algorithm, signature, ...others] = (wrapped && fieldsOf(wrapped)) ?? [];
  if (!key || !namespace || !hash || !signature || more.length + others.length > 0) return null;
  if (algorithm?.toString() !== ALGORITHM || !HASHES.has(hash.toString())) return null;
  return { key, namespace: namespace.toString(), hash: hash.toString(), signature };
}

function signedBytes(message: Uint8Array, namespace: string, hash: string): Uint8Array {
  const digest = createHash(hash).update(message).digest();
  return Buffer.concat([
    MAGIC,
    field(Buffer.from(namespace)),
    field(Buffer.alloc(0)),
    field(Buffer.from(hash)),
    field(digest),
  ]);
}

/** Null when the blob is not an Ed25519 key and nothing else. */
function keyOf(blob: Uint8Array): KeyObject | null {
  const [algorithm, point, ...more] = fieldsOf(Buffer.from(blob)) ?? [];
  if (algorithm?.toString() !== ALGORITHM || point?.length !== 32 || more.length > 0) return null;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function blobOf(key: KeyObject): Uint8Array {
  const { x = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([field(Buffer.from(ALGORITHM)), field(Buffer.from(x, 'base64url'))]);
}

function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Length-prefixed strings to the end of the bytes; null when one is cut short. RFC 4251, section 5. */
function fieldsOf(bytes: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function field(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
