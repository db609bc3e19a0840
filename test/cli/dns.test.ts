import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Network, ProbeFailure } from '../../src/checks/check.js';
import { dns as dnsCheck } from '../../src/checks/dns/index.js';
import { settingsFor } from '../../src/checks/dns/settings.js';
import { type ApprovedName, type DnsOptions, type DnsPlace, runDns } from '../../src/cli/dns.js';
import { dnsReportSchema } from '../../src/cli/report/dns-json.js';
import { CommandError, UsageError } from '../../src/cli/workplace.js';
import { createNetwork } from '../../src/net/network.js';
import { type DnsTestbed, type ResolverName, startDnsTestbed } from '../support/dns-testbed.js';

let bed: DnsTestbed;
beforeAll(async () => {
  bed = await startDnsTestbed();
});
afterAll(async () => {
  await bed.stop();
});

const unused = (): never => {
  throw new ProbeFailure({ blame: 'monitor', code: 'unused', detail: 'Not part of this command.' });
};

interface Flags extends Partial<DnsOptions> {
  readonly dns?: DnsPlace['config']['settings']['dns'];
  readonly now?: () => number;
  readonly approved?: ReadonlyMap<string, ApprovedName>;
}

function anchors(): string[] {
  return readFileSync(join(bed.folder, 'trust-anchor.ds'), 'utf8').trim().split('\n');
}

function networkHere(): Network {
  return createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [bed.ca],
    capture: unused,
    lookup: unused,
    now: Date.now,
  });
}

/** The name as it is now, approved. */
async function approvedNow(name: string): Promise<ReadonlyMap<string, ApprovedName>> {
  const settings = settingsFor(name, `https://${name}:8443/`, 'living');
  const io = {
    vantage: 'local',
    now: Date.now,
    signal: AbortSignal.timeout(20_000),
    network: networkHere(),
    resolvers: [bed.resolver.dot],
    authority: { roots: ['127.0.53.1'], port: 5300, anchors: anchors() },
  };
  return new Map([[name, { accepted: [dnsCheck.combine([await dnsCheck.probe(settings, io)])], settings }]]);
}

async function run(
  names: readonly string[],
  resolvers: readonly ResolverName[],
  terminal: Partial<DnsPlace['terminal']> = {},
  { types = [], trace = false, dnssec = false, dns, now = Date.now, approved }: Flags = {},
): Promise<{ exitCode: number; out: string; tookMs: number }> {
  const written: string[] = [];
  const network = networkHere();
  const startedAt = Date.now();
  const place: DnsPlace = {
    network,
    resolvers: resolvers.map((name) => bed.resolver[name]),
    // Addresses of the test-bed are in nobody's network: one is said to be.
    asnOf: (address) => (address === '127.0.80.10' ? 64_500 : null),
    config: {
      sites: [{ name: 'www.hijack.test', url: 'https://www.hijack.test:8443/' }],
      settings: { dns: dns ?? { roots: ['127.0.53.1'], authorityPort: 5300, trustAnchors: anchors() } },
    },
    approved: async (name) => approved?.get(name) ?? null,
    terminal: { out: (text) => written.push(text), color: false, width: 120, json: false, ...terminal },
    observatory: { now },
    signal: AbortSignal.timeout(20_000),
  };
  const exitCode = await runDns(names, { types, trace, dnssec }, place);
  return { exitCode, out: written.join(''), tookMs: Date.now() - startedAt };
}

