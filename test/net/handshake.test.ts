import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Handshake, ProbeFailure } from '../../src/checks/check.js';
import { alternativeNames, shakeHands } from '../../src/net/handshake.js';
import { trustIn } from '../../src/net/trust.js';
import { certificateAuthority, inDays, type ServerCertificate, selfSigned } from '../support/certificates.js';
import { type Origin, startOrigin } from '../support/origin.js';

const ca = certificateAuthority();
const trust = trustIn([ca.pem]);
const POLICY = { allow: [], only: ['127.0.0.0/8'] };
afterAll(() => ca.remove());

let origin: Origin | null = null;
afterEach(async () => {
  await origin?.close();
});

async function meet(certificate: ServerCertificate | null, serverName = 'www.example.test'): Promise<Handshake> {
  origin = await startOrigin({}, certificate ? { certificate } : {});
  return reach(origin.port, serverName);
}

function reach(port: number, serverName: string, address = '127.0.0.1'): Promise<Handshake> {
  const { signal } = new AbortController();
  return shakeHands({ address, port, serverName, signal }, { policy: POLICY, trust, timeoutMs: 2_000 });
}

async function failureOf(handshake: Promise<Handshake>): Promise<unknown> {
  const error: unknown = await handshake.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ProbeFailure ? error.failure : error;
}

describe('a handshake', () => {
  it('with a good chain has no problem and gives the whole chain, leaf first', async () => {
    const certificate = ca.issue(['www.example.test', '*.cdn.example.test', '127.0.0.1']);
    const { problem, protocol, chain, address } = await meet(certificate);
    expect([problem, protocol, address]).toEqual([null, 'TLSv1.3', '127.0.0.1']);
    const [leaf, root, ...more] = chain;
    expect([leaf?.names, more]).toEqual([['www.example.test', '*.cdn.example.test', '127.0.0.1'], []]);
    expect([leaf?.issuer, root?.subject]).toEqual(['CN=Siteward Test Root', 'CN=Siteward Test Root']);
    const expected = new X509Certificate(certificate.cert);
    expect(leaf?.fingerprint).toBe(expected.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(leaf?.notAfter).toBe(Date.parse(expected.validTo));
    expect(new X509Certificate(leaf?.pem ?? '').serialNumber).toBe(leaf?.serial);
  });

  it('knows a renewed certificate by its key, and another key as another', async () => {
    const first = await meet(ca.issue(['www.example.test']));
    await origin?.close();
    const second = await meet(ca.issue(['www.example.test']));
    expect(first.chain[0]?.spki).toMatch(/^[0-9a-f]{64}$/);
    expect(first.chain[0]?.spki).not.toBe(second.chain[0]?.spki);
    expect(first.chain[1]?.spki).toBe(second.chain[1]?.spki);
  });

  it.each([
    ['another name', () => ca.issue(['other.test']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['no authority behind it', () => selfSigned(['www.example.test']), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['a past end', () => ca.issue(['www.example.test'], { from: inDays(-9), to: inDays(-1) }), 'CERT_HAS_EXPIRED'],
    ['a future start', () => ca.issue(['www.example.test'], { from: inDays(1), to: inDays(9) }), 'CERT_NOT_YET_VALID'],
  ])('with a certificate that has %s gives it and its problem', async (_what, certificate, problem) => {
    const met = await meet(certificate());
    expect(met.problem).toBe(problem);
    expect(met.chain[0]?.names).toHaveLength(1);
  });

  it('with an authority that is not ours has a problem', async () => {
    const theirs = certificateAuthority('Somebody Else');
    const leaf = theirs.issue(['www.example.test']);
    expect((await meet(leaf)).problem).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect((await meet({ ...leaf, cert: leaf.cert + theirs.pem })).problem).toBe('SELF_SIGNED_CERT_IN_CHAIN');
    theirs.remove();
  });

  it('asks for the site by its name, and for an address by none', async () => {
    const asked: string[] = [];
    const server = createServer({
      ...ca.issue(['www.example.test']),
      SNICallback: (name, done) => {
        asked.push(name);
        done(null);
      },
    });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    await reach(port, 'www.example.test');
    await reach(port, '127.0.0.1');
    // Ends only once our side has left both connections.
    await new Promise((resolve) => server.close(resolve));
    expect(asked).toEqual(['www.example.test']);
  });

  it('with what speaks no TLS fails as the target', async () => {
    expect(await failureOf(meet(null))).toMatchObject({ blame: 'target', code: 'tls-failed' });
  });

  it('with a closed port fails as the target', async () => {
    await meet(ca.issue(['www.example.test']));
    const port = origin?.port ?? 0;
    await origin?.close();
    expect(await failureOf(reach(port, 'www.example.test'))).toMatchObject({
      blame: 'target',
      code: 'connect-refused',
    });
  });

  it('is never tried with an address outside network.only', async () => {
    expect(await failureOf(reach(443, 'www.example.test', '203.0.113.99'))).toMatchObject({ code: 'blocked-address' });
  });
});

describe('alternative names', () => {
  it.each([
    ['DNS:a.test, DNS:*.b.test, IP Address:192.0.2.1', ['a.test', '*.b.test', '192.0.2.1']],
    ['IP Address:2001:DB8:0:0:0:0:0:1, DNS:a.test', ['2001:DB8:0:0:0:0:0:1', 'a.test']],
    ['email:x@a.test, URI:http://a.test/, DNS:a.test', ['a.test']],
    ['DNS:"a.test, DNS:bank.test", DNS:c.test', ['"a.test, DNS:bank.test"', 'c.test']],
    ['', []],
  ])('of %s are %j', (text, names) => {
    expect(alternativeNames(text)).toEqual(names);
  });
});
