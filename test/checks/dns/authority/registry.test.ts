/** Registry and certificate logs over real HTTP: servers on loopback that speak RDAP, Cert Spotter's API and crt.sh's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { ProbeFailure, type RegistryAccess } from '../../../../src/checks/check.js';
import { rdapUrl, readRegistration } from '../../../../src/checks/dns/authority/rdap.js';
import { type RegistrySources, rdapAt, registryAccess } from '../../../../src/checks/dns/authority/registry.js';
import { createNetwork } from '../../../../src/net/network.js';
import { startOrigin } from '../../../support/origin.js';

const NOW = Date.parse('2026-07-17T18:00:00Z');
const HOUR = 3_600_000;
const DOMAIN = 'example.org';
const NAME = 'www.example.org';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface Service {
  readonly url: string;
  readonly asked: readonly string[];
}

async function serve(handler: Handler): Promise<Service> {
  const origin = await startOrigin({ '*': handler });
  closing.push(() => origin.close());
  return {
    url: origin.url,
    get asked() {
      return origin.requests.map(({ url }) => url);
    },
  };
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/rdap+json', ...headers });
    response.end(JSON.stringify(body));
  };
}

function accessTo(sources: Partial<RegistrySources>, clock = { now: NOW }, only = ['127.0.0.0/8']): RegistryAccess {
  const network = createNetwork({
    policy: { allow: [], only },
    hosts: {},
    ca: [],
    capture: () => Promise.reject(new ProbeFailure({ blame: 'monitor', code: 'no-browser', detail: 'none' })),
    lookup: () => Promise.reject(new ProbeFailure({ blame: 'monitor', code: 'no-lookup', detail: 'none' })),
    now: () => clock.now,
  });
  const io = { fetch: network.fetch, now: () => clock.now };
  return registryAccess({ rdap: null, certificates: null, ...sources }, io);
}

const look = (access: RegistryAccess, signal = AbortSignal.timeout(20_000)) => access.look(DOMAIN, NAME, signal);

const RECORD = {
  objectClassName: 'domain',
  ldhName: 'EXAMPLE.ORG',
  status: ['client transfer prohibited', 'clientUpdateProhibited'],
  nameservers: [
    { objectClassName: 'nameserver', ldhName: 'NS2.EXAMPLE.ORG.' },
    { objectClassName: 'nameserver', ldhName: 'ns1.example.org' },
  ],
  events: [
    { eventAction: 'registration', eventDate: '1995-08-31T04:00:00Z' },
    { eventAction: 'last changed', eventDate: '2026-01-02T03:04:05Z' },
    { eventAction: 'last update of RDAP database', eventDate: '2026-07-17T17:00:00Z' },
  ],
  secureDNS: { delegationSigned: true, dsData: [{ keyTag: 1, algorithm: 13, digestType: 2, digest: 'AA' }] },
  entities: [
    { objectClassName: 'entity', roles: ['registrant'], handle: 'X' },
    {
      objectClassName: 'entity',
      roles: ['registrar'],
      handle: '292',
      publicIds: [{ type: 'IANA Registrar ID', identifier: '292' }],
      vcardArray: [
        'vcard',
        [
          ['version', {}, 'text', '4.0'],
          ['fn', {}, 'text', 'Good Registrar Ltd'],
        ],
      ],
    },
  ],
};
const REGISTRATION = {
  at: NOW,
  registrar: 'Good Registrar Ltd (292)',
  status: ['client transfer prohibited', 'client update prohibited'],
  nameservers: ['ns1.example.org', 'ns2.example.org'],
  lastChanged: Date.parse('2026-01-02T03:04:05Z'),
};

describe('the registry', () => {
  test('is asked for the domain and says registrar, locks, name servers and when it was changed', async () => {
    const agents: (string | undefined)[] = [];
    const registry = await serve((request, response) => {
      agents.push(request.headers['user-agent'], request.headers.accept);
      json(RECORD)(request, response);
    });
    expect(await look(accessTo({ rdap: rdapAt(`${registry.url}/rdap/`) }))).toEqual({
      registration: REGISTRATION,
      certificates: null,
    });
    expect(registry.asked).toEqual(['/rdap/domain/example.org']);
    expect(agents).toEqual(['Siteward', 'application/rdap+json']);
  });

  test('may redirect to where the record is', async () => {
    const registry = await serve(json(RECORD));
    const front = await serve((_request, response) =>
      response.writeHead(302, { location: `${registry.url}/domain/example.org` }).end(),
    );
    expect((await look(accessTo({ rdap: rdapAt(front.url) }))).registration).toEqual(REGISTRATION);
  });

  test('is asked once an hour, however many look', async () => {
    const registry = await serve(json(RECORD));
    const clock = { now: NOW };
    const access = accessTo({ rdap: rdapAt(registry.url) }, clock);
    await Promise.all([look(access), look(access)]);
    clock.now += HOUR - 1;
    await look(access);
    expect(registry.asked).toHaveLength(1);
    clock.now += 1;
    await look(access);
    expect(registry.asked).toHaveLength(2);
  });

  test('that asks for patience gets it, for every domain', async () => {
    const registry = await serve(json({}, 429, { 'retry-after': '7200' }));
    const clock = { now: NOW };
    const access = accessTo({ rdap: rdapAt(registry.url) }, clock);
    expect((await look(access)).registration).toBeNull();
    clock.now += 2 * HOUR - 1;
    await access.look('example.net', 'www.example.net', AbortSignal.timeout(5_000));
    expect(registry.asked).toHaveLength(1);
    clock.now += HOUR;
    await look(access);
    expect(registry.asked).toHaveLength(2);
  });

  test('that fails is left alone for a while; what it said is still said, but not for ever', async () => {
    let down = false;
    const registry = await serve((request, response) =>
      json(down ? 'rubbish' : RECORD, down ? 500 : 200)(request, response),
    );
    const clock = { now: NOW };
    const access = accessTo({ rdap: rdapAt(registry.url) }, clock);
    await look(access);
    down = true;
    clock.now += HOUR;
    expect((await look(access)).registration).toEqual(REGISTRATION);
    clock.now += HOUR / 4 - 1;
    await look(access);
    expect(registry.asked).toHaveLength(2);
    clock.now = NOW + 25 * HOUR;
    expect((await look(access)).registration).toBeNull();
  });

  test.each<[string, Handler]>([
    ['no such domain', json({ errorCode: 404 }, 404)],
    ['a record of another domain', json({ ...RECORD, ldhName: 'example.net' })],
    ['an entity instead', json({ ...RECORD, objectClassName: 'entity' })],
    ['numbers for words', json({ ...RECORD, status: [1, 2] })],
    ['rubbish', (_request, response) => response.end('\u0000<html>')],
    ['nothing', (_request, response) => response.end()],
    ['a list', json([RECORD])],
    ['null', json(null)],
    ['a deep nest', (_request, response) => response.end('['.repeat(100_000))],
    [
      'three megabytes',
      (_request, response) => response.end(JSON.stringify({ ...RECORD, remarks: 'x'.repeat(3 << 20) })),
    ],
    [
      'half an answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '9999' });
        response.write('{');
        response.destroy();
      },
    ],
    [
      'a redirect into the private network',
      (_request, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    ],
  ])('answering %s says nothing', async (_what, handler) => {
    const registry = await serve(handler);
    expect((await look(accessTo({ rdap: rdapAt(registry.url) }))).registration).toBeNull();
    expect(registry.asked).toHaveLength(1);
  });

  test('that hangs is not waited for longer than the look lasts', async () => {
    const registry = await serve(() => undefined);
    const ending = new AbortController();
    const looking = look(accessTo({ rdap: rdapAt(registry.url) }), ending.signal);
    while (registry.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    expect(await looking).toEqual({ registration: null, certificates: null });
  });

  test('outside of what may be dialled is not asked', async () => {
    const registry = await serve(json(RECORD));
    const access = accessTo({ rdap: rdapAt(registry.url) }, { now: NOW }, ['192.0.2.0/24']);
    expect((await look(access)).registration).toBeNull();
    expect(registry.asked).toEqual([]);
  });

  test('is found by the longest suffix that has a server, and only over TLS', () => {
    const services: [string[], string[]][] = [
      [['uk'], ['https://rdap.example/uk/']],
      [['co.uk'], ['http://plain.example/', 'https://rdap.example/co.uk']],
      [['ir'], ['http://plain.example/']],
    ];
    expect(rdapUrl('BBC.co.uk', { services })).toBe('https://rdap.example/co.uk/domain/bbc.co.uk');
    expect(rdapUrl('x.org.uk', { services })).toBe('https://rdap.example/uk/domain/x.org.uk');
    expect(rdapUrl('x.ir', { services })).toBeNull();
    expect(rdapUrl('x.test', { services })).toBeNull();
  });

  test('may leave everything out', () => {
    const bare = { objectClassName: 'domain', ldhName: DOMAIN };
    const nothing = { at: NOW, registrar: null, status: [], nameservers: [], lastChanged: null };
    expect(readRegistration(bare, DOMAIN, NOW)).toEqual(nothing);
    const vague = {
      ...bare,
      events: [{ eventAction: 'last changed', eventDate: 'yesterday' }],
      entities: [{ roles: ['registrar'], vcardArray: ['vcard', [['fn']]] }],
    };
    expect(readRegistration(vague, DOMAIN, NOW)).toEqual(nothing);
  });
});

/** As Cert Spotter writes it. */
function spotted(id: number, more: object = {}): object {
  return {
    id: String(id),
    tbs_sha256: 'aa',
    dns_names: ['www.example.org', 'Example.ORG'],
    pubkey_sha256: 'AB12',
    issuer: { friendly_name: 'Real CA', name: 'C=US, O=Real CA, CN=R1', caa_domains: ['real-ca.example'] },
    not_before: '2026-07-01T00:00:00Z',
    not_after: `2026-09-${String(id).padStart(2, '0')}T00:00:00Z`,
    revoked: false,
    ...more,
  };
}

