/** Name servers asked on behalf of visitors of other networks. Real Knot DNS, nsd and unbound; dials 127.0.0.0/8 only. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heeds, subnetOption } from '../../../../src/checks/dns/trace/client-subnet.js';
import type { Trace } from '../../../../src/checks/dns/trace/facts.js';
import { messageOf } from '../../../../src/checks/dns/trace/statements.js';
import { traceName } from '../../../../src/checks/dns/trace/trace.js';
import { validateTrace } from '../../../../src/checks/dns/trace/validation.js';
import { authorityReport } from '../../../../src/cli/report/dns-authority.js';
import { traceEntry, traceEntrySchema } from '../../../../src/cli/report/dns-authority-json.js';
import { traceView } from '../../../../src/cli/report/dns-trace.js';
import { createNetwork, type GuardedNetwork } from '../../../../src/net/network.js';
import { certificateAuthority } from '../../../support/certificates.js';
import { freePort } from '../../../support/dns-daemons.js';
import { changing, forwarding } from '../../../support/dns-lines.js';
import { a } from '../../../support/dns-server.js';
import { DnsWorld } from '../../../support/dns-world.js';
import { Knot } from '../../../support/knot.js';
import type { Origin } from '../../../support/origin.js';
import { rollover, type Scene } from '../drama.js';
import { alarmsIn, findingsIn, startWebs, udp, verdictsIn, Watch } from '../rounds.js';

const EAST = '203.0.113.0/24';
const NOWHERE = '198.51.100.0/24';
const EAST_V6 = '2001:db8:1::/48';
const SUBNETS = [EAST, NOWHERE, EAST_V6];
const SITE = 'www.geo.test';

let world: DnsWorld;
let knot: Knot;
let network: GuardedNetwork;
let origins: Origin[] = [];
/** Of the site at home, for visitors from the east, over IPv6, and the attacker's. */
let web: string[] = [];
/** What somebody who holds the zone does to it. */
const zone = { robbed: false };

beforeAll(async () => {
  const address = '127.0.63.1';
  const port = await freePort(address);
  const honest = forwarding({ address, port });
  const robbed = changing(honest, ({ name, type, subnet }) =>
    zone.robbed && subnet?.startsWith('203.') && type === 'A' ? { answers: [a(name, web[3] ?? '')] } : null,
  );
  world = await DnsWorld.start({ 'geo.test': robbed }, ['deaf.test'], async (beginning) => {
    const genuine = await startWebs(beginning, 3, beginning.authority.issue([SITE]));
    const stranger = certificateAuthority('Somebody');
    const foreign = stranger.issue([SITE]);
    stranger.remove();
    origins = [...genuine, ...(await startWebs(beginning, 1, foreign, '<title>HACKED BY X</title>'))];
    web = origins.map((origin) => origin.address);
    await rollover({ world: beginning, web } as unknown as Scene, 'deaf.test', async (newKey) => {
      const key = await newKey(13, true);
      return [{ keys: [key], signing: [key], ds: [key], combined: true }];
    });
  });
  const [home = '', east = '', six = ''] = web;
  knot = await Knot.start(
    { zone: 'geo.test', elsewhere: home, regions: { [EAST]: east, [EAST_V6]: six } },
    { address, port },
  );
  const never = (): Promise<never> => Promise.reject(new Error('only DNS is asked'));
  const policy = { allow: [], only: ['127.0.0.0/8'] };
  network = createNetwork({ policy, hosts: {}, ca: [], capture: never, lookup: never, now: Date.now });
});

afterAll(async () => {
  await network.close();
  await Promise.all(origins.map((origin) => origin.close()));
  await knot.stop();
  await world.stop();
});

async function traced(name: string, type = 1, subnets: readonly string[] = SUBNETS): Promise<Trace> {
  const io = { exchange: network.exchange.bind(network), random: randomBytes, signal: AbortSignal.timeout(20_000) };
  return await traceName(name, type, { roots: [world.root], port: world.port, subnets }, io);
}

/** `203.0.113.0/24 127.1.0.2` */
function regionsIn({ legs }: Trace): string[] {
  return legs.flatMap(({ regions = [] }) =>
    regions.flatMap((reply) =>
      (messageOf(reply)?.message.answers ?? []).map(
        ({ data }) => `${reply.question.subnet} ${data.kind === 'address' ? data.address : data.kind}`,
      ),
    ),
  );
}

