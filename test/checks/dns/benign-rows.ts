/** What looks like a hijack and is none: how each comes about on real servers, and what the survey makes of it. */
import type { Answer } from 'dns-packet';
import type { Resolver } from '../../../src/checks/check.js';
import { forwarding, lossy, onlyTcp, seeded, slow, withoutEdns } from '../../support/dns-lines.js';
import { a, authorityOf, cname, type Handler, type Query } from '../../support/dns-server.js';
import type { DnsWorld, SignedZone } from '../../support/dns-world.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { udp } from './rounds.js';

/** Where a row stands while it is played. */
export interface Scene {
  readonly world: DnsWorld;
  /** Addresses that serve the site with its certificate, and the servers there. */
  readonly web: readonly string[];
  readonly origins: Origin[];
  /** The honest resolver everybody may forward to. */
  readonly plain: { readonly address: string; readonly port: number };
  /** 0 while the baseline is taken, then the number of the check. */
  stage: number;
  /** Address queries answered so far. */
  served: number;
  /** Address of the resolver the row is about. */
  special: string;
}

export interface Row {
  /** Below `test.`; the site is `www` in it. */
  readonly zone: string;
  readonly webs?: number;
  readonly answers?: (query: Query, scene: Scene) => readonly Answer[] | null;
  /** Zones beside, with their answers. */
  readonly others?: Readonly<Record<string, (query: Query, scene: Scene) => readonly Answer[] | null>>;
  /** Resolvers beside two references and an honest witness. */
  readonly witness?: (scene: Scene) => Promise<Resolver>;
  /** Before the check of that number. */
  readonly before?: (scene: Scene) => Promise<'approve' | undefined>;
  readonly checks?: number;
  /** Makes the zone a signed one, published as it is at the start. @returns what its operator does before each check. */
  readonly signed?: (scene: Scene) => Promise<(stage: number) => Promise<void>>;
  /** `resolver type verdict`, each of which must have been seen; with them the row proves that it played at all. */
  readonly shows: readonly string[];
}

async function through(handler: (honest: Handler) => Handler, scene: Scene, name: string): Promise<Resolver> {
  return udp(name, await scene.world.serve(handler(forwarding(scene.plain))));
}

function only(type: string, addresses: readonly string[], { name, type: asked }: Query, ttl = 1): readonly Answer[] {
  return asked === type ? addresses.map((address) => a(name, address, ttl)) : [];
}

function turned<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

const isSite = ({ name }: Query): boolean => name.startsWith('www.');

/** Says nothing at all; `authorityOf` would say something. */
const SILENT: readonly Answer[] = [];