describe('dns', () => {
  test('of a healthy name says so and exits with 0', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'doh', 'plain']);
    expect(exitCode).toBe(0);
    expect(out).toContain('every resolver gives a genuine answer');
    expect(out).toMatch(/doh +https +reference +AAAA +.*CONSISTENT_SECURE +100 % +::1/);
  });

  test('of a name somebody lies about shows who, what and why, and exits with 2', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'plain', 'liar']);
    expect(exitCode).toBe(2);
    expect(out).toContain('1 resolver of 3');
    expect(out).toMatch(/liar +udp +witness +A +.*REDIRECT_BOGON +99 % +10\.10\.34\.35/);
    expect(out).toContain('no public site has an address of this kind');
  });

  test('shows whose network an address is in, and whom to credit for knowing', async () => {
    const { out } = await run(['www.signed.test'], ['dot', 'plain']);
    expect(out).toContain('127.0.80.10 (AS64500)');
    expect(out).not.toContain('127.0.80.11 (AS');
    expect(out).toMatch(/RouteViews, NRO and DB-IP .*CC BY 4\.0/);
    const document = await run(['www.signed.test'], ['dot', 'plain'], { json: true });
    expect(JSON.parse(document.out).asns).toEqual({ '127.0.80.10': 64_500 });
    expect((await run(['www.unsigned.test'], ['liar'])).out).not.toContain('IP to ASN');
  });

  test('shakes hands at the port the watchlist or the URL gives', async () => {
    const watched = await run(['www.hijack.test'], ['dot', 'poisoned'], { json: true });
    expect(JSON.parse(watched.out).resolvers[1].verdict).toBe('REDIRECT');
    const url = await run(['https://www.unsigned.test:8443/x'], ['dot', 'liar'], { json: true });
    expect(JSON.parse(url.out).resolvers[1].verdict).toBe('REDIRECT');
  });

  test('as JSON is one document of the contract, an entry per resolver', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'onpath', 'dead'], { json: true });
    const document = dnsReportSchema.parse(JSON.parse(out));
    expect(document.truth).toMatchObject({
      known: true,
      sources: ['dot', 'its own name servers (signed)'],
      nameservers: ['ns1.signed.test'],
    });
    expect(document.resolvers.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['dot', 'CONSISTENT_SECURE'],
      ['on-path', 'INJECTION_ONPATH'],
      ['dead', 'UNMEASURABLE'],
    ]);
    expect(exitCode).toBe(2);
  });

  test('without a reference that answers is not verified', async () => {
    const { exitCode, out } = await run(['www.unsigned.test'], ['plain', 'dead']);
    expect(exitCode).toBe(3);
    expect(out).toContain('nothing to compare with');
  });

  test('of a signed name needs no reference: what its owner signed can be told by itself', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['plain', 'dead']);
    expect(exitCode).toBe(0);
    expect(out).toContain('According to its own name servers (signed): 127.0.80.10');
    expect(out).toContain('The name is signed, from the root down.');
    expect((await run(['www.signed.test'], ['inpath'])).exitCode).toBe(2);
  });

  test('of a name whose signatures ran out says since when and whose fault it is, and exits with 2', async () => {
    const { exitCode, out } = await run(['www.expired.test'], ['dot', 'plain', 'poisoned']);
    expect(exitCode).toBe(2);
    expect(out).toContain('✗ www.expired.test  its signatures are broken, by its owner');
    expect(out.replace(/\s+/gu, ' ')).toMatch(
      /own care is to blame: expired\.test DNSKEY has a signature that ran out on 2024-02-01/u,
    );
    expect(out).toMatch(/⚠ plain +udp +witness +A +.*OPERATOR_ERROR/u);
    expect(out).not.toContain('Check dns.resolvers');
    const document = JSON.parse((await run(['www.expired.test'], ['dot'], { json: true })).out);
    expect(document).toMatchObject({ signed: 'BOGUS', brokenSigning: expect.stringContaining('2024-02-01') });
  });

  test('says which machine of a resolver answered, and with what extended error', async () => {
    const document = JSON.parse((await run(['www.expired.test'], ['dot'], { json: true })).out);
    expect(document.resolvers[0].types[0].errors).toEqual([expect.stringMatching(/^EDE [67]/u)]);
    expect(document.resolvers[0].types[0]).toHaveProperty('server');
  });

  test('says what each resolver calls itself, those of one name together', async () => {
    const names = ['dot', 'plain', 'plainTcp', 'dead'] as const;
    const document = dnsReportSchema.parse(JSON.parse((await run(['www.signed.test'], names, { json: true })).out));
    const plain = { id: 'ub-plain', version: expect.stringMatching(/^unbound \d/u), nsid: null };
    expect(document.resolvers.map(({ name, identity }) => [name, identity])).toEqual([
      ['dot', { ...plain, id: 'ub-enc' }],
      ['plain', plain],
      ['plain-tcp', plain],
      ['dead', null],
    ]);
    expect((await run(['www.signed.test'], names)).out).toContain('plain, plain-tcp call themselves');
  });

  test('among twenty resolvers takes well under two seconds', async () => {
    const twenty = Array.from({ length: 5 }, () => ['dot', 'doh', 'plain', 'plainTcp'] as const).flat();
    const { exitCode, out } = await run(['www.signed.test'], twenty, { json: true });
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).tookMs).toBeGreaterThan(0);
  });

  test('tells from where resolvers reach the world, by names that say who asked', async () => {
    const place = { roots: ['127.0.53.1'], authorityPort: 5300, trustAnchors: anchors() };
    const dns = { ...place, pathProbes: { silent: ['127.0.0.9'], whoami: ['www.ed.test'] } };
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'plain'], {}, { dns });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Questions to plain reach the world from 127\.0\.80\.1/u);
    expect(out).not.toContain('Somebody on the way');
  });

  test('asks for the types it is told', async () => {
    const { exitCode, out } = await run(['signed.test'], ['dot', 'plain'], {}, { types: ['mx', 'HTTPS', 'CAA'] });
    expect([exitCode, out]).toEqual([0, expect.stringContaining('10 mail.signed.test')]);
    expect(out).toContain('10 mail.signed.test');
    expect(out).toContain('letsencrypt.org');
  });

  test('is refused for what is no name and no type', async () => {
    await expect(run(['a b'], ['dot'])).rejects.toThrow(UsageError);
    await expect(run(['192.0.2.1'], ['dot'])).rejects.toThrow(UsageError);
    await expect(run(['signed.test'], ['dot'], {}, { types: ['AXFR'] })).rejects.toThrow(/AXFR.*A, AAAA/);
  });

  test('takes a name in any script', async () => {
    const { out } = await run(['نمونه.test'], ['dot'], { json: true });
    expect(JSON.parse(out).name).toMatch(/^xn--[a-z0-9]+\.test$/);
  });
});

