import { describe, expect, test } from 'vitest';
import { validateTrace } from '../../../src/checks/dns/trace/validation.js';
import { type AuthorityReport, authorityReport, withAuthority } from '../../../src/cli/report/dns-authority.js';
import {
  dnssecEntry,
  dnssecEntrySchema,
  traceEntry,
  traceEntrySchema,
} from '../../../src/cli/report/dns-authority-json.js';
import { dnssecView } from '../../../src/cli/report/dns-dnssec.js';
import { traceView } from '../../../src/cli/report/dns-trace.js';
import { NOW, rr, soa, T } from '../../checks/dns/dnssec/signer.js';
import { address, cname, ns, refer, type Server, Universe } from '../../checks/dns/trace/universe.js';

const ROOT = '198.51.100.1';
const FIRST = '198.51.100.2';
const SECOND = '198.51.100.3';
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\r\n\u202Egnp.exe';

const root: Server = () =>
  refer(
    'org',
    ['a.org', `${HOSTILE}.org`],
    [
      ['a.org', FIRST],
      [`${HOSTILE}.org`, SECOND],
    ],
  );

function texts(count: number) {
  const bytes = [...Buffer.from(HOSTILE)];
  return Array.from({ length: count }, (_, at) => rr('www.org', T.TXT, [bytes.length + 1, ...bytes, at % 256]));
}

const answering =
  (count: number): Server =>
  ({ type, name }) => {
    if (type === T.NS) return { answer: ns(name, 'a.org', 'b.org') };
    if (type === T.TXT) return { answer: texts(count) };
    return { authority: [soa('org')] };
  };

async function seen(servers: Readonly<Record<string, Server>>, type: number): Promise<AuthorityReport> {
  const trace = await new Universe({ [ROOT]: root, ...servers }).trace('www.org', type);
  return authorityReport(trace, validateTrace(trace, [], NOW * 1000), 12);
}

const SCREEN = { width: 100, color: false };

describe('the views of a trace', () => {
  test('are harmless on a terminal whatever records and names hold, and bounded', async () => {
    const report = await seen({ [FIRST]: answering(400), [SECOND]: answering(400) }, T.TXT);
    for (const text of [traceView(report, SCREEN), dnssecView(report, SCREEN)]) {
      expect(text).not.toMatch(/(?!\n)\p{Cc}|[\u202A-\u202E\u2066\u2067]/u);
      expect(text.split('\n').length).toBeLessThan(60);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    }
    expect(traceView(report, SCREEN)).toContain('and 392 more');
    expect(traceView(report, SCREEN)).toContain('\\027[2j');
  });

  test('name the servers that fell silent, and those parent and zone do not agree about', async () => {
    const report = await seen({ [FIRST]: answering(1) }, T.TXT);
    const text = traceView(report, SCREEN);
    expect(text).toMatch(/\(198\.51\.100\.3\) .*\n +The server did not answer\./u);
    expect(text).toContain('Where those who should agree do not:');
    expect(text).toMatch(/⚠ org: the parent says .*the zone says\s+a\.org, b\.org/su);
  });

  test('name a server that does not refer where another does', async () => {
    const world = new Universe({ [ROOT]: root, [FIRST]: answering(1) });
    const trace = await world.trace('www.org', T.TXT, undefined, [ROOT, '198.51.100.9']);
    const report = authorityReport(trace, validateTrace(trace, [], NOW * 1000), 12);
    expect(report.steps[0]?.servers.map(({ address: at, says }) => `${at} ${says}`)).toEqual([
      `${ROOT} referral`,
      '198.51.100.9 nothing',
    ]);
    expect(traceView(report, SCREEN)).toMatch(/198\.51\.100\.9 .*gave no referral to org/u);
  });

  test('tell an alias as a way of its own', async () => {
    const org: Server = ({ name, type }) => {
      if (type !== T.A) return { authority: [soa('org')] };
      return name === 'www.org' ? { answer: [cname('www.org', 'web.org')] } : { answer: [address(name, '192.0.2.7')] };
    };
    const report = await seen({ [FIRST]: org }, T.A);
    expect(report.steps.map(({ zone, asked }) => `${zone} ${asked}`)).toEqual([
      '. www.org',
      'org www.org',
      'org web.org',
    ]);
    const text = traceView(report, SCREEN);
    expect(text).toContain('answers www.org 300 CNAME web.org');
    expect(text).toContain('answers web.org 300 A 192.0.2.7');
  });

  test('wear colours only where they are wanted', async () => {
    const report = await seen({ [FIRST]: answering(1) }, T.TXT);
    expect(dnssecView(report, { width: 100, color: true })).toContain('\u001b[');
    expect(traceView(report, { width: 100, color: true })).toContain('\u001b[');
  });

  test('and the entries of the JSON document are of the schema', async () => {
    const report = await seen({ [FIRST]: answering(3) }, T.TXT);
    expect(traceEntrySchema.parse(traceEntry(report)).steps.at(-1)?.servers.length).toBe(2);
    expect(dnssecEntrySchema.parse(dnssecEntry(report)).status).toBe(report.status);
  });
});

test('what the authority shows counts in the exit code: BOGUS is the worst, hearing too little is not verified', () => {
  expect(withAuthority(0, [{ status: 'SECURE' }, { status: 'INSECURE' }])).toBe(0);
  expect(withAuthority(1, [{ status: 'INSECURE' }])).toBe(1);
  expect(withAuthority(0, [{ status: 'INDETERMINATE' }])).toBe(3);
  expect(withAuthority(2, [{ status: 'INDETERMINATE' }])).toBe(2);
  expect(withAuthority(3, [{ status: 'BOGUS' }])).toBe(2);
});