export const ROWS: Readonly<Record<string, Row>> = {
  'GeoDNS by the address of who asks': {
    zone: 'geo.test',
    webs: 4,
    answers: (query, { web, special }) =>
      isSite(query) ? only('A', query.source === special ? web.slice(2) : web.slice(0, 2), query) : null,
    async witness(scene) {
      const east = await scene.world.unbound('east', ['outgoing-interface: ADDRESS']);
      scene.special = east.address;
      return udp('east', east);
    },
    shows: ['east A CONSISTENT_TLS', 'plain A CONSISTENT_IP'],
  },
  'GeoDNS by EDNS client subnet': {
    zone: 'ecs.test',
    webs: 2,
    answers: (query, { web }) =>
      isSite(query) ? only('A', web.slice(query.subnet === null ? 0 : 1).slice(0, 1), query) : null,
    async witness({ world }) {
      const config = ['module-config: "subnetcache validator iterator"', 'send-client-subnet: 127.0.0.0/8'];
      return udp('with-subnet', await world.unbound('subnet', [...config, 'client-subnet-always-forward: yes']));
    },
    shows: ['with-subnet A CONSISTENT_TLS'],
  },
  'two CDNs behind an alias that alternates': {
    zone: 'multi.test',
    webs: 2,
    answers: (query, { stage, served }) =>
      isSite(query) ? [cname(query.name, `edge.cdn-${stage > 0 && served % 2 === 1 ? 'two' : 'one'}.test`, 0)] : null,
    others: {
      'cdn-one.test': (query, { web }) =>
        query.name === 'edge.cdn-one.test' ? only('A', web.slice(0, 1), query) : null,
      'cdn-two.test': (query, { web }) => (query.name === 'edge.cdn-two.test' ? only('A', web.slice(1), query) : null),
    },
    shows: ['plain A CONSISTENT_IP'],
  },
  'a TTL of 0': {
    zone: 'hasty.test',
    webs: 3,
    answers: (query, { web, served }) => (isSite(query) ? only('A', turned(web, served).slice(0, 1), query, 0) : null),
    shows: ['plain A CONSISTENT_IP'],
  },
  DNS64: {
    zone: 'sixtyfour.test',
    async witness({ world }) {
      const config = ['module-config: "dns64 validator iterator"', 'dns64-prefix: 64:ff9b::/96'];
      return udp('dns64', await world.unbound('dns64', config));
    },
    shows: ['dns64 AAAA CONSISTENT_IP'],
  },
  'a resolver that filters other names': {
    zone: 'liked.test',
    async witness({ world }) {
      return udp('filter', await world.unbound('filter', ['local-zone: "malware.test." always_nxdomain']));
    },
    shows: ['filter A CONSISTENT_IP'],
  },
  'a resolver that is down': {
    zone: 'patient.test',
    async witness({ world }) {
      return await Promise.resolve(udp('down', { address: world.address(99), port: world.port }));
    },
    checks: 3,
    shows: ['down A UNMEASURABLE'],
  },
  'a line that loses 30 % of the packets': {
    zone: 'lossy.test',
    witness: (scene) => through((honest) => lossy(honest, 0.3, seeded(4)), scene, 'lossy'),
    checks: 3,
    shows: ['lossy A CONSISTENT_IP'],
  },
  'a resolver that takes 2 s': {
    zone: 'slow.test',
    witness: (scene) => through((honest) => slow(honest, 2_000), scene, 'slow'),
    checks: 1,
    shows: ['slow A CONSISTENT_IP'],
  },
  'answers that come over TCP only': {
    zone: 'stream.test',
    witness: (scene) => through(onlyTcp, scene, 'cut'),
    shows: ['cut A CONSISTENT_IP'],
  },
  'a middlebox that drops EDNS': {
    zone: 'old.test',
    witness: (scene) => through(withoutEdns, scene, 'middlebox'),
    checks: 2,
    shows: ['middlebox A CONSISTENT_IP'],
  },
  'a stale answer after a change, before and after it was approved': {
    zone: 'moved.test',
    webs: 2,
    ...stale('moved.test'),
    before: ({ stage }) => Promise.resolve(stage === 3 ? 'approve' : undefined),
    shows: ['moved.test A CONSISTENT_IP', 'moved.test A CONSISTENT_TLS'],
  },
  'a certificate renewed with a new key by the same authority': {
    zone: 'renewed.test',
    async before({ stage, origins, world }) {
      const [origin] = origins;
      if (stage !== 2 || !origin) return undefined;
      await origin.close();
      const certificate = world.authority.issue(['www.renewed.test']);
      const { address, port } = origin;
      origins[0] = await startOrigin(
        { '*': '<title>Official site</title><p>Welcome.' },
        { certificate, address, port },
      );
      return undefined;
    },
    shows: ['plain A CONSISTENT_IP'],
  },
  'a key rolled over by publishing it first': {
    zone: 'prepublish.test',
    signed: (scene) =>
      rollover(scene, 'prepublish.test', async (newKey) => {
        const [ksk, one, two] = [await newKey(13, true), await newKey(13, false), await newKey(13, false)];
        return [
          { keys: [ksk, one], signing: [ksk, one], ds: [ksk] },
          { keys: [ksk, one, two], signing: [ksk, one], ds: [ksk] },
          { keys: [ksk, one, two], signing: [ksk, two], ds: [ksk] },
          { keys: [ksk, two], signing: [ksk, two], ds: [ksk] },
        ];
      }),
    shows: ['plain A CONSISTENT_IP'],
  },
  'a key rolled over by signing with both': {
    zone: 'doublesign.test',
    signed: (scene) =>
      rollover(scene, 'doublesign.test', async (newKey) => {
        const [one, two, zsk] = [await newKey(13, true), await newKey(13, true), await newKey(13, false)];
        return [
          { keys: [one, zsk], signing: [one, zsk], ds: [one] },
          { keys: [one, two, zsk], signing: [one, two, zsk], ds: [one] },
          { keys: [one, two, zsk], signing: [one, two, zsk], ds: [two] },
          { keys: [two, zsk], signing: [two, zsk], ds: [two] },
        ];
      }),
    shows: ['plain A CONSISTENT_IP'],
  },
  'an algorithm rolled over': {
    zone: 'algorithm.test',
    signed: (scene) =>
      rollover(scene, 'algorithm.test', async (newKey) => {
        const [old, young] = [await newKey(8, true), await newKey(13, true)];
        const both = { keys: [old, young], signing: [old, young], combined: true };
        return [
          { keys: [old], signing: [old], ds: [old], combined: true },
          { ...both, ds: [old] },
          { ...both, ds: [old, young] },
          { ...both, ds: [young] },
          { keys: [young], signing: [young], ds: [young], combined: true },
        ];
      }),
    shows: ['plain A CONSISTENT_IP'],
  },
};

