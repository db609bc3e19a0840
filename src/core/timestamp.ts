/**
 * Time stamps of RFC 3161: an authority that is not ours says that these bytes existed at a time. The request and the
 * reply are those of `openssl ts`, which can check what we kept without us. Pure: keys, bytes and the nonce are passed in.
 */
import { createHash, verify, X509Certificate } from 'node:crypto';
import { context, type Der, der, elements, integer, oid, TAG } from './der.js';

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

const HASHES = new Map(
  Object.entries({
    '1.3.14.3.2.26': 'sha1',
    '2.16.840.1.101.3.4.2.1': 'sha256',
    '2.16.840.1.101.3.4.2.2': 'sha384',
    '2.16.840.1.101.3.4.2.3': 'sha512',
  }).map(([dotted, name]) => [oid(dotted).toString('hex'), name]),
);
const SHA256 = der(TAG.sequence, oid('2.16.840.1.101.3.4.2.1'), der(TAG.null));
/** An authority's reply has two or three certificates in it. */
const MAX_REPLY_BYTES = 64 * 1024;
const MAX_CHAIN = 6;

export interface Stamp {
  /** Epoch milliseconds, by the authority's clock. */
  readonly at: number;
  /** Subject of the certificate that signed, on one line. */
  readonly authority: string;
  /** That certificate leads to one of those that were given. */
  readonly trusted: boolean;
}

/** What is sent, as `application/timestamp-query`. @param nonce 8 random bytes: an old reply is no answer */
export function stampRequest(message: Uint8Array, nonce: Uint8Array): Buffer {
  const imprint = der(TAG.sequence, SHA256, der(TAG.octets, digest('sha256', message)));
  const certReq = Buffer.from([0x01, 0x01, 0xff]);
  return der(TAG.sequence, integer(Uint8Array.of(1)), imprint, integer(nonce), certReq);
}

/**
 * Of whom and when, or what is wrong in words that continue "the time stamp ...".
 * @param roots PEM texts of authorities that are believed
 * @param nonce what was asked with; null: nobody remembers
 */
export function readStamp(
  reply: Uint8Array,
  message: Uint8Array,
  roots: readonly string[],
  nonce: Uint8Array | null = null,
): Stamp | { readonly wrong: string } {
  if (reply.byteLength > MAX_REPLY_BYTES) return { wrong: 'is larger than any there is' };
  try {
    return examined(Buffer.from(reply), message, roots, nonce);
  } catch (error) {
    if (error instanceof Refused) return { wrong: error.message };
    // OpenSSL's own errors and ours, for bytes that are no such thing.
    if (error instanceof Error) return { wrong: 'is not one that RFC 3161 describes' };
    throw error;
  }
}

class Refused extends Error {}

function examined(
  reply: Buffer,
  message: Uint8Array,
  roots: readonly string[],
  nonce: Uint8Array | null,
): Stamp | { readonly wrong: string } {
  const [status, token] = inside(only(elements(reply)), TAG.sequence);
  const granted = integerOf(inside(need(status), TAG.sequence)[0]);
  if (granted > 1) throw new Refused(`was refused by the authority (status ${granted})`);
  const signed = signedDataOf(need(token));
  const info = infoOf(signed.content);
  if (!info.imprint.equals(digest(info.hash, message))) throw new Refused('is of other contents');
  if (nonce !== null && !info.nonce?.equals(inside(only(elements(integer(nonce))), TAG.integer, true)))
    throw new Refused('answers another request');
  const certificates = signed.certificates.map(({ whole }) => new X509Certificate(whole));
  const signer = signerOf(signed, certificates);
  return {
    at: info.at,
    authority: signer.subject.replaceAll('\n', ', '),
    trusted: leadsTo(signer, certificates, roots, info.at),
  };
}

interface SignedData {
  /** The TSTInfo as it was signed. */
  readonly content: Buffer;
  readonly certificates: readonly Der[];
  readonly digest: string;
  readonly attributes: Der;
  readonly signature: Buffer;
}

/** RFC 5652, sections 3, 5.1 and 5.3. */
function signedDataOf(token: Der): SignedData {
  const [type, wrapped] = inside(token, TAG.sequence);
  if (!isOid(type, OID.signedData)) throw new RangeError('no signed data');
  const fields = inside(only(inside(need(wrapped), context(0))), TAG.sequence);
  const [, , encapsulated, ...rest] = fields;
  const [contentType, octets] = inside(need(encapsulated), TAG.sequence);
  if (!isOid(contentType, OID.tstInfo)) throw new RangeError('not about a time');
  const content = inside(only(inside(need(octets), context(0))), TAG.octets, true);
  const certificates = rest.find(({ tag }) => tag === context(0));
  const [, , hash, attributes, , signature] = inside(only(inside(need(rest.at(-1)), TAG.set)), TAG.sequence);
  if (attributes?.tag !== context(0)) throw new RangeError('nothing signed about the signature');
  return {
    content,
    certificates: certificates ? elements(certificates.content) : [],
    digest: hashOf(need(hash)),
    attributes,
    signature: inside(need(signature), TAG.octets, true),
  };
}

