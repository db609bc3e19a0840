/** A real time stamping authority on loopback: `openssl ts` behind HTTP, as RFC 3161, section 3.4, wants it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { der, TAG } from '../../src/core/der.js';

export interface Tsa {
  readonly url: string;
  /** PEM of the root its certificate leads to, and where it lies. */
  readonly root: string;
  readonly rootFile: string;
  /** How many requests came. */
  readonly asked: () => number;
  /** From now on every request is answered so; null: as an authority does. */
  answer(as: { status: number; body: Uint8Array } | null): void;
  /** @param query as `openssl ts -query` makes it */
  reply(query: Uint8Array): Buffer;
  /** What it says, signed by another certificate of the same root. */
  resigned(reply: Uint8Array, purpose: string): Buffer;
  /** What `openssl ts -verify` says of it. */
  verifies(reply: Uint8Array, data: Uint8Array): boolean;
  close(): Promise<void>;
}

export interface TsaOptions {
  readonly key?: 'rsa' | 'ec';
  /** As `openssl ts -config` names it. */
  readonly essHash?: 'sha1' | 'sha256';
}

export async function startTsa({ key = 'rsa', essHash = 'sha256' }: TsaOptions = {}): Promise<Tsa> {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-tsa-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const fresh = key === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  openssl(
    'req',
    '-x509',
    ...fresh,
    '-nodes',
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-days',
    '30',
    '-subj',
    '/CN=Test Root',
  );
  const certify = (name: string, purpose: string): void => {
    openssl('req', ...fresh, '-nodes', '-keyout', `${name}.key`, '-out', 'csr', '-subj', '/O=Tests/CN=Test Time');
    writeFileSync(path('ext'), `extendedKeyUsage = critical,${purpose}\nkeyUsage = critical,digitalSignature\n`);
    const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '20', '-extfile', 'ext'];
    openssl('x509', '-req', '-in', 'csr', ...by, '-out', `${name}.pem`);
  };
  certify('tsa', 'timeStamping');
  writeFileSync(path('serial'), '01');
  writeFileSync(
    path('tsa.cnf'),
    `[tsa]
default_tsa = here
[here]
dir = ${folder}
serial = ${path('serial')}
signer_cert = ${path('tsa.pem')}
certs = ${path('root.pem')}
signer_key = ${path('tsa.key')}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = ${essHash}
`,
  );
  const reply = (query: Uint8Array): Buffer => {
    writeFileSync(path('query'), query);
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query', '-out', 'reply');
    return readFileSync(path('reply'));
  };
  let [asked, fixed]: [number, { status: number; body: Uint8Array } | null] = [0, null];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked += 1;
      const isQuery = request.headers['content-type'] === 'application/timestamp-query';
      const { status, body } =
        fixed ??
        (isQuery ? { status: 200, body: reply(Buffer.concat(chunks)) } : { status: 415, body: Buffer.alloc(0) });
      response.writeHead(status, { 'content-type': 'application/timestamp-reply' }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  return {
    url: `http://127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}/tsr`,
    root: readFileSync(path('root.pem'), 'utf8'),
    rootFile: path('root.pem'),
    asked: () => asked,
    answer: (as) => {
      fixed = as;
    },
    reply,
    resigned(given, purpose) {
      writeFileSync(path('given'), given);
      certify('other', purpose);
      openssl('ts', '-reply', '-in', 'given', '-token_out', '-out', 'token');
      openssl('cms', '-verify', '-noverify', '-inform', 'DER', '-in', 'token', '-out', 'info');
      const content = [
        '-binary',
        '-nodetach',
        '-cades',
        '-md',
        'sha256',
        '-econtent_type',
        '1.2.840.113549.1.9.16.1.4',
      ];
      const by = ['-signer', 'other.pem', '-inkey', 'other.key'];
      openssl('cms', '-sign', ...content, '-in', 'info', ...by, '-outform', 'DER', '-out', 'resigned');
      return der(TAG.sequence, Buffer.from('3003020100', 'hex'), readFileSync(path('resigned')));
    },
    verifies(stamp, data) {
      writeFileSync(path('stamp'), stamp);
      writeFileSync(path('data'), data);
      try {
        return openssl('ts', '-verify', '-in', 'stamp', '-data', 'data', '-CAfile', 'root.pem').includes(
          'Verification: OK',
        );
      } catch {
        return false; // It ends with an error then.
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
