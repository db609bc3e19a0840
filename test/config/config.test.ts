import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { adHocSite } from '../../src/config/ad-hoc.js';
import type { Config } from '../../src/config/config.js';
import { derivedId } from '../../src/config/identity.js';
import { DEFAULT_RESOLVERS, readResolverAddress } from '../../src/config/resolver.js';
import { Secret } from '../../src/core/secret.js';
import { CHECKS, parse, type Texts } from './fakes.js';

function config(texts: Texts): Config {
  const loaded = parse(texts);
  if ('problems' in loaded) throw new Error(inspect(loaded.problems));
  return loaded.config;
}

const site = (watchlist: string) => config({ watchlist }).sites[0];

describe('settings', () => {
  it('may be empty: everything has a default', () => {
    const { settings } = config({});
    expect(settings).toEqual({
      network: { allow: [], only: [], hosts: {}, ca: [] },
      resolvers: DEFAULT_RESOLVERS,
      baselines: { signers: [] },
      dns: {
        roots: [],
        authorityPort: 53,
        clientSubnets: [],
        trustAnchors: [],
        pathProbes: { silent: [], whoami: [] },
        asnDatabase: null,
        rdap: false,
        certificates: false,
      },
      browser: { executable: 'auto', pages: 2, sandbox: 'required', jail: 'auto' },
      store: { url: 'sqlite:siteward.db' },
      evidence: { timestamps: null },
      receivers: [],
      routes: [],
      heartbeat: { urls: [], everyMs: 60_000, provenWithinMs: 86_400_000 },
      escalation: [],
      controls: [],
      digest: { to: [], atMinute: 480, timezone: 'UTC' },
      web: { listen: '127.0.0.1:8420', publicUrl: null },
    });
  });

  it('take a section without lines for one that is not written', () => {
    const { settings } = config({ settings: 'network:\ndns:\n  resolvers:\nreceivers:\nroutes:\n' });
    expect(settings.resolvers).toEqual(DEFAULT_RESOLVERS);
  });

  it('ask several independent encrypted references by default, and judge the system resolver', () => {
    const references = DEFAULT_RESOLVERS.filter(({ role }) => role === 'reference');
    expect(references.length).toBeGreaterThanOrEqual(4);
    expect(references.every(({ transport }) => transport === 'tls' || transport === 'https')).toBe(true);
    expect(references.every(({ serverName, address }) => serverName !== null && address !== null)).toBe(true);
    expect(DEFAULT_RESOLVERS.filter(({ role }) => role === 'witness').map(({ transport }) => transport)).toEqual([
      'system',
    ]);
  });

  it('parse a receiver by its own kind, with its defaults', () => {
    const { settings } = config({ settings: 'receivers: [{ id: a, kind: chat, token: t }]' });
    expect(settings.receivers).toEqual([
      { id: 'a', kind: 'chat', settings: { token: expect.any(Secret), wait: 5000 } },
    ]);
  });

  it('send every alert to every receiver where no routes are given', () => {
    const { settings } = config({ settings: 'receivers: [{ id: a, kind: chat, token: t }]' });
    expect(settings.routes).toEqual([
      { severity: 'critical', to: ['a'] },
      { severity: 'warning', to: ['a'] },
    ]);
  });

  it('fill in variables and files, and leave the escaped ones', () => {
    const { settings } = config({
      env: { HOST: 'mail.example.org', 'file:pw': 'not read here' },
      settings: `receivers: [{ id: a, kind: email, smtp: { host: "\${HOST}", port: 25 }, to: ["$\${X}@\${HOST}"] }]`,
    });
    expect(settings.receivers[0]?.settings).toMatchObject({
      smtp: { host: 'mail.example.org' },
      to: [`\${X}@mail.example.org`],
    });
  });

  it('hold secrets that no way of printing shows', () => {
    const loaded = config({
      env: { CANARY: 'canary-7f3a' },
      settings: `receivers: [{ id: a, kind: chat, token: "\${CANARY}" }]`,
    });
    const { token } = z.object({ token: z.instanceof(Secret) }).parse(loaded.settings.receivers[0]?.settings);
    expect(token.reveal()).toBe('canary-7f3a');
    for (const printed of [JSON.stringify(loaded), inspect(loaded, { depth: 20, showHidden: true }), `${token}`]) {
      expect(printed).not.toContain('canary-7f3a');
    }
  });
});

