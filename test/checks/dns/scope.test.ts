/** One box on the way is one witness, however many resolvers are asked through it. */
import { describe, expect, test } from 'vitest';
import type { Answer, DnsEvidence } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import { answer, BLOCK_PAGE, EVIL, evidence, GOOD, REFERENCES, reply, SETTINGS } from './sample.js';

interface Given {
  readonly name: string;
  readonly network?: string;
  readonly says: string;
  readonly transport?: Answer['resolver']['transport'];
}

function told(
  given: readonly Given[],
  references: readonly Answer[] = REFERENCES,
  accepted: readonly DnsEvidence[] = [],
) {
  const answers = given.map(({ name, network = null, says, transport = 'udp' }): Answer => {
    const made = answer(name, 'A', [reply([says])]);
    return { ...made, resolver: { ...made.resolver, network, transport } };
  });
  const seen = { ...evidence([]), answers: [...references, ...answers] };
  return dns.comparers
    .flatMap((one) => one.compare(seen, accepted, SETTINGS))
    .map(({ code, summary, where }) => ({ code, summary, where }));
}

const isp = { network: 'AS64501' } as const;
const other = { network: 'AS64502' } as const;

describe('resolvers that lie alike', () => {
  test('in one network are told of once, with all their names', () => {
    const found = told([
      { name: 'a', says: BLOCK_PAGE, ...isp },
      { name: 'b', says: BLOCK_PAGE, ...isp },
      { name: 'c', says: GOOD, ...other },
    ]);
    expect(found).toEqual([
      {
        code: 'dns/redirect-bogon',
        summary: expect.stringMatching(/^Resolver "a" sends .* So does "b", in the same network\.$/u),
        where: 'resolver a (udp, AS64501), A; resolver b (udp, AS64501), A',
      },
    ]);
  });

  test('in every network asked in the clear are the doing of one on the way', () => {
    const found = told([
      { name: 'a', says: BLOCK_PAGE, ...isp },
      { name: 'b', says: BLOCK_PAGE, ...other },
      { name: 'c', says: BLOCK_PAGE },
    ]);
    expect(found).toEqual([
      expect.objectContaining({ summary: expect.stringMatching(/So do "b", "c": every question asked in the clear/u) }),
    ]);
  });

  test.each<[string, readonly Given[], number]>([
    [
      'one of them is genuine',
      [
        { name: 'a', says: BLOCK_PAGE, ...isp },
        { name: 'b', says: BLOCK_PAGE, ...other },
        { name: 'c', says: GOOD },
      ],
      2,
    ],
    [
      'they lie in different ways',
      [
        { name: 'a', says: BLOCK_PAGE, ...isp },
        { name: 'b', says: EVIL, ...other },
      ],
      2,
    ],
    [
      'nobody said whose networks they are',
      [
        { name: 'a', says: BLOCK_PAGE },
        { name: 'b', says: BLOCK_PAGE },
        { name: 'c', says: GOOD },
      ],
      2,
    ],
    ['there is one only', [{ name: 'a', says: BLOCK_PAGE, ...isp }], 1],
    [
      'an encrypted one lies too',
      [
        { name: 'a', says: BLOCK_PAGE, ...isp },
        { name: 'b', says: BLOCK_PAGE, transport: 'tls' },
      ],
      2,
    ],
  ])('are told of one by one where %s', (_, given, count) => {
    const found = told(given);
    expect(found).toHaveLength(count);
    expect(found.every(({ summary }) => !summary.includes('So do'))).toBe(true);
  });

  test('are not put on the way where no encrypted answer shows another', () => {
    const both = [
      { name: 'a', says: BLOCK_PAGE, ...isp },
      { name: 'b', says: BLOCK_PAGE, ...other },
    ];
    const approved = dns.combine([evidence([])]);
    expect(told(both, [], [approved]).filter(({ code }) => code === 'dns/redirect-bogon')).toHaveLength(2);
  });
});