describe('dns --dnssec', () => {
  const dnssec = { dnssec: true };

  test('of a signed name leads from the root to the answer, and exits with 0', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'plain'], {}, dnssec);
    expect(exitCode).toBe(0);
    expect(out).toContain('The signatures of www.signed.test A');
    expect(out).toMatch(/✓ SECURE {2}the root zone\n {4}✓ SECURE {2}\. DNSKEY: signed by key \d+ .*trust anchor/u);
    expect(out).toMatch(/\n {6}✓ SECURE {2}zone signed\.test\n/u);
    expect(out).toMatch(/\n {2}✓ SECURE {2}an unbroken chain of signatures/u);
  });

  test('of an unsigned name says where the chain ends and how to mend it', async () => {
    const { exitCode, out } = await run(['www.unsigned.test'], ['dot', 'plain'], {}, dnssec);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/⚠ INSECURE {2}zone unsigned\.test/u);
    expect(out).toMatch(/\n {2}⚠ INSECURE {2}the chain ends, provably[\s\S]*give its DS record to the registrar/u);
  });

  test('of expired signatures names the day and what was forgotten, and exits with 2', async () => {
    const { exitCode, out } = await run(['www.expired.test'], ['dot', 'plain'], {}, dnssec);
    expect(exitCode).toBe(2);
    expect(out).toMatch(/✗ BOGUS {2}expired\.test DNSKEY: .*ran out on 2024-02-01/u);
    expect(out).toContain('forgot to sign again');
  });

  test('goes by the anchors and roots of the settings', async () => {
    const place = { roots: ['127.0.53.1'], authorityPort: 5300 };
    const iana = await run(['www.signed.test'], ['dot'], {}, { ...dnssec, dns: { ...place, trustAnchors: [] } });
    expect(iana.exitCode).toBe(2);
    expect(iana.out).toMatch(/✗ BOGUS {2}the root zone/u);
    const elsewhere = { ...place, roots: ['127.0.53.99'], trustAnchors: anchors() };
    const silent = await run(['www.signed.test'], ['dot'], {}, { ...dnssec, dns: elsewhere });
    expect(silent.exitCode).toBe(3);
    expect(silent.out).toContain('too little was heard');
    const wrong = { ...place, trustAnchors: ['1 8 2 AB'] };
    await expect(run(['www.signed.test'], ['dot'], {}, { ...dnssec, dns: wrong })).rejects.toThrow(CommandError);
  });

  test('by a clock from before all anchors does not take a signed name for an unsigned one', async () => {
    const dns = { roots: ['127.0.53.1'], authorityPort: 5300, trustAnchors: [] };
    const now = (): number => Date.UTC(2010, 0, 1);
    const { out } = await run(['www.signed.test'], ['dot'], {}, { ...dnssec, dns, now });
    expect(out).toMatch(/✗ BOGUS {2}the root zone/u);
  });

  test('asks no root outside of network.only, and says so', async () => {
    const dns = { roots: ['192.0.2.53'], authorityPort: 5300, trustAnchors: [] };
    const { exitCode, out } = await run(['www.signed.test'], ['dot'], {}, { trace: true, dnssec: true, dns });
    expect(exitCode).toBe(3);
    expect(out).toMatch(/192\.0\.2\.53 .*was not asked[\s\S]*network\.only/u);
  });
});