describe('resolver addresses', () => {
  it.each([
    ['system', 'system', null, 53, null, null],
    ['udp://192.0.2.53', 'udp', '192.0.2.53', 53, null, null],
    ['udp://[2001:db8::1]:5353', 'udp', '2001:db8::1', 5353, null, null],
    ['tcp://192.0.2.53:54', 'tcp', '192.0.2.53', 54, null, null],
    ['tls://9.9.9.9#dns.quad9.net', 'tls', '9.9.9.9', 853, 'dns.quad9.net', null],
    ['tls://[2620:fe::fe]:8853#dns.quad9.net', 'tls', '2620:fe::fe', 8853, 'dns.quad9.net', null],
    ['https://cloudflare-dns.com/dns-query@1.1.1.1', 'https', '1.1.1.1', 443, 'cloudflare-dns.com', '/dns-query'],
    ['tls://127.0.0.1:5853', 'tls', '127.0.0.1', 5853, '127.0.0.1', null],
    ['https://127.0.0.1:5443/dns-query', 'https', '127.0.0.1', 5443, '127.0.0.1', '/dns-query'],
    ['https://1.1.1.1/dns-query@1.1.1.1', 'https', '1.1.1.1', 443, '1.1.1.1', '/dns-query'],
    ['https://r.test:8443/q?a=1@[::1]', 'https', '::1', 8443, 'r.test', '/q?a=1'],
  ])('%s', (text, transport, address, port, serverName, path) => {
    expect(readResolverAddress(text)).toEqual({ value: { transport, address, port, serverName, path } });
  });

  it.each([
    '9.9.9.9',
    'udp://dns.quad9.net',
    'udp://2001:db8::1',
    'udp://192.0.2.53:0',
    'udp://192.0.2.53:65536',
    'udp://192.0.2.53#name',
    'tls://9.9.9.9#',
    'tls://9.9.9.9#a#b',
    'tls://dns.quad9.net#dns.quad9.net',
    'https://dns.google/dns-query',
    'https://dns.google@8.8.8.8',
    'https://dns.google/dns-query@dns.google',
    'http://dns.google/dns-query@8.8.8.8',
    'udp://0x7f.1',
  ])('%s is refused', (text) => {
    expect(readResolverAddress(text)).toHaveProperty('wrong');
  });
});

