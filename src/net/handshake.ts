/** A TLS handshake with one address, for what the other side shows: nothing is judged here but the chain's validity. */
import { createHash, X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { type Certificate, type Handshake, type HandshakeRequest, ProbeFailure } from '../checks/check.js';
import { dialTls } from './dial.js';
import type { DialPolicy } from './dial-policy.js';
import { failure } from './failures.js';

export interface HandshakeIo {
  readonly policy: DialPolicy;
  readonly trust: SecureContext;
  /** TCP and TLS together. */
  readonly timeoutMs: number;
}

const MOST_CERTIFICATES = 10;
const MOST_NAMES = 500;
const LONGEST_TEXT = 1024;

/** Throws ProbeFailure where no handshake came about: `tls-failed`, `connect-refused`, `blocked-address`, ... */
export async function shakeHands(request: HandshakeRequest, io: HandshakeIo): Promise<Handshake> {
  const { address, port, serverName, signal } = request;
  const socket = await dialTls({
    ...{ address, port, serverName, signal, policy: io.policy, trust: io.trust, timeoutMs: io.timeoutMs },
    purpose: 'found',
    name: serverName,
    anyCertificate: true,
  });
  try {
    return {
      address,
      problem: socket.authorized ? null : problemOf(socket),
      protocol: socket.getProtocol() ?? 'unknown',
      chain: chainOf(socket),
    };
  } catch (error) {
    // OpenSSL took the handshake but the certificate holds something Node cannot read: no genuine one does.
    const detail = `${serverName} (${address}) shows a certificate that cannot be read: ${String(error).slice(0, 200)}`;
    throw new ProbeFailure(failure('target', 'bad-certificate', detail), { cause: error });
  } finally {
    socket.destroy();
  }
}

/** Node sets a code here although its types say Error. */
function problemOf(socket: TLSSocket): string {
  const problem: unknown = socket.authorizationError;
  if (problem instanceof Error) return 'code' in problem ? String(problem.code) : problem.message;
  return String(problem);
}

/** What the server sent, leaf first; where that ends in one of our roots, the root too. */
function chainOf(socket: TLSSocket): readonly Certificate[] {
  const chain: Certificate[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // The list ends in a root that is its own issuer.
  while (next?.raw && !seen.has(next.fingerprint256) && chain.length < MOST_CERTIFICATES) {
    seen.add(next.fingerprint256);
    chain.push(certificateFrom(new X509Certificate(next.raw)));
    next = next.issuerCertificate;
  }
  return chain;
}

function certificateFrom(x509: X509Certificate): Certificate {
  return {
    subject: distinguishedName(x509.subject),
    issuer: distinguishedName(x509.issuer),
    names: alternativeNames(x509.subjectAltName ?? ''),
    serial: x509.serialNumber,
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    fingerprint: sha256(x509.raw),
    spki: sha256(x509.publicKey.export({ type: 'spki', format: 'der' })),
    pem: x509.toString(),
  };
}

/**
 * `DNS:a.example, IP Address:192.0.2.1` to its DNS and IP names. Node quotes a name that could be mistaken for two
 * (CVE-2021-44532); such a name is kept whole.
 */
export function alternativeNames(text: string): readonly string[] {
  const names: string[] = [];
  for (const [, kind, quoted, plain] of text.matchAll(/(?:^|, )([^:,"]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g)) {
    if (names.length >= MOST_NAMES) break;
    if (kind === 'DNS' || kind === 'IP Address') names.push((quoted ?? plain ?? '').slice(0, LONGEST_TEXT));
  }
  return names;
}

/** One line: Node puts each part on its own. */
function distinguishedName(text: string): string {
  return text.replaceAll('\n', ', ').slice(0, LONGEST_TEXT);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