interface Keys extends Omit<SignedZone, 'records'> {
  /** Keys the parent vouches for. */
  readonly ds: readonly string[];
}

/** The stages of a rollover, each in force for longer than any TTL before the next. */
async function rollover(
  { world, web }: Scene,
  zone: string,
  stages: (newKey: (algorithm: 8 | 13, ksk: boolean) => Promise<string>) => Promise<readonly Keys[]>,
): Promise<(stage: number) => Promise<void>> {
  const names = { 8: 'RSASHA256', 13: 'ECDSAP256SHA256' } as const;
  const planned = await stages((algorithm, ksk) => world.newKey(zone, names[algorithm], ksk));
  const apply = async (stage: number): Promise<void> => {
    const keys = planned[stage];
    if (!keys) return;
    await world.publish(zone, { ...keys, records: web.map((address) => `www IN A ${address}`) });
    await world.delegate(zone, { ds: await Promise.all(keys.ds.map((key) => world.dsOf(key))) });
  };
  await apply(0);
  return apply;
}

/** A resolver that cannot reach the zone's servers from the change on and serves what it has. */
function stale(zone: string): Pick<Row, 'answers' | 'witness'> {
  return {
    answers: (query, { web, stage, special }) => {
      if (stage > 0 && query.source === special) return SILENT;
      return isSite(query) ? only('A', stage === 0 ? web.slice(0, 1) : web.slice(1), query) : null;
    },
    async witness(scene) {
      const config = ['serve-expired: yes', 'serve-expired-client-timeout: 0', 'ede-serve-expired: yes'];
      const at = await scene.world.unbound(`stale-${zone}`, [...config, 'outgoing-interface: ADDRESS']);
      scene.special = at.address;
      return udp(zone, at);
    },
  };
}

/** The zones of a row with who answers for them. */
export function zonesOf(row: Row, scene: () => Scene | undefined): [string, Handler][] {
  const all = { ...(row.signed ? {} : { [row.zone]: row.answers ?? plainly }), ...row.others };
  return Object.entries(all).map(([zone, answers]) => {
    const speaking = authorityOf(zone, (query) => {
      const now = scene();
      if (!now) return null;
      if (query.type === 'A') now.served += 1;
      return answers(query, now);
    });
    return [
      zone,
      (query, send) => {
        const now = scene();
        if (now && answers(query, now) === SILENT) return;
        speaking(query, send);
      },
    ];
  });
}

function plainly(query: Query, { web }: Scene): readonly Answer[] | null {
  return isSite(query) ? only('A', web, query) : null;
}
