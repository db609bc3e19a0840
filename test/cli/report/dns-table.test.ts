import { describe, expect, test } from 'vitest';
import type { DnsLine, DnsReport } from '../../../src/cli/report/dns-report.js';
import { dnsTable } from '../../../src/cli/report/dns-table.js';
import { widthOf } from '../../../src/cli/report/text.js';

const SCREEN = { width: 110, color: false };

function line(resolver: string, more: Partial<DnsLine> = {}): DnsLine {
  const judgement = { verdict: 'CONSISTENT_IP', confidence: 0.99, says: '', why: 'the same', address: null } as const;
  return {
    ...{ resolver, transport: 'udp', role: 'witness', network: null, type: 'A', judgement, answers: ['192.0.2.1'] },
    ...{ cnames: [], rcode: 'NOERROR', errors: [], server: null, rttMs: 5, ...more },
  };
}

function table(name: string, lines: readonly DnsLine[]): string[] {
  const truth = { known: true, addresses: ['192.0.2.1'], records: [], cnames: [], nameservers: [], sources: ['dot'] };
  const report: DnsReport = {
    ...{ name, startedAt: 0, tookMs: 5, truth, lines, asns: new Map(), brokenSigning: null, signed: null },
    ...{ onTheWay: [], rewriters: [], identities: new Map() },
  };
  return dnsTable(report, SCREEN).split('\n');
}

describe('the table of resolvers', () => {
  test.each([
    ['Persian', 'xn--mgbug7c06b.test', 'فارسی.test'],
    ['Arabic', 'xn--4gbrim.test', 'موقع.test'],
    ['German', 'xn--mnchen-3ya.test', 'münchen.test'],
  ])('names a site as it is asked for and as its readers write it: %s', (language, name, written) => {
    const [, head = ''] = table(name, [line('dot')]);
    expect(head).toContain(`✓ ${name} (`);
    expect(head).toContain(written);
    // What runs from right to left stays inside marks that keep it from the line around it.
    expect(/[\u2068].*[\u2069]/u.test(head)).toBe(language !== 'German');
  });

  test('keeps its columns whatever script the answers are in', () => {
    const rows = table('www.example.org', [
      line('dot', { type: 'TXT', answers: ['"پیام"'] }),
      line('a-much-longer-name', { type: 'TXT', answers: ['"消息"', '"message"'], rttMs: 1_250 }),
      line('x', { type: 'TXT', answers: ['"رسالة"', '"١٢٣"'] }),
    ]).filter((row) => row.includes('CONSISTENT_IP'));
    const starts = rows.map((row) => widthOf(row.slice(0, row.indexOf('"'))));
    expect(rows).toHaveLength(3);
    expect(new Set(starts).size).toBe(1);
    for (const row of rows.filter((one) => /\p{Script=Arabic}/u.test(one))) expect(row).toMatch(/\u2068.*\u2069$/u);
  });

  test('says once why where the reason is the resolver and not the answer', () => {
    const cut = {
      role: 'reference',
      answers: [],
      rcode: null,
      judgement: { verdict: 'PATH_INTERCEPTED', confidence: 0.9, says: '', why: 'path intercepted: x', address: null },
    } as const;
    const lies = {
      judgement: { verdict: 'BLOCK_NX', confidence: 0.8, says: '', why: 'says the name does not exist', address: null },
    } as const;
    const rows = table('www.example.org', [
      line('doh', cut),
      line('doh', { ...cut, type: 'AAAA' }),
      line('dot', cut),
      line('isp', lies),
      line('isp', { ...lies, type: 'AAAA' }),
    ]);
    expect(rows.filter((row) => row.includes('path intercepted: x'))).toHaveLength(2);
    expect(rows.filter((row) => row.includes('says the name does not exist'))).toHaveLength(2);
    expect(rows.filter((row) => row.includes('PATH_INTERCEPTED'))).toHaveLength(3);
  });

  test('says that a path is intercepted where nothing else is wrong', () => {
    const judgement = { verdict: 'PATH_INTERCEPTED', confidence: 0.9, says: '', why: 'x', address: null } as const;
    expect(table('www.example.org', [line('isp'), line('doh', { judgement })])[1]).toContain(
      '⚠ www.example.org  the way to a resolver is intercepted',
    );
  });
});
