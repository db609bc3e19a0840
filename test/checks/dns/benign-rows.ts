/** What looks like a hijack and is none: how each comes about on real servers, and what the survey makes of it. */
import type { Answer } from 'dns-packet';
import type { Resolver } from '../../../src/checks/check.js';
import { forwarding, lossy, onlyTcp, seeded, slow, withoutEdns } from '../../support/dns-lines.js';
import { cname, type Handler, type Query } from '../../support/dns-server.js';
import { startOrigin } from '../../support/origin.js';
import { isSite, only, type Row, rollover, type Scene, SILENT, signedBy } from './drama.js';
import { PAGE, udp } from './rounds.js';

async function through(handler: (honest: Handler) => Handler, scene: Scene, name: string): Promise<Resolver> {
  return udp(name, await scene.world.serve(handler(forwarding(scene.plain))));
}

function turned<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Those that take longest come first. */
export const ROWS: Readonly<Record<string, Row>> = {
  'a stale answer after the old server was turned off': {
    zone: 'gone.test',
    webs: 2,
    ...stale('gone.test'),
    async before({ stage, origins }) {
      if (stage === 2) await origins[0]?.close();
      return stage === 2 ? 'approve' : undefined;
    },
    checks: 2,
    shows: ['gone.test A CONSISTENT_IP'],
  },
  'a stale answer after a change, before and after it was approved': {
    zone: 'moved.test',
    webs: 2,
    ...stale('moved.test'),
    before: ({ stage }) => Promise.resolve(stage === 2 ? 'approve' : undefined),
    checks: 2,
    shows: ['moved.test A CONSISTENT_IP', 'moved.test A CONSISTENT_TLS'],
  },
  'a line that loses 30 % of the packets': {
    zone: 'lossy.test',
    witness: (scene) => through((honest) => lossy(honest, 0.3, seeded(4)), scene, 'lossy'),
    // Which questions stay without an answer is chance; that nobody is told of it is the point.
    checks: 2,
    shows: [],
  },
  'a middlebox that drops EDNS': {
    zone: 'old.test',
    witness: (scene) => through(withoutEdns, scene, 'middlebox'),
    checks: 2,
    shows: ['middlebox A CONSISTENT_IP'],
  },
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
  'fifty addresses at a time out of 120 that rotate': {
    zone: 'rotating.test',
    webs: 120,
    answers: (query, { web, stage, served }) =>
      isSite(query) ? only('A', turned(web, 40 * stage + (served % 3) * 15).slice(0, 50), query) : null,
    shows: ['plain A CONSISTENT_IP'],
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
    checks: 1,
    shows: ['down A UNMEASURABLE'],
  },
  'a resolver that takes 2 s': {
    zone: 'slow.test',
    witness: (scene) => through((honest) => slow(honest, 2_000), scene, 'slow'),
    checks: 1,
    // On a machine with much to do 2 s become 3, and then it is silent.
    shows: [],
  },
  'answers that come over TCP only': {
    zone: 'stream.test',
    witness: (scene) => through(onlyTcp, scene, 'cut'),
    shows: ['cut A CONSISTENT_IP'],
  },
  'a middlebox that drops EDNS, and signatures with it': {
    zone: 'oldsigned.test',
    signed: signedBy('oldsigned.test'),
    witness: (scene) => through(withoutEdns, scene, 'middlebox'),
    checks: 1,
    shows: ['middlebox A CONSISTENT_IP', 'plain A CONSISTENT_SECURE'],
  },
  'a certificate renewed with a new key by the same authority': {
    zone: 'renewed.test',
    async before({ stage, origins, world }) {
      const [origin] = origins;
      if (stage !== 2 || !origin) return undefined;
      await origin.close();
      const certificate = world.authority.issue(['www.renewed.test']);
      const { address, port } = origin;
      origins[0] = await startOrigin({ '*': PAGE }, { certificate, address, port });
      return undefined;
    },
    shows: ['plain A CONSISTENT_IP'],
  },
  'a move to other name servers, addresses and mail that a ticket announces': {
    zone: 'announced.test',
    webs: 2,
    answers: moving,
    options: ({ web }) => ({
      changes: [
        {
          id: 'OPS-1',
          from: new Date(Date.now() - 3_600_000).toISOString(),
          to: new Date(Date.now() + 3_600_000).toISOString(),
          expect: { addresses: web.slice(1), nameservers: ['ns1.elsewhere.test'], mx: ['mx.elsewhere.test'] },
        },
      ],
    }),
    async before({ stage, world }) {
      if (stage === 1) await world.delegate('announced.test', { nameservers: ['ns1.elsewhere.test'] });
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
    shows: ['plain A CONSISTENT_SECURE'],
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
    shows: ['plain A CONSISTENT_SECURE'],
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
    checks: 4,
    shows: ['plain A CONSISTENT_SECURE'],
  },
};

/** The site and its mail move when the baseline has been taken. */
export function moving(query: Query, { web, stage }: Scene): readonly Answer[] | null {
  if (query.name.split('.').length === 2 && query.type === 'MX') {
    const exchange = stage === 0 ? `mx.${query.name}` : 'mx.elsewhere.test';
    return [{ type: 'MX', name: query.name, ttl: 1, data: { preference: 10, exchange } }];
  }
  return isSite(query) ? only('A', stage === 0 ? web.slice(0, 1) : web.slice(1), query) : null;
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