describe('a name server that answers by region', () => {
  test('is asked for every network, and for none at home', async () => {
    const trace = await traced(SITE);
    const [home, east, six] = web;
    expect(regionsIn(trace)).toEqual([`${EAST} ${east}`, `${NOWHERE} ${home}`, `${EAST_V6} ${six}`]);
    expect(trace.legs.flatMap(({ replies }) => replies.map(({ question }) => question.subnet))).toEqual([undefined]);
    expect(trace.unfinished).toBeNull();
    const report = authorityReport(trace, validateTrace(trace, [], Date.now()), 12);
    expect(traceView(report, { width: 120, color: false })).toContain(
      `To visitors from ${EAST} they answer ${SITE} 1 A ${east}.`,
    );
    expect(traceEntrySchema.parse(traceEntry(report)).steps.at(-1)?.regions).toContainEqual({
      subnet: EAST,
      answers: [`${SITE} 1 A ${east}`],
    });
  });

  test('is not asked so where no network is named, nor for other types than addresses', async () => {
    expect((await traced(SITE, 1, [])).legs.map(({ regions }) => regions)).toEqual([undefined]);
    expect((await traced(SITE, 15)).legs.map(({ regions }) => regions)).toEqual([undefined]);
  });
});

test('a name server that knows no networks is asked once, and what it says is no region', async () => {
  const trace = await traced('www.deaf.test');
  expect(trace.legs).toHaveLength(1);
  expect(trace.legs[0]?.replies).toHaveLength(1);
  expect(trace.legs[0]?.regions).toBeUndefined();
});

describe('the option of the client subnet', () => {
  test.each([
    ['203.0.113.0/24', [0, 8, 0, 7, 0, 1, 24, 0, 203, 0, 113]],
    ['203.0.113.255/20', [0, 8, 0, 7, 0, 1, 20, 0, 203, 0, 112]],
    ['2001:db8:1:ff00::/56', [0, 8, 0, 11, 0, 2, 56, 0, 0x20, 1, 0x0d, 0xb8, 0, 1, 0xff]],
    ['0.0.0.0/0', [0, 8, 0, 4, 0, 1, 0, 0]],
  ])('is written as RFC 7871 says: %s', (subnet, bytes) => {
    expect(subnetOption(subnet)).toEqual(bytes);
  });

  test.each([
    ['the same network, with a scope', [0, 1, 24, 16, 203, 0, 113], true],
    ['the same network, for everybody', [0, 1, 24, 0, 203, 0, 113], true],
    ['another network', [0, 1, 24, 24, 203, 0, 114], false],
    ['a longer address', [0, 1, 32, 24, 203, 0, 113, 7], false],
    ['nothing', [], false],
  ])('is believed when an answer repeats %s: see the last column', (_what, value, expected) => {
    expect(heeds('203.0.113.0/24', Uint8Array.from(value))).toBe(expected);
    expect(heeds('203.0.113.0/24', null)).toBe(false);
  });
});

describe('a resolver far away that gives what its region is given', () => {
  async function watched(
    subnets: readonly string[],
  ): Promise<{ verdicts: string[]; alarms: string[]; found: string[] }> {
    zone.robbed = false;
    const abroad = await world.serve(
      changing(forwarding(await world.unbound(`home-${subnets.length}-${Date.now()}`)), ({ name, type }) =>
        name === SITE && type === 'A' ? { answers: [a(name, web[1] ?? '')] } : null,
      ),
    );
    const resolvers = [...(await world.references()), udp('abroad', abroad)];
    const watch = new Watch({ name: SITE, port: world.port, subnets }, resolvers, world);
    await watch.approve();
    const seen = await watch.check(['dns']);
    const calm = { verdicts: verdictsIn(seen), alarms: alarmsIn(seen) };
    zone.robbed = true;
    const found = findingsIn(await watch.check(['dns']));
    await watch.close();
    return { ...calm, found };
  }

  test('is right by the word of the name servers, and a hijack for that region alone is told', async () => {
    const { verdicts, alarms, found } = await watched(SUBNETS);
    expect(verdicts).toContain('abroad A CONSISTENT_IP');
    expect(alarms).toEqual([]);
    expect(found).toContain('dns/answer-changed critical');
  });

  test('has only its certificate to speak for it where no network is named', async () => {
    const { verdicts, alarms, found } = await watched([]);
    expect(verdicts).toContain('abroad A CONSISTENT_TLS');
    expect(alarms).toEqual([]);
    expect(found).not.toContain('dns/answer-changed critical');
  });
});
