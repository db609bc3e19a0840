import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Network, ProbeFailure } from '../../src/checks/check.js';
import { type DnsPlace, runDns } from '../../src/cli/dns.js';
import { dnsReportSchema } from '../../src/cli/report/dns-json.js';
import { UsageError } from '../../src/cli/workplace.js';
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

async function run(
  names: readonly string[],
  resolvers: readonly ResolverName[],
  terminal: Partial<DnsPlace['terminal']> = {},
  types: readonly string[] = [],
): Promise<{ exitCode: number; out: string; tookMs: number }> {
  const written: string[] = [];
  const network: Network = createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [bed.ca],
    capture: unused,
    lookup: unused,
    now: Date.now,
  });
  const startedAt = Date.now();
  const place: DnsPlace = {
    network,
    resolvers: resolvers.map((name) => bed.resolver[name]),
    config: { sites: [{ name: 'www.hijack.test', url: 'https://www.hijack.test:8443/' }] },
    terminal: { out: (text) => written.push(text), color: false, width: 120, json: false, ...terminal },
    observatory: { now: Date.now },
    signal: AbortSignal.timeout(20_000),
  };
  const exitCode = await runDns(names, { types }, place);
  return { exitCode, out: written.join(''), tookMs: Date.now() - startedAt };
}

describe('dns', () => {
  test('of a healthy name says so and exits with 0', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'doh', 'plain']);
    expect(exitCode).toBe(0);
    expect(out).toContain('every resolver gives a genuine answer');
    expect(out).toMatch(/doh +https +reference +AAAA +.*CONSISTENT_IP +99 % +::1/);
  });

  test('of a name somebody lies about shows who, what and why, and exits with 2', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['dot', 'plain', 'liar']);
    expect(exitCode).toBe(2);
    expect(out).toContain('1 resolver of 3');
    expect(out).toMatch(/liar +udp +witness +A +.*REDIRECT_BOGON +97 % +10\.10\.34\.35/);
    expect(out).toContain('no public site has an address of this kind');
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
    expect(document.truth).toMatchObject({ known: true, sources: ['dot'], nameservers: ['ns1.signed.test'] });
    expect(document.resolvers.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['dot', 'CONSISTENT_IP'],
      ['on-path', 'INJECTION_ONPATH'],
      ['dead', 'UNMEASURABLE'],
    ]);
    expect(exitCode).toBe(2);
  });

  test('without a reference that answers is not verified', async () => {
    const { exitCode, out } = await run(['www.signed.test'], ['plain', 'dead']);
    expect(exitCode).toBe(3);
    expect(out).toContain('nothing to compare with');
  });

  test('asks for the types it is told', async () => {
    const { exitCode, out } = await run(['signed.test'], ['dot', 'plain'], {}, ['mx', 'HTTPS', 'CAA']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('10 mail.signed.test')]);
    expect(out).toContain('10 mail.signed.test');
    expect(out).toContain('letsencrypt.org');
  });

  test('is refused for what is no name and no type', async () => {
    await expect(run(['a b'], ['dot'])).rejects.toThrow(UsageError);
    await expect(run(['192.0.2.1'], ['dot'])).rejects.toThrow(UsageError);
    await expect(run(['signed.test'], ['dot'], {}, ['AXFR'])).rejects.toThrow(/AXFR.*A, AAAA/);
  });

  test('takes a name in any script', async () => {
    const { out } = await run(['نمونه.test'], ['dot'], { json: true });
    expect(JSON.parse(out).name).toMatch(/^xn--[a-z0-9]+\.test$/);
  });
});
