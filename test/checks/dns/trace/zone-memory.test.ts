/** The root and the top-level domains are asked about themselves once an hour, domains at every look. */
import { describe, expect, test } from 'vitest';
import type { DnsExchangeRequest, ProbeIo } from '../../../../src/checks/check.js';
import { survey } from '../../../../src/checks/dns/survey.js';
import { authorityOf } from '../../../../src/checks/dns/traced.js';
import { GOOD, NAME, SETTINGS } from '../sample.js';
import { AT, ROOT_ANCHOR, serversOf, type World } from '../signed-world.js';
import { Universe } from './universe.js';

const HOUR = 3_600_000;

/** Looks one after the other by one process; what each asked of whom. */
async function looks(
  given: readonly { readonly at: number; readonly world?: World }[],
): Promise<(readonly string[])[]> {
  const authority = { roots: ['198.51.100.1'], port: 53, anchors: [ROOT_ANCHOR] };
  const asked: (readonly string[])[] = [];
  for (const { at, world = {} } of given) {
    const universe = new Universe(serversOf(world));
    const network = {
      exchange: (request: DnsExchangeRequest) => universe.exchange(request),
      handshake: () => Promise.resolve({ address: GOOD, problem: null, protocol: 'TLSv1.3', chain: [] }),
    } as unknown as ProbeIo['network'];
    const signal = new AbortController().signal;
    const io: ProbeIo = { vantage: 'local', now: () => at, signal, network, resolvers: [], authority };
    const seen = await survey(SETTINGS, io, { types: ['A'], victims: false });
    expect(authorityOf(seen)?.traces[0]?.trace.legs.map(({ name, zones }) => [name, zones])).toEqual([
      [NAME, ['.', 'org', 'example.org']],
    ]);
    asked.push(universe.addressesAsked());
  }
  return asked;
}

const [ROOT, ORG, EXAMPLE] = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];

describe('what was learned of the root and the top-level domains', () => {
  test('serves for an hour, while the delegation of the domain is asked for each time', async () => {
    expect(await looks([{ at: AT }, { at: AT + HOUR - 1 }, { at: AT + HOUR }])).toEqual([
      [ROOT, ORG, EXAMPLE],
      [ORG, EXAMPLE],
      [ROOT, ORG, EXAMPLE],
    ]);
  });

  test('is not kept where its signatures do not validate, nor where the clock was put back', async () => {
    expect(await looks([{ at: AT, world: { foreignOrg: true } }, { at: AT + 1 }])).toEqual([
      [ROOT, ORG, EXAMPLE],
      // The root itself was in order.
      [ROOT, ORG, EXAMPLE],
    ]);
    expect(await looks([{ at: AT }, { at: AT - 1 }])).toEqual([
      [ROOT, ORG, EXAMPLE],
      [ROOT, ORG, EXAMPLE],
    ]);
  });
});