interface Info {
  readonly hash: string;
  readonly imprint: Buffer;
  readonly at: number;
  readonly nonce: Buffer | null;
}

/** RFC 3161, section 2.4.2. */
function infoOf(content: Buffer): Info {
  const [, , imprint, , time, ...rest] = inside(only(elements(content)), TAG.sequence);
  const [algorithm, hashed] = inside(need(imprint), TAG.sequence);
  const hash = hashOf(need(algorithm));
  if (hash === 'sha1') throw new Refused('is of a SHA-1 hash, which proves nothing');
  const written = inside(need(time), TAG.time, true).toString('latin1');
  const [, year, month, day, hours, minutes, seconds, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(written) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}${fraction.slice(0, 4)}Z`);
  if (Number.isNaN(at)) throw new RangeError('no time');
  const nonce = rest.find(({ tag }) => tag === TAG.integer)?.content ?? null;
  return { hash, imprint: inside(need(hashed), TAG.octets, true), at, nonce };
}

/** The certificate whose key signed. Throws Refused where none did. */
function signerOf(signed: SignedData, certificates: readonly X509Certificate[]): X509Certificate {
  const attributes = elements(signed.attributes.content);
  const digested = inside(only(valuesOf(attributes, OID.messageDigest)), TAG.octets, true);
  if (!digested.equals(digest(signed.digest, signed.content))) throw new Refused('was altered');
  const signer = certificates.find((certificate) => isNamed(attributes, certificate));
  if (!signer) throw new Refused('does not hold the certificate of who signed it');
  if (!signer.keyUsage?.includes(OID.timeStamping)) throw new Refused('is signed by a certificate for other purposes');
  // What is signed is the set itself, not its place in the message (RFC 5652, section 5.4).
  const bytes = Buffer.concat([Buffer.of(TAG.set), signed.attributes.whole.subarray(1)]);
  if (!verify(signed.digest, bytes, signer.publicKey, signed.signature)) throw new Refused('was altered');
  return signer;
}

/** Whether the signature names this certificate by its hash (RFC 2634, section 5.4; RFC 5035). */
function isNamed(attributes: readonly Der[], certificate: X509Certificate): boolean {
  for (const kind of [OID.signingCertificateV2, OID.signingCertificate]) {
    const [value] = valuesOf(attributes, kind);
    if (!value) continue;
    const [ids] = inside(value, TAG.sequence);
    const [id] = inside(need(ids), TAG.sequence);
    const [first, second] = inside(need(id), TAG.sequence);
    const stated = kind === OID.signingCertificateV2 && first?.tag === TAG.sequence;
    const hash = stated ? hashOf(first) : kind === OID.signingCertificateV2 ? 'sha256' : 'sha1';
    return inside(need(stated ? second : first), TAG.octets, true).equals(digest(hash, certificate.raw));
  }
  return false;
}

function valuesOf(attributes: readonly Der[], kind: string): Der[] {
  const values = attributes
    .map((attribute) => inside(attribute, TAG.sequence))
    .find(([type]) => isOid(type, kind))?.[1];
  return values ? inside(values, TAG.set) : [];
}

function leadsTo(
  signer: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly string[],
  at: number,
): boolean {
  const anchors = roots.map((pem) => new X509Certificate(pem));
  let current = signer;
  for (let step = 0; step < MAX_CHAIN; step += 1) {
    if (at < Date.parse(current.validFrom) || at > Date.parse(current.validTo)) return false;
    const one = current;
    if (anchors.some((anchor) => anchor.raw.equals(one.raw) || isIssued(one, anchor))) return true;
    const above = others.find((other) => !other.raw.equals(one.raw) && other.ca && isIssued(one, other));
    if (!above) return false;
    current = above;
  }
  return false;
}

function isIssued(certificate: X509Certificate, by: X509Certificate): boolean {
  return certificate.checkIssued(by) && certificate.verify(by.publicKey);
}

function inside(element: Der, tag: number): Der[];
function inside(element: Der, tag: number, raw: true): Buffer;
function inside(element: Der, tag: number, raw = false): Der[] | Buffer {
  if (element.tag !== tag) throw new RangeError('another kind of element');
  return raw ? element.content : elements(element.content);
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('an element is missing');
  return value;
}

function only(list: readonly Der[]): Der {
  if (list.length !== 1) throw new RangeError('not one element');
  return need(list[0]);
}

function isOid(element: Der | undefined, dotted: string): boolean {
  return element?.whole.equals(oid(dotted)) === true;
}

function hashOf(algorithm: Der): string {
  const name = HASHES.get(need(inside(algorithm, TAG.sequence)[0]).whole.toString('hex'));
  if (name === undefined) throw new Refused('uses a hash that is not known here');
  return name;
}

function integerOf(element: Der | undefined): number {
  const bytes = inside(need(element), TAG.integer, true);
  return bytes.length === 1 ? (bytes[0] ?? 0) : Number.MAX_SAFE_INTEGER;
}

function digest(hash: string, bytes: Uint8Array): Buffer {
  return createHash(hash).update(bytes).digest();
}
