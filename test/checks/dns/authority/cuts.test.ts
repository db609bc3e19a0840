/** Delegations as a trace saw them: who says what, and what is only left out. */
import { describe, expect, test } from 'vitest';
import { cutsOf } from '../../../../src/checks/dns/authority/cuts.js';
import type { Cut } from '../../../../src/checks/dns/authority/facts.js';
import { validateTrace } from '../../../../src/checks/dns/trace/validation.js';
import { soa, T } from '../dnssec/signer.js';
import { address, ns, refer, type Server, Universe } from '../trace/universe.js';

const NOW = Date.parse('2026-07-17T18:00:00Z');
const [ROOT, ORG_A, ORG_B, ORG_C, WEB] = [
  '198.51.100.1',
  '198.51.100.2',
  '198.51.100.3',
  '198.51.100.4',
  '198.51.100.9',
];

const referring = (server: string): Server => {
  return ({ name }) =>
    name.endsWith('example.org') ? refer('example.org', [server], [[server, WEB]]) : { authority: [soa('org')] };
};
const web: Server = ({ name, type }) => {
  if (type === T.NS) return { answer: ns('example.org', 'ns.example.org') };
  return type === T.A ? { answer: [address(name, '192.0.2.7')] } : { authority: [soa('example.org')] };
};

async function cuts(status?: Cut['status']): Promise<Cut[]> {
  const names = ['a.org', 'b.org', 'c.org'];
  const glue = [
    ['a.org', ORG_A],
    ['b.org', ORG_B],
    ['c.org', ORG_C],
  ] as const;
  const servers = {
    [ROOT]: () => refer('org', names, glue),
    [ORG_A]: referring('ns.example.org'),
    [ORG_B]: referring('ns.evil.example.org'),
    [ORG_C]: referring('ns.example.org'),
    [WEB]: web,
  };
  const trace = await new Universe(servers).trace('www.example.org');
  const validation = validateTrace(trace, [], NOW);
  const zones = validation.zones.map((zone) =>
    status === undefined ? zone : { ...zone, trust: { status, reasons: [], keys: null } as typeof zone.trust },
  );
  return cutsOf(trace, { ...validation, zones }, 'example.org', NOW);
}

describe('a delegation', () => {
  test('is kept from the registrable domain down, with how many of the parent’s servers say what', async () => {
    expect(await cuts()).toMatchObject([
      {
        zone: 'example.org',
        parent: 'org',
        voices: [
          { nameservers: ['ns.example.org'], glue: [`ns.example.org ${WEB}`], servers: 2 },
          { nameservers: ['ns.evil.example.org'], glue: [`ns.evil.example.org ${WEB}`], servers: 1 },
        ],
        child: ['ns.example.org'],
        keys: [],
        signers: [],
      },
    ]);
  });

  test.each<[Cut['status'], readonly string[] | null]>([
    ['INSECURE', []],
    ['BOGUS', null],
    ['INDETERMINATE', null],
  ])('without DS that is %s says so only by proof', async (status, ds) => {
    expect((await cuts(status))[0]?.ds).toEqual(ds);
  });
});
