import { describe, expect, test } from 'vitest';
import { type Explained, explain } from '../../../../src/checks/dns/dnssec/explanation.js';
import { type ReasonCode, reason, type Status } from '../../../../src/checks/dns/dnssec/status.js';

const root = {
  zone: '.',
  status: 'SECURE',
  reasons: [reason('. DNSKEY', 'SECURE', 'trust-anchor', 'signed by key 1')],
} as const;

function ending(status: Status, code: ReasonCode, text: string): Explained {
  const org = { zone: 'org', status, reasons: [reason('org DNSKEY', status, code, text)] };
  const leg = { name: 'www.org', zone: 'org', status, reasons: [], replies: [{ server: 'a.org', status }] };
  return { status, zones: [root, org], legs: [leg] };
}

function shown(explained: Explained): string[] {
  return explain(explained).map(({ depth, status, text }) => `${'  '.repeat(depth)}${status ?? '-'} ${text}`);
}

describe('an explanation', () => {
  test('goes down the tree and ends with what it comes to', () => {
    expect(shown(ending('SECURE', 'keys-match', 'signed by key 2, which the DS record names'))).toEqual([
      'SECURE the root zone',
      '  SECURE . DNSKEY: signed by key 1',
      '  SECURE zone org',
      '    SECURE org DNSKEY: signed by key 2, which the DS record names',
      '    SECURE www.org',
      expect.stringMatching(/^SECURE an unbroken chain/u),
    ]);
  });

  test('of a break says what it is usually due to', () => {
    const lines = shown(ending('BOGUS', 'signature-expired', 'has a signature that expired'));
    expect(lines.at(-2)).toMatch(/^BOGUS a signature that must be there/u);
    expect(lines.at(-1)).toMatch(/^ {2}- .*forgot to sign again/u);
  });

  test('names the servers whose answers are worse than the rest', () => {
    const good = ending('SECURE', 'keys-match', 'signed');
    const [leg] = good.legs;
    if (!leg) throw new Error('no leg');
    const replies = [...leg.replies, { server: 'b.org (192.0.2.2)', status: 'BOGUS' as const }];
    expect(shown({ ...good, legs: [{ ...leg, replies }] })).toContain(
      '      BOGUS but the answer of b.org (192.0.2.2) is BOGUS',
    );
  });
});