describe('sites', () => {
  it('come from one line, with every check that fits, every five minutes', () => {
    const found = site('sites: [https://Example.org]');
    expect(found).toMatchObject({ id: 'example.org', url: 'https://example.org/', name: 'example.org', receivers: [] });
    expect(found?.targets.map((target) => target.id)).toEqual([
      'example.org/page',
      'example.org/dns',
      'example.org/tls',
    ]);
    expect(found?.targets[0]).toMatchObject({ schedule: { everyMs: 300_000 }, policy: { content: 'living' } });
  });

  it('that are only a name have no page', () => {
    const found = site('sites: [{ id: search, name: WWW.Google.com. }]');
    expect(found).toMatchObject({ url: null, name: 'www.google.com' });
    expect(found?.targets.map((target) => target.kind)).toEqual(['dns', 'tls']);
  });

  it('speak of the whole name, IPv6 addresses without brackets', () => {
    expect(site('sites: ["https://[2001:db8::1]:8443/"]')?.name).toBe('2001:db8::1');
    expect(site('sites: ["https://münchen.example/"]')?.name).toBe('xn--mnchen-3ya.example');
  });

  it('take what they do not say from the defaults of their file only', () => {
    const { sites } = config({
      watchlist:
        'defaults: { every: 1h, content: frozen, must_have: [{ text: a }] }\nsites: [{ id: a, url: https://a/, every: 30s }]',
      more: { 'b.yaml': 'sites: [{ id: b, url: https://b/ }]' },
    });
    expect(sites.map((found) => found.targets[0]?.schedule)).toEqual([{ everyMs: 30_000 }, { everyMs: 300_000 }]);
    expect(sites.map((found) => found.targets[0]?.policy.content)).toEqual(['frozen', 'living']);
    expect(sites[0]?.targets[0]?.settings).toMatchObject({
      options: { must_have: [{ text: 'a' }], content: 'frozen' },
    });
  });

  it('drop defaulted checks that do not fit', () => {
    const found = site('defaults: { checks: [page, dns] }\nsites: [{ id: n, name: a.org }]');
    expect(found?.targets.map((target) => target.kind)).toEqual(['dns']);
  });

  it('keep a cron expression with its time zone', () => {
    const found = site('sites: [{ url: https://a/, every: "0 9 * * mon-fri", timezone: Europe/Berlin }]');
    expect(found?.targets[0]?.schedule).toEqual({ cron: '0 9 * * mon-fri', timezone: 'Europe/Berlin' });
  });

  it('read nothing from the environment: site admins must not reach the secrets of operators', () => {
    const found = config({ env: { PW: 'x' }, watchlist: `sites: [{ url: https://a/, title: "\${PW}" }]` }).sites[0];
    expect(found?.title).toBe(`\${PW}`);
  });
});

describe('events', () => {
  it('carry copies of their sites with their own cadence and content, in the order asked', () => {
    const { events, sites } = config({
      watchlist:
        'sites: [{ id: a, url: https://a/ }, { id: b, url: https://b/, every: 1m }]\n' +
        'events: [{ id: e, from: 2026-07-17T15:00:00+02:00, to: 2026-07-17T20:00:00+02:00, sites: [b], every: 15s, content: frozen }]',
    });
    expect(events[0]).toMatchObject({ id: 'e', from: Date.UTC(2026, 6, 17, 13), to: Date.UTC(2026, 6, 17, 18) });
    expect(events[0]?.sites.map((found) => found.id)).toEqual(['b']);
    expect(events[0]?.sites[0]?.targets[0]).toMatchObject({
      id: 'b/page',
      schedule: { everyMs: 15_000 },
      policy: { content: 'frozen' },
      settings: { content: 'frozen', options: { content: 'frozen' } },
    });
    expect(sites[1]?.targets[0]).toMatchObject({ schedule: { everyMs: 60_000 }, policy: { content: 'living' } });
  });
});

describe('an id made from an address', () => {
  it.each([
    ['https://example.org/', 'example.org'],
    ['https://www.example.org/news/', 'www.example.org-news'],
    ['https://example.org:8443/a/b.html', 'example.org-8443-a-b.html'],
    ['http://127.0.0.1:8080/', '127.0.0.1-8080'],
  ])('%s is %s', (url, id) => {
    expect(derivedId(url)).toBe(id);
  });

  it.each([
    'https://example.org/?page=1',
    'https://example.org/News',
    'https://example.org/%D8%AE%D8%A8%D8%B1',
    'https://[::1]/',
    `https://example.org/${'a'.repeat(300)}`,
    'https://example.org/../../etc/passwd?x',
  ])('of %s is told apart by its hash', (url) => {
    const id = derivedId(new URL(url).href);
    expect(id).toMatch(/^[a-z0-9][a-z0-9._-]{0,56}-[0-9a-f]{6}$/);
    expect(id).toBe(derivedId(new URL(url).href));
  });
});

describe('a URL of the command line', () => {
  it('becomes the site its short form would', () => {
    expect(adHocSite('https://example.org/a', CHECKS)).toMatchObject({ site: { id: 'example.org-a' } });
  });

  it('is refused as in the file', () => {
    expect(adHocSite('https://u:p@example.org/', CHECKS)).toEqual({
      wrong: 'must not contain a user name or password',
    });
  });
});
