/** The whole DNS check against real servers: honest, lying, poisoned, raced and dead ones. Dials 127.0.0.0/8 only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Network, ProbeIo } from '../../../src/checks/check.js';
import { assess } from '../../../src/checks/dns/authority/assessment.js';
import type { DnsEvidence } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import type { VerdictId } from '../../../src/checks/dns/judgement.js';
import { judgeAnswers } from '../../../src/checks/dns/ladder.js';
import type { DnsSettings } from '../../../src/checks/dns/settings.js';
import { authorityOf } from '../../../src/checks/dns/traced.js';
import { CHECKS } from '../../../src/checks/index.js';
import { tls } from '../../../src/checks/tls/index.js';
import { adHocSite } from '../../../src/config/ad-hoc.js';
import type { Verdict } from '../../../src/core/model.js';
import { inspect } from '../../../src/monitor.js';
import { localVantage } from '../../../src/vantage/vantage.js';
import { type DnsTestbed, type ResolverName, startDnsTestbed } from '../../support/dns-testbed.js';
import { ALL, HONEST, ioIn, networkIn, settingsOf, tracingIn } from './bed.js';

let bed: DnsTestbed;
beforeAll(async () => {
  bed = await startDnsTestbed();
});
afterAll(async () => {
  await bed.stop();
});

const networkWith = (ca: readonly string[], hosts?: Readonly<Record<string, string>>): Network =>
  networkIn(bed, ca, hosts);
const ioWith = (names: readonly ResolverName[], network?: Network): ProbeIo => ioIn(bed, names, network);
const tracing = (names: readonly ResolverName[]): ProbeIo => tracingIn(bed, names);

async function look(name: string, names: readonly ResolverName[] = ALL, io = ioWith(names)): Promise<DnsEvidence> {
  return await dns.probe(settingsOf(name), io);
}

function verdicts(evidence: DnsEvidence, type: 'A' | 'AAAA'): Record<string, VerdictId> {
  const rows = judgeAnswers(evidence, [], settingsOf(evidence.name)).filter(({ answer }) => answer.type === type);
  return Object.fromEntries(rows.map(({ answer, judgement }) => [answer.resolver.name, judgement.verdict]));
}

function codes(evidence: DnsEvidence, accepted: readonly DnsEvidence[] = []): string[] {
  const settings = settingsOf(evidence.name);
  return dns.comparers
    .flatMap((one) => one.compare(evidence, accepted, settings).map(({ code, severity }) => `${code} ${severity}`))
    .sort();
}

const GENUINE: Readonly<Record<string, VerdictId>> = {
  dot: 'CONSISTENT_IP',
  doh: 'CONSISTENT_IP',
  plain: 'CONSISTENT_IP',
  'plain-tcp': 'CONSISTENT_IP',
  poisoned: 'CONSISTENT_IP',
  liar: 'CONSISTENT_IP',
  portal: 'REDIRECT_BOGON',
  'on-path': 'CONSISTENT_IP',
  'in-path': 'CONSISTENT_IP',
  dead: 'UNMEASURABLE',
};

describe.concurrent('every resolver and path', () => {
  test.each<[string, Readonly<Record<string, VerdictId>>]>([
    ['www.signed.test', { liar: 'REDIRECT_BOGON', 'on-path': 'INJECTION_ONPATH', 'in-path': 'REDIRECT_BOGON' }],
    ['www.unsigned.test', { liar: 'REDIRECT' }],
    ['www.hijack.test', { poisoned: 'REDIRECT' }],
    ['www.rsa.test', { liar: 'BLOCK_NX' }],
    ['www.ed.test', {}],
    ['alias.unsigned.test', {}],
    ['anything.w.ed.test', {}],
  ])('answers for %s get their verdict', async (name, lies) => {
    expect(verdicts(await look(name), 'A')).toEqual({ ...GENUINE, ...lies });
  });

  test('are kept with the autonomous system of each address they gave, where it is known', async () => {
    const names = ['dot', 'liar'] as const;
    const asnOf = (address: string): number | null => (address.startsWith('127.') ? 64_500 : null);
    const { asns, answers } = await look('www.signed.test', names, { ...ioWith(names), asnOf });
    expect(answers.flatMap(({ replies }) => replies.flatMap(({ addresses }) => addresses))).toContain('10.10.34.35');
    expect(asns).toEqual({ '127.0.80.10': 64_500, '127.0.80.11': 64_500 });
    expect(await look('www.signed.test', names)).not.toHaveProperty('asns');
  });

  test('leave out IPv6 without being called liars', async () => {
    const seen = verdicts(await look('www.signed.test'), 'AAAA');
    const { dead, portal, ...working } = seen;
    // The portal refuses whatever it has no address for, the root included.
    expect([dead, portal]).toEqual(['UNMEASURABLE', 'UNMEASURABLE']);
    expect(new Set(Object.values(working))).toEqual(new Set(['CONSISTENT_IP']));
  });

  test('that denies a name which exists nowhere is believed, and the portal is not', async () => {
    expect(verdicts(await look('nope.signed.test', ['dot', 'plain', 'portal']), 'A')).toEqual({
      dot: 'CONSISTENT_IP',
      plain: 'CONSISTENT_IP',
      portal: 'NX_REWRITE',
    });
  });
});

describe('the authority, traced beside,', () => {
  test('leaves nothing to be said against a healthy site, captured and looked at again', async () => {
    const io = tracing(HONEST);
    const approved = dns.combine([await look('www.signed.test', HONEST, io)]);
    expect(approved.authority).toMatchObject({
      traces: [],
      settled: { addresses: ['127.0.80.10', '127.0.80.11', '::1'] },
    });
    expect(codes(await look('www.signed.test', HONEST, tracing(HONEST)), [approved])).toEqual([]);
  });

  test('what proved itself in one look is known to the next', async () => {
    const io = tracing(['dot', 'plain']);
    expect(await look('www.unsigned.test', [], io)).not.toHaveProperty('recent');
    const { recent = [] } = await look('www.unsigned.test', [], io);
    expect(recent.length).toBeGreaterThan(0);
    expect(await look('www.unsigned.test', [], tracing(['dot']))).not.toHaveProperty('recent');
  });

  test('that nobody can reach is never held against anybody', async () => {
    const away = { ...tracing(HONEST), authority: { roots: ['192.0.2.53'], port: 5300, anchors: [] } };
    const seen = await look('www.signed.test', HONEST, away);
    expect(authorityOf(seen)).toBeNull();
    expect(codes(seen)).toEqual([]);
    const wrong = { ...tracing(HONEST), authority: { roots: [], port: 5300, anchors: ['1 8 2 AB'] } };
    await expect(look('www.signed.test', HONEST, wrong)).rejects.toMatchObject({
      failure: { blame: 'monitor', code: 'bad-trust-anchors' },
    });
  });
});

describe.concurrent('a site', () => {
  test('whose resolvers are all honest gives no finding against its own baseline', async () => {
    const approved = dns.combine([await look('www.signed.test', HONEST)]);
    expect(codes(await look('www.signed.test', HONEST), [approved])).toEqual([]);
  });

  test('with a dead resolver and a liar is told of the liar, the dead one is a notice', async () => {
    expect(codes(await look('www.signed.test', ['dot', 'plain', 'liar', 'dead']))).toEqual([
      'dns/redirect-bogon critical',
      'dns/resolver-failing notice',
    ]);
  });

  test('shows the page its victims are sent to, and no dial ever left this machine', async () => {
    const seen = await look('www.hijack.test', ['dot', 'poisoned', 'portal']);
    const [victim] = seen.victims.filter((page) => page.status !== null);
    expect(victim).toMatchObject({ address: '127.0.80.66', title: 'HACKED BY X' });
    const redirect = judgeAnswers(seen, [], settingsOf(seen.name)).find(
      (row) => row.answer.resolver.name === 'poisoned',
    );
    expect(redirect?.judgement).toMatchObject({ verdict: 'REDIRECT', confidence: 0.99 });
    const outside = seen.tls.find((at) => at.address === '203.0.113.99');
    expect(outside?.failure?.code).toBe('blocked-address');
  });

  test('whose signatures have expired cannot be resolved, and the references say why', async () => {
    const seen = await look('www.expired.test', ['dot', 'doh']);
    expect(codes(seen)).toContain('dns/no-address critical');
    expect(seen.answers.some((answer) => answer.replies.some((reply) => reply.errors.length > 0))).toBe(true);
  });

  test('is not accused when somebody intercepts the way to the references', async () => {
    const foreign = readFileSync(join(bed.folder, 'certs/mitm-ca.pem'), 'utf8');
    const seen = await look('www.signed.test', [], ioWith(['dot', 'doh', 'plain'], networkWith([foreign])));
    expect(codes(seen).every((code) => code.endsWith('notice'))).toBe(true);
    expect(dns.failures(seen)).toMatchObject([{ blame: 'resolver', code: 'resolvers-unusable' }]);
  });

  test('that is signed is verified all the same when somebody does', async () => {
    const foreign = readFileSync(join(bed.folder, 'certs/mitm-ca.pem'), 'utf8');
    const names = ['dot', 'doh', 'plain'] as const;
    const io = { ...tracing(names), network: networkWith([foreign]) };
    const seen = await look('www.signed.test', names, io);
    expect(dns.failures(seen)).toEqual([]);
    expect(verdicts(seen, 'A')).toMatchObject({ dot: 'PATH_INTERCEPTED', plain: 'CONSISTENT_SECURE' });
    const unsigned = await look('www.unsigned.test', names, { ...io, signal: AbortSignal.timeout(20_000) });
    expect(dns.failures(unsigned)).toMatchObject([{ code: 'resolvers-unusable' }]);
  });

  test('keeps every datagram of the race as evidence', async () => {
    const seen = await look('www.signed.test', ['dot', 'onpath']);
    const raced = seen.answers.find(
      (one) => one.asked === 'name' && one.type === 'A' && one.resolver.name === 'on-path',
    );
    expect(raced?.replies.map((reply) => reply.addresses)).toEqual([
      ['203.0.113.77'],
      expect.arrayContaining(['127.0.80.10', '127.0.80.11']),
    ]);
    const names = dns.exhibit(seen, [], settingsOf(seen.name)).members.map(({ name }) => name);
    expect(names.filter((name) => name.includes('on-path-name-A-'))).toHaveLength(2);
  });
});

describe('while the delegation is hijacked at the registrar', () => {
  const settings = settingsOf('www.hijack.test');
  const NAMES = [...HONEST, 'poisoned'] as const;
  let approved: DnsEvidence;
  let seen: DnsEvidence;
  let verdict: Verdict;
  let looks: number;
  beforeAll(async () => {
    approved = dns.combine([await look('www.hijack.test', HONEST, tracing(HONEST))]);
    await bed.scenario('hijack');
    seen = await look('www.hijack.test', NAMES, tracing(NAMES));
    const made = adHocSite('https://www.hijack.test:8443/', CHECKS);
    const target = 'site' in made ? made.site.targets.find(({ kind }) => kind === 'dns') : undefined;
    if (!target) throw new Error('The watchlist gives the site no DNS check.');
    const entry = { version: 1, evidence: approved, at: 0, by: 'test', note: '' };
    const baseline = { targetId: target.id, accepted: [entry] };
    const observatory = {
      vantages: [localVantage(tracing(NAMES))] as const,
      now: Date.now,
      pause: async () => undefined,
    };
    const inspected = await inspect(target, { baseline, findings: [] }, observatory, AbortSignal.timeout(60_000));
    ({ verdict, looks } = inspected);
    await bed.scenario('restore');
  });

  test('what was approved is the delegation with its proven keys', () => {
    expect(approved.domain?.cuts).toMatchObject([
      {
        ...{ zone: 'hijack.test', parent: 'test', status: 'SECURE', child: ['ns1.hijack.test'] },
        voices: [{ nameservers: ['ns1.hijack.test'], glue: ['ns1.hijack.test 127.0.53.3'], servers: 1 }],
        ds: [expect.stringMatching(/^\d+ 13 2 [0-9a-f]{64}$/u)],
        signers: [expect.stringMatching(/^257 13 \d+ [0-9a-f]{64}$/u)],
      },
    ]);
    expect(approved.domain).toMatchObject({ mx: ['mail.hijack.test'], caa: ['0 issue "letsencrypt.org"'] });
  });

  test('the score calls somebody within two rounds, and the domain is what is named', () => {
    const assessment = assess(seen, [approved], settings);
    expect(assessment?.parts.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['defaced', 'glue-moved', 'ds-removed', 'key-unknown']),
    );
    expect(assessment?.score).toBeGreaterThanOrEqual(80);
    expect(looks).toBeLessThanOrEqual(2);
    expect(verdict).toMatchObject({ state: 'altered', severity: 'critical', diagnosis: 'delegation-hijacked' });
    const critical = verdict.findings.filter(({ severity }) => severity === 'critical');
    expect(critical.map(({ code }) => code)).toEqual(['dns/delegation-hijacked']);
    expect(verdict.summary).toContain('the servers of test now send everybody to ns1.hijack.test at 127.0.53.66');
  });

  test('no honest resolver is accused, whether it gives the old address or the new one', () => {
    expect(authorityOf(seen)?.addresses).toContain('127.0.80.66');
    const rows = judgeAnswers(seen, [approved], settings);
    // The one that asks the new servers is not to blame for what they say; neither does that become the truth.
    const follower = rows.find(({ answer }) => answer.resolver.name === 'poisoned' && answer.type === 'A');
    expect(follower?.judgement).toMatchObject({ verdict: 'AUTHORITY_HIJACKED' });
    const honest = rows.filter(({ answer }) => answer.resolver.name !== 'poisoned');
    expect(honest.filter(({ judgement }) => !judgement.verdict.startsWith('CONSISTENT'))).toEqual([]);
    expect(codes(seen, [approved]).some((code) => code.startsWith('dns/redirect'))).toBe(false);
  });

  test('a ticket that expects just this makes it no alarm, and only while its window is open', () => {
    const planned = { addresses: ['127.0.53.66', '127.0.80.66'], ds: [] };
    const at = seen.at ?? 0;
    const ticketed = (from: number, to: number) => ({
      ...settings,
      changes: [{ id: 'CHG-7', from, to, expect: planned }],
    });
    const graveOf = (changes: DnsSettings): string[] =>
      dns.comparers
        .flatMap((one) => one.compare(seen, [approved], changes))
        .filter(({ severity }) => severity !== 'notice')
        .map(({ code }) => code);
    expect(graveOf(ticketed(at - 1, at + 1))).toEqual([]);
    expect(assess(seen, [approved], ticketed(at - 1, at + 1))?.score).toBe(0);
    expect(graveOf(ticketed(at + 1, at + 2))).toContain('dns/delegation-hijacked');
    expect(graveOf(ticketed(at - 1, at))).toContain('dns/delegation-hijacked');
  });
});

describe('the name servers', () => {
  test('of the domain are part of the evidence', async () => {
    const seen = await look('www.signed.test', ['dot', 'plain']);
    const zone = seen.answers.filter((one) => one.asked === 'zone');
    const records = zone.map(({ resolver, type, replies }) => [resolver.name, type, ...(replies[0]?.records ?? [])]);
    expect(records).toEqual([
      ['dot', 'NS', 'ns1.signed.test'],
      ['dot', 'SOA', 'ns1.signed.test hostmaster.invalid 1'],
      ['dot', 'MX', '10 mail.signed.test'],
      ['dot', 'CAA', '0 issue "letsencrypt.org"'],
      ['plain', 'NS', 'ns1.signed.test'],
    ]);
  });
});

describe('the lookup', () => {
  test('by DoT and DoH finds the addresses pages are fetched from', async () => {
    const addresses = await networkWith([bed.ca]).resolve('www.signed.test');
    expect([...addresses].sort()).toEqual(['127.0.80.10', '127.0.80.11', '::1']);
    expect(addresses.at(-1)).toBe('::1');
  });
});

describe('the TLS check', () => {
  const site = { name: 'www.signed.test', port: 8443, content: 'living' } as const;
  const at = (address: string): Network => networkWith([bed.ca], { 'www.signed.test': address });

  test('finds the honest server as it was approved', async () => {
    const approved = await tls.probe(site, ioWith([], at('127.0.80.10')));
    const now = await tls.probe(site, ioWith([], at('127.0.80.11')));
    expect(tls.comparers.flatMap((one) => one.compare(now, [approved], site))).toEqual([]);
  });

  test('finds the impostor with the certificate of another authority', async () => {
    const approved = await tls.probe(site, ioWith([], at('127.0.80.10')));
    const now = await tls.probe(site, ioWith([], at('127.0.80.66')));
    const [finding] = tls.comparers.flatMap((one) => one.compare(now, [approved], site));
    expect(finding).toMatchObject({ code: 'tls/untrusted', severity: 'critical', diagnosis: 'tls-intercepted' });
    expect(finding?.actual).toContain('State MITM CA');
  });

  test('looks at every address the references give', async () => {
    const seen = await tls.probe(site, ioWith([], networkWith([bed.ca])));
    expect(seen.shown.map(({ address }) => address).sort()).toEqual(['127.0.80.10', '127.0.80.11']);
    expect(seen.failed).toMatchObject([{ address: '::1', failure: { code: 'blocked-address' } }]);
  });
});
