/** Attacks beside those of the test-bed: how each is played on real servers, and by which finding it must be told. */
import type { Answer } from 'dns-packet';
import type { Resolver } from '../../../src/checks/check.js';
import { changing, forwarding } from '../../support/dns-lines.js';
import { a, cname, type Query, type Said } from '../../support/dns-server.js';
import { startOrigin } from '../../support/origin.js';
import { moving } from './benign-rows.js';
import { type Row, type Scene, signedBy } from './drama.js';
import { PAGE, udp } from './rounds.js';

export interface Attack extends Row {
  /** `code severity`, each of which must be found once the attack has begun. */
  readonly tells: readonly string[];
  /** What is recorded but nobody is woken for, since the name itself is not harmed. */
  readonly calm?: true;
}

/** A resolver that tells the truth until the attack begins. */
async function liar(scene: Scene, lie: (query: Query, evil: string) => Said | null): Promise<Resolver> {
  const handler = changing(forwarding(scene.plain), (query) => (scene.stage === 0 ? null : lie(query, scene.evil)));
  return udp('liar', await scene.world.serve(handler));
}

const isAsked = ({ name, type }: Query, wanted: string): boolean => name.startsWith('www.') && type === wanted;

const week = 604_800;

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'one rogue address among good ones': {
    zone: 'among.test',
    webs: 2,
    witness: (scene) =>
      liar(scene, (query, evil) =>
        isAsked(query, 'A') ? { answers: [...scene.web, evil].map((address) => a(query.name, address)) } : null,
      ),
    tells: ['dns/redirect critical'],
    shows: ['liar A REDIRECT', 'plain A CONSISTENT_IP'],
  },
  'IPv6 alone sent to an address no site can have': {
    zone: 'six.test',
    witness: (scene) =>
      liar(scene, (query) => (isAsked(query, 'AAAA') ? { answers: [a(query.name, '2001:db8::66')] } : null)),
    tells: ['dns/redirect-bogon critical'],
    shows: ['liar A CONSISTENT_IP', 'liar AAAA REDIRECT_BOGON'],
  },
  'IPv6 alone, of a name whose owner signs that it has none': {
    zone: 'sixsigned.test',
    signed: signedBy('sixsigned.test'),
    witness: (scene) =>
      liar(scene, (query) => (isAsked(query, 'AAAA') ? { answers: [a(query.name, '2600:1901::66')] } : null)),
    tells: ['dns/tampered critical'],
    shows: ['liar A CONSISTENT_SECURE', 'liar AAAA TAMPERED_SIGNED'],
  },
  'a signed name denied': {
    zone: 'deniedsigned.test',
    signed: signedBy('deniedsigned.test'),
    witness: (scene) => liar(scene, ({ name }) => (name.startsWith('www.') ? { rcode: 3 } : null)),
    tells: ['dns/blocked-nxdomain critical'],
    shows: ['liar A BLOCK_NX'],
  },
  'an alias of the attacker': {
    zone: 'aliased.test',
    witness: (scene) =>
      liar(scene, (query, evil) =>
        isAsked(query, 'A')
          ? { answers: [cname(query.name, 'www.attacker.test'), a('www.attacker.test', evil)] }
          : null,
      ),
    tells: ['dns/redirect critical'],
    shows: ['liar A REDIRECT'],
  },
  'the HTTPS record with the addresses of the attacker': {
    zone: 'service.test',
    witness: (scene) =>
      liar(scene, (query) => (isAsked(query, 'HTTPS') ? { answers: [binding(query.name, scene.evil)] } : null)),
    tells: ['dns/redirect critical'],
    shows: ['liar A CONSISTENT_IP', 'liar HTTPS REDIRECT'],
  },
  'a lie for those alone who ask as ordinary machines do': {
    zone: 'ordinary.test',
    witness: (scene) =>
      liar(scene, (query, evil) => (isAsked(query, 'A') && !query.edns ? { answers: [a(query.name, evil)] } : null)),
    tells: ['dns/redirect critical'],
    shows: ['liar A CONSISTENT_IP', 'liar A REDIRECT'],
  },
  'the right addresses under another name': {
    zone: 'stray.test',
    witness: (scene) =>
      liar(scene, (query) =>
        isAsked(query, 'A') ? { answers: scene.web.map((address) => a('other.stray.test', address)) } : null,
      ),
    tells: ['dns/blocked-nxdomain critical'],
    shows: ['liar A BLOCK_NX'],
  },
  'the right addresses under a code that makes clients throw them away': {
    zone: 'thrown.test',
    witness: (scene) =>
      liar(scene, (query) =>
        isAsked(query, 'A') ? { rcode: 3, answers: scene.web.map((address) => a(query.name, address)) } : null,
      ),
    tells: ['dns/blocked-nxdomain critical'],
    shows: ['liar A BLOCK_NX'],
  },
  'NXDOMAIN forged': {
    zone: 'denied.test',
    witness: (scene) => liar(scene, ({ name }) => (name.startsWith('www.') ? { rcode: 3 } : null)),
    tells: ['dns/blocked-nxdomain critical'],
    shows: ['liar A BLOCK_NX'],
  },
  'NODATA forged': {
    zone: 'emptied.test',
    witness: (scene) => liar(scene, ({ name }) => (name.startsWith('www.') ? {} : null)),
    tells: ['dns/blocked-nxdomain critical'],
    shows: ['liar A BLOCK_NX'],
  },
  'an answer to be kept for a week': {
    zone: 'week.test',
    witness: (scene) =>
      liar(scene, (query, evil) => (isAsked(query, 'A') ? { answers: [a(query.name, evil, week)] } : null)),
    tells: ['dns/redirect critical'],
    shows: ['liar A REDIRECT'],
  },
  'an answer of 4,096 records': {
    zone: 'many.test',
    async witness(scene) {
      const { address, port } = await liar(scene, (query, evil) =>
        isAsked(query, 'A') && query.transport === 'tcp' ? { answers: thousands(evil) } : null,
      );
      return { ...udp('liar', { address: address ?? '', port }), transport: 'tcp' };
    },
    tells: ['dns/redirect critical'],
    shows: ['liar A REDIRECT'],
  },
  'the right address with a wrong certificate behind it': {
    zone: 'behind.test',
    async before(scene) {
      const [origin] = scene.origins;
      if (scene.stage !== 1 || !origin) return undefined;
      await origin.close();
      const { address, port } = origin;
      scene.origins[0] = await startOrigin({ '*': PAGE }, { certificate: scene.foreign, address, port });
      return undefined;
    },
    tells: ['tls/untrusted critical'],
    shows: ['plain A CONSISTENT_IP'],
  },
  'the zone itself pointing to the attacker': {
    zone: 'hosted.test',
    answers: (query, scene) =>
      query.name.startsWith('www.')
        ? query.type === 'A'
          ? [a(query.name, scene.stage === 0 ? (scene.web[0] ?? '') : scene.evil)]
          : []
        : null,
    tells: ['dns/answer-changed critical'],
    shows: [],
  },
  'a move that nobody announced': {
    zone: 'unannounced.test',
    webs: 2,
    answers: moving,
    async before({ stage, world }) {
      if (stage === 1) await world.delegate('unannounced.test', { nameservers: ['ns1.elsewhere.test'] });
      return undefined;
    },
    tells: ['dns/delegation-hijacked critical'],
    shows: ['plain A AUTHORITY_HIJACKED'],
  },
  "a wildcard that makes every name of the domain the attacker's": {
    zone: 'wild.test',
    answers: (query, scene) => {
      if (query.name.startsWith('www.')) return query.type === 'A' ? scene.web.map((one) => a(query.name, one)) : [];
      if (scene.stage === 0 || query.name === 'wild.test') return null;
      return query.type === 'A' ? [a(query.name, scene.evil)] : [];
    },
    tells: ['dns/wildcard-appeared critical'],
    shows: ['plain A CONSISTENT_IP'],
  },
  'IPv6 alone, sent to an address this machine cannot reach': {
    zone: 'sixpublic.test',
    witness: (scene) =>
      liar(scene, (query) => (isAsked(query, 'AAAA') ? { answers: [a(query.name, '2600:1901::66')] } : null)),
    tells: ['dns/inconsistent warning'],
    shows: ['liar A CONSISTENT_IP', 'liar AAAA INCONSISTENT'],
  },
  'mail moved to the attacker': {
    zone: 'mail.test',
    answers: (query, scene) => {
      if (query.name === 'mail.test' && query.type === 'MX') {
        const exchange = scene.stage === 0 ? 'mx.mail.test' : 'mx.attacker.test';
        return [{ type: 'MX', name: query.name, ttl: 1, data: { preference: 10, exchange } }];
      }
      if (!query.name.startsWith('www.')) return null;
      return query.type === 'A' ? scene.web.map((address) => a(query.name, address)) : [];
    },
    tells: ['dns/authority-changed warning', 'dns/mail-changed notice'],
    shows: ['plain A CONSISTENT_IP'],
  },
  'the DS record gone': {
    zone: 'stripped.test',
    signed: signedBy('stripped.test'),
    async before({ stage, world }) {
      if (stage === 1) await world.delegate('stripped.test', { ds: [] });
      return undefined;
    },
    tells: ['dns/authority-changed warning'],
    shows: [],
  },
  'other name servers with the same address': {
    zone: 'renamed.test',
    async before({ stage, world }) {
      if (stage === 1) await world.delegate('renamed.test', { nameservers: ['ns1.attacker.test'] });
      return undefined;
    },
    tells: ['dns/authority-changed warning'],
    shows: [],
  },
  'DNS over HTTPS intercepted by a foreign authority': {
    zone: 'intercepted.test',
    async witness(scene) {
      const secure = { as: 'https', certificate: scene.foreign } as const;
      const { address, port } = await scene.world.serve(forwarding(scene.plain), { secure });
      const at = { address, port, serverName: 'resolver.test', path: '/dns-query', network: null } as const;
      return { ...at, name: 'intercepted', role: 'reference', transport: 'https' };
    },
    tells: ['dns/path-intercepted notice'],
    calm: true,
    shows: ['intercepted A PATH_INTERCEPTED', 'plain A CONSISTENT_IP'],
  },
};

/** `1 . ipv4hint=...`: dns-packet knows the type by its number only. */
function binding(name: string, address: string): Answer {
  const data = Buffer.from([0, 1, 0, 0, 4, 0, 4, ...address.split('.').map(Number)]);
  return { type: 'UNKNOWN_65', name, ttl: 60, data } as unknown as Answer;
}

/** Owned by the root, so that as many fit into one message: 15 bytes each. */
function thousands(evil: string): NonNullable<Said['answers']> {
  const others = Array.from({ length: 4_095 }, (_, at) => `127.77.${at >> 8}.${at & 0xff}`);
  return [evil, ...others].map((address) => a('.', address));
}