describe('dns --trace', () => {
  test('tells every step: zones, servers with their time, referrals, the answer, and the status', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'plain'], {}, { trace: true });
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /✓ SECURE {2}the root zone\n {4}127\.0\.53\.1 +[\d.]+ m?s +udp +refers to test, which it says is signed/u,
    );
    expect(out).toMatch(/✓ SECURE {2}signed\.test\n {4}its parent names key (\d+) \(DS\); it publishes \1\n/u);
    expect(out).toMatch(/ns1\.signed\.test \(127\.0\.53\.3\) .*answers www\.signed\.test \d+ A 127\.0\.80\.10\n/u);
    expect(out).toContain('Parents and zones agree on every delegation.');
    expect(out).toMatch(/\n {4}\d+ queries, 2 referrals, in /u);
  });

  test('of an unsigned name shows the parent saying so, and of an absent one the denial', async () => {
    const unsigned = await run(['www.unsigned.test'], ['dot'], {}, { trace: true });
    expect(unsigned.out).toContain('refers to unsigned.test, which it says is not signed');
    expect(unsigned.out).toContain('its parent names no key (no DS); it publishes none');
    const absent = await run(['nope.signed.test'], ['dot'], {}, { trace: true });
    expect(absent.out).toContain('answers that there is no such name');
  });

  test('of a hijacked delegation holds it to what was approved: the score with its parts, in text and JSON', async () => {
    const approved = await approvedNow('www.hijack.test');
    const before = await run(['www.hijack.test'], ['dot'], {}, { trace: true, approved });
    expect(before.out).toMatch(/✓ score 0 {2}It is as it was approved\./u);
    expect(before.exitCode).toBe(0);
    await bed.scenario('hijack');
    const flags = { trace: true, approved };
    const seen = await run(['www.hijack.test'], ['dot'], { width: 100 }, flags);
    const { out } = await run(['www.hijack.test'], ['dot', 'poisoned'], { json: true }, flags).finally(() =>
      bed.scenario('restore'),
    );
    expect(seen.exitCode).toBe(2);
    expect(seen.out).toMatch(/✗ score 1\d\d {2}It looks hijacked: call the registrar/u);
    expect(seen.out.replace(/\s+/gu, ' ')).toContain(
      '+50 hijack.test: the servers of test have no DS record for it any more',
    );
    const { integrity, resolvers } = dnsReportSchema.parse(JSON.parse(out));
    expect(resolvers.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'dot CONSISTENT_IP',
      'poisoned AUTHORITY_HIJACKED',
    ]);
    expect(integrity?.class).toBe('hijacked');
    expect(integrity?.score).toBeGreaterThanOrEqual(80);
    expect(integrity?.parts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['glue-moved', 'ds-removed']));
    expect(integrity?.score).toBe(integrity?.parts.reduce((sum, { points }) => sum + points, 0));
  });

  test('of a name nobody approved says that there is nothing to hold it against', async () => {
    const { out } = await run(['www.signed.test'], ['dot'], {}, { trace: true });
    expect(out).toContain('Nothing of it is approved yet');
    const document = JSON.parse((await run(['www.signed.test'], ['dot'], { json: true }, { trace: true })).out);
    expect(document.integrity).toBeNull();
  });

  test('of a hijacked delegation shows the foreign server and that nothing vouches for it', async () => {
    await bed.scenario('hijack');
    const { out } = await run(['www.hijack.test'], ['dot'], { width: 100 }, { trace: true }).finally(() =>
      bed.scenario('restore'),
    );
    expect(out).toMatch(/⚠ INSECURE {2}hijack\.test\n/u);
    expect(out).toMatch(/ns1\.hijack\.test \(127\.0\.53\.66\) /u);
    expect(out.replace(/\s+/gu, ' ')).toContain('If it used to be signed, ask who removed it.');
  });

  test('as JSON adds one entry per type to the document, beside the survey', async () => {
    const flags = { trace: true, dnssec: true, types: ['A', 'MX'] };
    const { out } = await run(['alias.rsa.test'], ['dot'], { json: true }, flags);
    const { trace, dnssec, resolvers } = dnsReportSchema.parse(JSON.parse(out));
    expect(resolvers.length).toBe(1);
    expect(trace?.map(({ type, status }) => `${type} ${status}`)).toEqual(['A SECURE', 'MX SECURE']);
    expect(trace?.[0]?.steps.map(({ zone, asked }) => `${zone} ${asked}`)).toEqual([
      '. alias.rsa.test',
      'test alias.rsa.test',
      'rsa.test alias.rsa.test',
      'rsa.test www.rsa.test',
    ]);
    expect(dnssec?.[0]?.names.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'alias.rsa.test SECURE',
      'www.rsa.test SECURE',
    ]);
    const plain = dnsReportSchema.parse(JSON.parse((await run(['www.rsa.test'], ['dot'], { json: true })).out));
    expect(Object.keys(plain)).not.toContain('trace');
  });
});