function paged(pages: Readonly<Record<string, readonly object[]>>): Handler {
  return (request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after') ?? '';
    json(pages[after] ?? [])(request, response);
  };
}

describe('the certificate logs', () => {
  test('are read page by page, and later from where the last page ended', async () => {
    const pages: Record<string, readonly object[]> = { '': [spotted(1), spotted(2)], 2: [spotted(3)] };
    const log = await serve(paged(pages));
    const clock = { now: NOW };
    const access = accessTo({ certificates: { certSpotter: log.url, crtSh: null } }, clock);
    const first = (await look(access)).certificates;
    expect(first).toHaveLength(3);
    expect(first?.[0]).toMatchObject({
      names: ['example.org', 'www.example.org'],
      issuer: 'C=US, O=Real CA, CN=R1',
      caaDomains: ['real-ca.example'],
      spki: 'ab12',
      notBefore: Date.parse('2026-07-01T00:00:00Z'),
    });
    expect(log.asked.map((url) => new URL(url, 'http://x').searchParams.get('after'))).toEqual([null, '2', '3']);
    expect(log.asked[0]).toContain('/v1/issuances?domain=www.example.org&match_wildcards=true&expand=dns_names');
    pages[3] = [spotted(4)];
    clock.now += HOUR;
    expect((await look(access)).certificates).toHaveLength(4);
    expect(log.asked.slice(3).map((url) => new URL(url, 'http://x').searchParams.get('after'))).toEqual(['3', '4']);
  });

  test('without end are read as far as a look goes', async () => {
    let id = 0;
    const log = await serve((request, response) => {
      id += 1;
      json([spotted((id % 28) + 1, { id: String(id) })])(request, response);
    });
    expect(
      (await look(accessTo({ certificates: { certSpotter: log.url, crtSh: null } }))).certificates?.length,
    ).toBeLessThan(29);
    expect(log.asked).toHaveLength(20);
  });

  test('of the first service that refuses are asked of the second, where a certificate is the same', async () => {
    const crt = {
      issuer_ca_id: 1,
      issuer_name: 'C=US, O=Real CA, CN=R1',
      common_name: 'example.org',
      name_value: 'example.org\nwww.example.org',
      id: 9,
      entry_timestamp: '2026-07-01T01:00:00.1',
      not_before: '2026-07-01T00:00:00',
      not_after: '2026-09-01T00:00:00',
      serial_number: '0a',
    };
    const refusing = await serve(json({ code: 'rate_limited' }, 429, { 'retry-after': '3600' }));
    const backup = await serve(json([crt, { ...crt, id: 10 }]));
    const working = await serve(paged({ '': [spotted(1)] }));
    const second = await look(accessTo({ certificates: { certSpotter: refusing.url, crtSh: backup.url } }));
    const first = await look(accessTo({ certificates: { certSpotter: working.url, crtSh: backup.url } }));
    expect(backup.asked).toEqual(['/?q=www.example.org&output=json&exclude=expired']);
    expect(second.certificates).toHaveLength(1);
    expect(second.certificates?.[0]?.id).toBe(first.certificates?.[0]?.id);
  });

  test.each<[string, unknown]>([
    ['an error object', { code: 'oops' }],
    ['an entry without names', [spotted(1, { dns_names: null })]],
    ['an entry that is valid from never', [spotted(1, { not_before: 'soon' })]],
    ['texts', ['a', 'b']],
  ])('that give %s say nothing', async (_what, body) => {
    const log = await serve(json(body));
    expect((await look(accessTo({ certificates: { certSpotter: log.url, crtSh: log.url } }))).certificates).toBeNull();
  });

  test('forget what has ended', async () => {
    const log = await serve(paged({ '': [spotted(1, { not_after: '2026-07-02T00:00:00Z' }), spotted(2)] }));
    expect((await look(accessTo({ certificates: { certSpotter: log.url, crtSh: null } }))).certificates).toHaveLength(
      1,
    );
  });
});
