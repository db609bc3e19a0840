import { describe, expect, test } from 'vitest';
import {
  type Certificate,
  type Network,
  ProbeFailure,
  type ProbeIo,
  type SiteFacts,
} from '../../../src/checks/check.js';
import { authorityOf } from '../../../src/checks/tls/comparers.js';
import { type TlsEvidence, tlsEvidenceSchema } from '../../../src/checks/tls/evidence.js';
import { tls } from '../../../src/checks/tls/index.js';
import type { TlsSettings } from '../../../src/checks/tls/probe.js';

const NAME = 'www.example.org';
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 6, 17);
const LIVING: TlsSettings = { name: NAME, port: 443, content: 'living' };
const FROZEN: TlsSettings = { ...LIVING, content: 'frozen' };

function certificate(more: Partial<Certificate> = {}): Certificate {
  return {
    subject: `CN=${NAME}`,
    issuer: "C=US, O=Let's Encrypt, CN=R10",
    names: [NAME],
    serial: '01',
    notBefore: NOW - 30 * DAY,
    notAfter: NOW + 60 * DAY,
    fingerprint: `fp-${more.spki ?? 'key'}`,
    spki: 'key',
    pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ...more,
  };
}

/** What each address does: a certificate and what is wrong with it, or how it fails. */
type Server = { problem?: string | null; leaf?: Certificate; protocol?: string } | { fails: string };

function networkOf(servers: Readonly<Record<string, Server>>): Pick<Network, 'resolve' | 'handshake'> {
  return {
    resolve: async () => Object.keys(servers),
    handshake: async ({ address }) => {
      const server = servers[address];
      if (!server || 'fails' in server) {
        const code = server?.fails ?? 'connect-refused';
        throw new ProbeFailure({
          blame: code.startsWith('net') ? 'monitor' : 'target',
          code,
          detail: `${address} failed`,
        });
      }
      const { problem = null, leaf = certificate(), protocol = 'TLSv1.3' } = server;
      return { address, problem, protocol, chain: [leaf] };
    },
  };
}

async function look(servers: Readonly<Record<string, Server>>): Promise<TlsEvidence> {
  const unused = (): never => {
    throw new Error('not part of this check');
  };
  const network: Network = { ...networkOf(servers), fetch: unused, capture: unused, exchange: unused };
  const { signal } = new AbortController();
  const io: ProbeIo = { vantage: 'local', now: () => NOW, signal, network, resolvers: [] };
  return await tls.probe(LIVING, io);
}

async function findings(
  server: Server | Readonly<Record<string, Server>>,
  settings = LIVING,
  accepted?: readonly TlsEvidence[],
): Promise<string[]> {
  const servers: Readonly<Record<string, Server>> = isServer(server) ? { '192.0.2.1': server } : server;
  const approved = accepted ?? [await look({ '192.0.2.1': {} })];
  const actual = await look(servers);
  return tls.comparers.flatMap((one) =>
    one.compare(actual, approved, settings).map(({ code, severity, diagnosis }) => `${code} ${severity} ${diagnosis}`),
  );
}

function isServer(value: Server | Readonly<Record<string, Server>>): value is Server {
  return Object.keys(value).every((key) => ['problem', 'leaf', 'protocol', 'fails'].includes(key));
}

describe('a certificate', () => {
  test('as approved is nothing', async () => {
    expect(await findings({})).toEqual([]);
  });

  test('that no root vouches for is an interception', async () => {
    const leaf = certificate({ spki: 'mitm', issuer: 'CN=State MITM CA' });
    const server = { problem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', leaf };
    expect(await findings(server)).toEqual(['tls/untrusted critical tls-intercepted']);
    expect(await findings(server, LIVING, [])).toEqual(['tls/untrusted critical tls-intercepted']);
  });

  test('for another name is an interception', async () => {
    const server = { problem: 'ERR_TLS_CERT_ALTNAME_INVALID' };
    expect(await findings(server)).toEqual(['tls/name-mismatch critical tls-intercepted']);
  });

  test('that has expired is no interception', async () => {
    const server = { problem: 'CERT_HAS_EXPIRED' };
    expect(await findings(server)).toEqual(['tls/expired critical certificate-changed']);
  });

  test('of a private authority that was approved with its key is nothing, with another key it is told', async () => {
    const own = { problem: 'SELF_SIGNED_CERT_IN_CHAIN' };
    const approved = [await look({ '192.0.2.1': own })];
    expect(await findings(own, LIVING, approved)).toEqual([]);
    const other = { ...own, leaf: certificate({ spki: 'other' }) };
    expect(await findings(other, LIVING, approved)).toEqual(['tls/untrusted critical tls-intercepted']);
  });

  test('renewed by another intermediate of the same authority is a notice, during an event too', async () => {
    const leaf = certificate({ spki: 'new', issuer: "C=US, O=Let's Encrypt, CN=E6" });
    expect(await findings({ leaf })).toEqual(['tls/key-changed notice certificate-changed']);
    expect(await findings({ leaf }, FROZEN)).toEqual(['tls/key-changed notice certificate-changed']);
  });

  test('of another authority is a warning, during an event critical', async () => {
    const leaf = certificate({ spki: 'new', issuer: 'C=US, O=DigiCert, Inc., CN=G2' });
    expect(await findings({ leaf })).toEqual(['tls/issuer-changed warning certificate-changed']);
    expect(await findings({ leaf }, FROZEN)).toEqual(['tls/issuer-changed critical certificate-changed']);
  });

  test.each([
    ['90 days, 8 left', 90, 8, []],
    ['90 days, 6 left', 90, 6, ['tls/expires-soon warning certificate-changed']],
    ['90 days, hours left', 90, 0.5, ['tls/expires-soon critical certificate-changed']],
    ['6 days, 2 left: renewed in time', 6, 2, []],
    ['6 days, hours left', 6, 0.9, ['tls/expires-soon warning certificate-changed']],
  ])('with a lifetime of %s', async (_what, lifetime, left, expected) => {
    const leaf = certificate({ notAfter: NOW + left * DAY, notBefore: NOW - (lifetime - left) * DAY });
    expect(await findings({ leaf })).toEqual(expected);
  });

  test('on one of several addresses only is told for that address', async () => {
    const leaf = certificate({ spki: 'mitm', issuer: 'CN=evil' });
    const servers = { '192.0.2.1': {}, '192.0.2.2': { problem: 'SELF_SIGNED_CERT_IN_CHAIN', leaf } };
    expect(await findings(servers)).toEqual(['tls/untrusted critical tls-intercepted']);
  });
});

describe('the handshake', () => {
  test('over an older protocol than approved is a notice', async () => {
    expect(await findings({ protocol: 'TLSv1.2' })).toEqual(['tls/protocol-downgraded notice certificate-changed']);
  });

  test('that fails at one of several addresses is a notice, unless this machine has no route there', async () => {
    const refused = { '192.0.2.1': {}, '192.0.2.2': { fails: 'connect-refused' } };
    expect(await findings(refused)).toEqual(['tls/address-failing notice down']);
    expect(await findings({ '192.0.2.1': {}, '2001:db8::1': { fails: 'network-unreachable' } })).toEqual([]);
  });

  test('that fails at every address is a failure of the target', async () => {
    await expect(look({ '192.0.2.1': { fails: 'connect-refused' } })).rejects.toMatchObject({
      failure: { blame: 'target', code: 'connect-refused' },
    });
  });

  test('is made with four addresses at most', async () => {
    const servers = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`192.0.2.${at}`, {}]));
    expect((await look(servers)).shown).toHaveLength(4);
  });
});

