/** The built `check` and `dns` among real resolvers: honest, lying, poisoned, portals, injectors on the path, dead ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Resolver } from '../../src/checks/check.js';
import type { CheckReport } from '../../src/cli/report/check-json.js';
import { dnsReportSchema } from '../../src/cli/report/dns-json.js';
import { type DnsTestbed, type ResolverName, startDnsTestbed } from '../support/dns-testbed.js';
import { type Finished, newWorkplace, type Workplace } from '../support/siteward.js';

const HONEST: readonly ResolverName[] = ['dot', 'doh', 'plain', 'plainTcp'];
const ALL: readonly ResolverName[] = [...HONEST, 'poisoned', 'liar', 'portal', 'onpath', 'inpath', 'dead'];

let bed: DnsTestbed;
let place: Workplace;
beforeAll(async () => {
  bed = await startDnsTestbed();
  place = newWorkplace();
  ask(HONEST);
  place.watchlist(`defaults: { confirm_after: 0s, content: frozen }
sites:
  - { id: signed, url: "https://www.signed.test:8443/" }
  - { id: hijacked, url: "https://www.hijack.test:8443/" }
  - { id: unsigned, url: "https://www.unsigned.test:8443/", checks: [dns] }
`);
});
afterAll(async () => {
  await bed.stop();
  await place.remove();
});

function ask(names: readonly ResolverName[]): void {
  const resolvers = names.map((name) => {
    const resolver = bed.resolver[name];
    return `    - { name: ${resolver.name}, address: "${addressOf(resolver)}", role: ${resolver.role} }`;
  });
  place.settings(`network:
  only: [127.0.0.0/8]
  ca: [${join(bed.folder, 'certs/ca.pem')}]
dns:
  resolvers:
${resolvers.join('\n')}
`);
}

function addressOf({ transport, address, port, serverName, path }: Resolver): string {
  if (transport === 'tls') return `tls://${address}:${port}#${serverName}`;
  return transport === 'https'
    ? `https://${serverName}:${port}${path}@${address}`
    : `${transport}://${address}:${port}`;
}

const manifestSchema = z.object({
  pictures: z.array(z.object({ label: z.string(), caption: z.string() })),
  resolvers: z.array(z.object({ resolver: z.string(), type: z.string(), verdict: z.string() })),
});

describe('among honest resolvers', () => {
  test('a site is captured, approved and intact, page, DNS and TLS: exit code 0', async () => {
    const captured = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
    expect(captured.code, captured.stdout).toBe(0);
    const { code, stdout, report } = await place.check();
    expect(code, stdout).toBe(0);
    expect(report.sites.map(({ checks }) => checks.map(({ kind }) => kind))).toEqual([
      ['page', 'dns', 'tls'],
      ['page', 'dns', 'tls'],
      ['dns'],
    ]);
  });

  test('dns NAME says so in the document the contract promises', async () => {
    const { code, stdout } = await place.siteward('--json', 'dns', 'www.signed.test');
    expect(code).toBe(0);
    const document = dnsReportSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ schema: 'siteward/dns/1', name: 'www.signed.test', truth: { known: true } });
    expect(document.truth.addresses).toEqual(expect.arrayContaining(['127.0.80.10', '127.0.80.11']));
    expect(document.resolvers.map(({ name, transport, role, verdict }) => [name, transport, role, verdict])).toEqual([
      ['dot', 'tls', 'reference', 'CONSISTENT_IP'],
      ['doh', 'https', 'reference', 'CONSISTENT_IP'],
      ['plain', 'udp', 'witness', 'CONSISTENT_IP'],
      ['plain-tcp', 'tcp', 'witness', 'CONSISTENT_IP'],
    ]);
    for (const { confidence, answers, rcode, rtt } of document.resolvers) {
      expect([confidence > 0.9, answers.length > 0, rcode, typeof rtt]).toEqual([true, true, 'NOERROR', 'number']);
    }
  });
});

describe('among liars', () => {
  let red: Finished & { readonly report: CheckReport };
  let html: string;
  beforeAll(async () => {
    ask(ALL);
    red = await place.check('--html', 'report.html');
    html = readFileSync(place.path('report.html'), 'utf8');
  });

  test.each(['signed', 'hijacked', 'unsigned'])(
    '%s is redirected by DNS while page and certificate are genuine',
    (id) => {
      const site = red.report.sites.find((candidate) => candidate.id === id);
      expect([site?.state, site?.severity, site?.diagnosis], site?.summary).toEqual([
        'altered',
        'critical',
        'dns-redirected',
      ]);
      expect(site?.checks.filter(({ kind }) => kind !== 'dns').every(({ state }) => state === 'intact')).toBe(true);
      expect(red.code).toBe(2);
    },
  );

  test.each([
    ['signed', { liar: 'REDIRECT_BOGON', 'on-path': 'INJECTION_ONPATH', 'in-path': 'REDIRECT_BOGON' }],
    ['hijacked', { poisoned: 'REDIRECT' }],
    ['unsigned', { liar: 'REDIRECT' }],
  ])('the evidence of %s names every resolver and what it did', (id, lies) => {
    const { resolvers } = evidenceOf(id);
    const verdicts = Object.fromEntries(
      resolvers.filter(({ type }) => type === 'A').map(({ resolver, verdict }) => [resolver, verdict]),
    );
    expect(verdicts).toEqual({
      ...Object.fromEntries(ALL.map((name) => [bed.resolver[name].name, 'CONSISTENT_IP'])),
      portal: 'REDIRECT_BOGON',
      dead: 'UNMEASURABLE',
      ...lies,
    });
    for (const verdict of Object.values(lies)) expect(html).toContain(verdict);
  });

  test('the page the victims are sent to was photographed', () => {
    const victims = evidenceOf('hijacked').pictures.filter(({ label }) => label === 'victim');
    expect(victims.map(({ caption }) => caption)).toEqual([expect.stringContaining('127.0.80.66')]);
    const site = red.report.sites[1];
    expect(site?.summary).toMatch(/to 127\.0\.80\.66, which serves a defacement and cannot prove that it is /);
    expect(site?.findings.map(({ actual }) => actual)).toContainEqual(expect.stringContaining('State MITM CA'));
  });

  test('the raw messages are kept', () => {
    const names = readdirSync(folderOf('signed'), { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /^dns\/.*liar.*\.bin$/.test(name)).length).toBeGreaterThan(0);
  });

  test('dns NAME shows the table to a person and exits with 2', async () => {
    const { code, stdout } = await place.siteward('dns', 'www.signed.test', '--type', 'A');
    expect(code).toBe(2);
    expect(stdout).toMatch(/liar +udp +witness .*REDIRECT_BOGON.* 10\.10\.34\.35/);
  });

  test('as soon as they are honest again so is the verdict', async () => {
    ask(HONEST);
    expect((await place.check()).code).toBe(0);
  });

  function folderOf(id: string): string {
    return place.path(red.report.sites.find((site) => site.id === id)?.evidence ?? '');
  }

  function evidenceOf(id: string): z.infer<typeof manifestSchema> {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folderOf(id), 'manifest.json'), 'utf8')));
  }
});
