/** Change tickets: read from a watchlist with the real checks, and what they expect in their window. */
import { describe, expect, test } from 'vitest';
import { openTickets, ticketFor, ticketsOf } from '../../src/checks/changes.js';
import { assess } from '../../src/checks/dns/authority/assessment.js';
import { dns } from '../../src/checks/dns/index.js';
import { CHECKS } from '../../src/checks/index.js';
import type { ShownCertificate, TlsEvidence } from '../../src/checks/tls/evidence.js';
import { tls } from '../../src/checks/tls/index.js';
import { parseConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problems.js';
import { NOTIFIERS } from '../../src/notify/index.js';
import { APPROVED, AT, cut, delegated, look, registration } from './dns/authority/sample.js';
import { answer, EVIL, reply, SETTINGS, tlsAt } from './dns/sample.js';

function load(watchlist: string) {
  return parseConfig({
    dir: 'config',
    settings: { path: 'settings.yaml', content: { text: '' } },
    watchlists: [{ path: 'watchlist.yaml', content: { text: watchlist } }],
    watchlist: 'required',
    checks: CHECKS,
    notifiers: NOTIFIERS,
    around: { cpus: 2, lookup: () => ({ text: 'x' }), readFile: () => ({ wrong: 'cannot be read' }) },
  });
}

const HEAD = `sites:
  - url: https://www.example.org/
    changes:
      - id: CHG-1
`;
const WINDOW = `        from: 2026-07-17T19:00:00+02:00
        to: 2026-07-17T21:00:00+02:00
`;

function wrong(rest: string): string[] {
  const result = load(HEAD + rest);
  return 'problems' in result ? result.problems.map(formatProblem) : [];
}

describe('a ticket in the watchlist', () => {
  test('reaches the DNS and the TLS check of its site, moments read with their offset', () => {
    const result = load(`${HEAD}${WINDOW}        expect: { nameservers: [NS1.New.Example.], ds: [] }\n`);
    const targets = 'config' in result ? (result.config.sites[0]?.targets ?? []) : [];
    const expected = [
      { id: 'CHG-1', from: AT - 3_600_000, to: AT + 3_600_000, expect: { nameservers: ['NS1.New.Example.'], ds: [] } },
    ];
    for (const kind of ['dns', 'tls']) {
      expect(targets.find((target) => target.kind === kind)?.settings).toMatchObject({ changes: expected });
    }
  });

  test.each([
    ['without a window', '        expect: { ds: [] }\n', 'watchlist.yaml:4:9: "from" is missing'],
    [
      'without an offset',
      '        from: 2026-07-17T19:00:00\n        to: 2026-07-17T21:00:00Z\n        expect: { ds: [] }\n',
      'watchlist.yaml:5:15: must be a moment with its offset',
    ],
    [
      'that ends before it begins',
      '        from: 2026-07-17T21:00:00Z\n        to: 2026-07-17T19:00:00Z\n        expect: { ds: [] }\n',
      'watchlist.yaml:6:13: must be later than "from"',
    ],
    ['that expects nothing', `${WINDOW}        expect: {}\n`, 'watchlist.yaml:7:17: must name what will change'],
    [
      'with a key nobody knows',
      `${WINDOW}        expect: { nameserver: [a.b] }\n`,
      'watchlist.yaml:7:19: unknown key "nameserver"; did you mean "nameservers"?',
    ],
    [
      'with half a DS record',
      `${WINDOW}        expect: { ds: ["1 2 3"] }\n`,
      'watchlist.yaml:7:24: must be a DS record',
    ],
    [
      'with a name for an address',
      `${WINDOW}        expect: { addresses: [a.b] }\n`,
      'watchlist.yaml:7:31: must be an IP address or a CIDR',
    ],
    [
      'with half a key',
      `${WINDOW}        expect: { spki: [abc] }\n`,
      'watchlist.yaml:7:26: must be the SHA-256 of a public key',
    ],
  ])('%s is told of at its place', (_what, text, says) => {
    expect(
      wrong(text).some((line) => line.startsWith(says)),
      wrong(text).join('\n'),
    ).toBe(true);
  });
});

describe('a window', () => {
  const tickets = ticketsOf({
    changes: [
      { id: 'A', from: '2026-07-17T17:00:00Z', to: '2026-07-17T19:00:00Z', expect: { addresses: ['203.0.113.0/24'] } },
    ],
  });
  test('is open from its begin until just before its end, and never at a time nobody knows', () => {
    const open = (at: string | null): number => openTickets(tickets, at === null ? null : Date.parse(at)).length;
    expect(
      ['2026-07-17T16:59:59Z', '2026-07-17T17:00:00Z', '2026-07-17T18:59:59Z', '2026-07-17T19:00:00Z', null].map(open),
    ).toEqual([0, 1, 1, 0, 0]);
  });

  test('expects what it names and nothing else', () => {
    expect(ticketFor(tickets, 'addresses', ['203.0.113.9'])?.id).toBe('A');
    expect(ticketFor(tickets, 'addresses', ['203.0.113.9', '198.51.100.1'])).toBeNull();
    expect(ticketFor(tickets, 'nameservers', ['ns1.example.net'])).toBeNull();
  });
});

const NEW = ['ns1.new.example', 'ns2.new.example'];
const ticketed = (expect: object, from = AT - 1, to = AT + 1) => {
  return { ...SETTINGS, changes: [{ id: 'CHG-1', from, to, expect }] };
};
const score = (seen: Parameters<typeof assess>[0], settings = SETTINGS): number =>
  assess(seen, [APPROVED], settings)?.score ?? -1;

describe('a certificate of another authority', () => {
  const shown = (issuer: string, spki: string) => ({
    address: '192.0.2.7',
    problem: null,
    protocol: 'TLSv1.3',
    chain: [
      {
        subject: 'CN=x',
        issuer,
        names: ['x'],
        serial: '1',
        notBefore: AT,
        notAfter: AT + 90 * 86_400_000,
        fingerprint: spki,
        spki,
        pem: '',
      },
    ] as [ShownCertificate],
  });
  const evidence = (issuer: string, spki: string): TlsEvidence => ({
    name: 'x',
    port: 443,
    at: AT,
    shown: [shown(issuer, spki)],
    failed: [],
  });
  const findings = (expect: object) => {
    const settings = { name: 'x', port: 443, content: 'living', changes: ticketed(expect).changes } as const;
    return tls.comparers.flatMap((one) =>
      one.compare(evidence('O=New CA, CN=1', 'new'), [evidence('O=Old CA, CN=1', 'old')], settings),
    );
  };

  test('is told of, unless a ticket expects the authority or the key', () => {
    expect(findings({ spki: ['other'] })).toMatchObject([{ code: 'tls/issuer-changed', severity: 'warning' }]);
    for (const expected of [{ issuers: ['new ca'] }, { spki: ['NEW'] }]) {
      const [finding] = findings(expected);
      expect(finding).toMatchObject({ code: 'tls/issuer-changed', severity: 'notice' });
      expect(finding?.summary).toContain('ticket CHG-1 expects it');
    }
  });
});

describe('inside its window', () => {
  const DS = '9 13 2 ff00000000000000000000';
  const moved = look(
    {
      cuts: [cut({ voices: [delegated(NEW)], child: NEW, ds: [], keys: [], signers: [], status: 'INSECURE' })],
      addresses: [EVIL],
    },
    { answers: [answer('ref1', 'A', [reply([EVIL])])], tls: [tlsAt(EVIL, null, 'new-key', 'O=New CA, CN=1')] },
  );
  const whole = { nameservers: NEW, ds: [], addresses: [EVIL], issuers: ['New CA'] };

  test('a whole move to another host counts nothing, and the message names the ticket', () => {
    expect(score(moved)).toBeGreaterThanOrEqual(80);
    expect(score(moved, ticketed(whole))).toBe(0);
    const told = dns.comparers.flatMap((one) => one.compare(moved, [APPROVED], ticketed(whole)));
    expect(told.filter(({ severity }) => severity !== 'notice')).toEqual([]);
    expect(told.find(({ code }) => code === 'dns/change-expected')?.summary).toContain('expected by ticket CHG-1');
  });

  test('what it does not name counts in full', () => {
    expect(score(moved, ticketed({ ...whole, ds: undefined }))).toBe(50);
    expect(score(moved, ticketed({ ...whole, nameservers: [NEW[0]] }))).toBe(60);
  });

  test.each<[string, Parameters<typeof look>, object]>([
    [
      'new DS records',
      [{ cuts: [cut({ ds: [DS], keys: ['257 13 9 x'], signers: ['257 13 9 x'] })] }],
      { ds: [DS.toUpperCase()] },
    ],
    ['new mail servers', [{ mx: ['mx.new.example'] }], { mx: ['MX.new.example'] }],
    [
      'another registrar',
      [{}, { registry: { registration: registration({ registrar: 'New Registrar, Inc. (77)' }), certificates: null } }],
      { registrar: 'new registrar inc' },
    ],
    [
      'glue in another network',
      [
        {
          cuts: [
            cut({ voices: [delegated(['ns1.example.org', 'ns2.example.org'], 4, ['ns1.example.org 185.11.12.13'])] }),
          ],
        },
      ],
      { addresses: ['185.11.12.0/24'] },
    ],
  ])('%s are expected', (_what, seen, expected) => {
    expect(score(look(...seen))).toBeGreaterThan(0);
    expect(score(look(...seen), ticketed(expected))).toBe(0);
  });

  test('before and after it everything counts', () => {
    expect(score(moved, ticketed(whole, AT + 1, AT + 2))).toBeGreaterThanOrEqual(80);
    expect(score(moved, ticketed(whole, AT - 2, AT))).toBeGreaterThanOrEqual(80);
  });
});