describe('the check', () => {
  const site: SiteFacts = { id: 's', url: `https://${NAME}:8443/`, name: NAME, content: 'living', options: {} };

  test('applies to sites with TLS and to bare names', () => {
    expect(tls.configure(site)).toEqual({ settings: { name: NAME, port: 8443, content: 'living', changes: [] } });
    expect(tls.configure({ ...site, url: null })).toMatchObject({ settings: { port: 443 } });
    expect(tls.configure({ ...site, url: `http://${NAME}/` })).toHaveProperty('notApplicable');
  });

  test('approves every certificate that any sample showed', async () => {
    const other = { leaf: certificate({ spki: 'second', issuer: 'O=Second' }) };
    const combined = tls.combine([await look({ '192.0.2.1': {} }), await look({ '192.0.2.1': other })]);
    expect(await findings(other, LIVING, [combined])).toEqual([]);
    expect(await findings({}, LIVING, [combined])).toEqual([]);
    expect(tlsEvidenceSchema.parse(combined)).toEqual(combined);
  });

  test('shows the certificate before and after and keeps the chain', async () => {
    const before = await look({ '192.0.2.1': {} });
    const after = await look({ '192.0.2.1': { leaf: certificate({ spki: 'new', issuer: 'O=Other' }) } });
    const shown = tls.exhibit(after, [before], LIVING);
    expect(shown.texts[0]?.before).toContain("Let's Encrypt");
    expect(shown.texts[0]?.after).toContain('O=Other');
    expect(shown.members.map(({ name }) => name)).toEqual(['chain.pem']);
    expect(new TextDecoder().decode(shown.members[0]?.artifact.bytes)).toContain('BEGIN CERTIFICATE');
  });

  test('survives a certificate whose dates cannot be read', async () => {
    const leaf = certificate({ notAfter: Number.NaN });
    expect(await findings({ problem: 'CERT_HAS_EXPIRED', leaf })).toEqual(['tls/expired critical certificate-changed']);
  });

  test('says every code it reports in its list', () => {
    expect(tls.codes.map(({ code }) => code)).toContain('tls/untrusted');
    expect(tls.codes.every(({ code }) => code.startsWith('tls/'))).toBe(true);
  });
});

test('an authority is its organisation, with commas in it or without, or else the whole name', () => {
  expect(authorityOf('C=US, O=DigiCert, Inc., CN=G2')).toBe('DigiCert, Inc.');
  expect(authorityOf("C=US, O=Let's Encrypt, CN=R10")).toBe("Let's Encrypt");
  expect(authorityOf('CN=Testbed Root CA')).toBe('CN=Testbed Root CA');
});

test.each([
  [
    { problem: 'DEPTH_ZERO_SELF_SIGNED_CERT', leaf: certificate({ spki: 'evil', issuer: 'CN=evil' }) },
    'is self-signed',
  ],
  [{ problem: 'ERR_TLS_CERT_ALTNAME_INVALID', leaf: certificate({ spki: 'other' }) }, 'is for another name'],
])('a finding says in one plain sentence that the certificate %#, code and issuer beside it', async (server, says) => {
  const approved = await look({ '192.0.2.1': {} });
  const actual = await look({ '192.0.2.1': server });
  const [found] = tls.comparers.flatMap((one) => [...one.compare(actual, [approved], LIVING)]);
  expect(found?.summary).toBe(`The certificate ${NAME} shows at 192.0.2.1 ${says}.`);
  expect(found?.actual).toContain(`issued by ${server.leaf.issuer}`);
  expect(found?.actual).toContain(`(${server.problem})`);
});
