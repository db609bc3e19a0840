/** A made-up signed Internet around www.example.org: what its servers say to a trace, and what resolvers pass on. */
import { createHash } from 'node:crypto';
import type { Answer, AuthorityEvidence, Reply } from '../../../src/checks/dns/evidence.js';
import { anchorText } from '../../../src/checks/dns/root-anchors.js';
import { traceTypes } from '../../../src/checks/dns/trace/trace.js';
import { dsOf } from './dnssec/judging.js';
import { message, NOW, type Rr, rr, type Sections, soa, T, Zone } from './dnssec/signer.js';
import { answer, GOOD, NAME, reply } from './sample.js';
import { address, ns, refer, type Said, type Server, Universe } from './trace/universe.js';

const ROOT = new Zone('.');
const ORG = new Zone('org');
const FOREIGN_ORG = new Zone('org');
const EXAMPLE = new Zone('example.org');
export const EVIL_KEYS = new Zone('example.org');

export const AT = NOW * 1_000;
const DAY = 86_400;

export interface World {
  /** What the name has. */
  readonly addresses?: readonly string[];
  /** The parent has no DS record. */
  readonly unsigned?: boolean;
  /** Signatures of the zone ran out a week ago. */
  readonly expired?: boolean;
  /** Somebody on the way puts these addresses under the owner's signatures. */
  readonly forged?: readonly string[];
  /** The name server that the parent refers to, and its keys. */
  readonly server?: string;
  readonly keys?: Zone;
  /** The top-level domain answers with keys its parent does not know. */
  readonly foreignOrg?: boolean;
}

/** What a trace of A and AAAA from the root of this world sees. */
export async function authorityIn(world: World = {}): Promise<AuthorityEvidence> {
  const universe = new Universe(serversOf(world));
  const io = {
    exchange: universe.exchange.bind(universe),
    random: (length: number) => new Uint8Array(length),
    signal: new AbortController().signal,
  };
  const traces = await traceTypes(NAME, [T.A, T.AAAA], { roots: ['198.51.100.1'], port: 53 }, io);
  return { at: AT, anchors: dsOf(ROOT.ds()).map(anchorText), traces, settled: null };
}

export const ROOT_ANCHOR = anchorText(
  dsOf(ROOT.ds())[0] ?? { keyTag: 0, algorithm: 0, digestType: 0, digest: new Uint8Array() },
);

export function serversOf(world: World): Record<string, Server> {
  const { keys = EXAMPLE, unsigned = false, server = 'ns.example.org' } = world;
  const denial = ORG.nsec('example.org', 'f.org', [T.NS]);
  const referral = refer('example.org', [server], [[server, '198.51.100.3']]);
  const ds = unsigned ? denial : ORG.signed([keys.ds()]);
  return {
    '198.51.100.1': (asked) =>
      self(ROOT, asked.name, asked.type) ?? {
        ...refer('org', ['ns.org'], [['ns.org', '198.51.100.2']]),
        authority: [...ns('org', 'ns.org'), ...ROOT.signed([ORG.ds()])],
      },
    '198.51.100.2': ({ name, type }) =>
      self(world.foreignOrg ? FOREIGN_ORG : ORG, name, type) ?? {
        ...referral,
        authority: [...(referral.authority ?? []), ...ds],
      },
    '198.51.100.3': ({ name, type }) => self(keys, name, type, world) ?? said(type, world),
  };
}

/** A zone about itself. */
function self(zone: Zone, name: string, type: number, world: World = {}): Said | null {
  if (name !== zone.name) return null;
  if (type === 48) return { answer: signedBy(zone, zone.keySet(), world) };
  return type === T.NS
    ? { answer: signedBy(zone, ns(zone.name, zone.name === '.' ? 'ns' : `ns.${zone.name}`), world) }
    : null;
}

function signedBy(zone: Zone, records: readonly Rr[], { unsigned, expired }: World): Rr[] {
  if (unsigned) return [...records];
  return zone.signed(records, expired ? { inception: NOW - 40 * DAY, expiration: NOW - 7 * DAY } : {});
}

function said(type: number, world: World): Sections {
  const { addresses = [GOOD], keys = EXAMPLE } = world;
  const records = addresses.map((text) => address(NAME, text));
  if (type === T.A && records.length > 0) {
    const signed = signedBy(keys, records, world);
    const forged = world.forged?.map((text) => address(NAME, text));
    return { answer: forged ? [...forged, ...signed.filter((record) => record.type !== T.A)] : signed };
  }
  return { authority: [...signedBy(keys, [soa('example.org')], world), ...gap(records.length > 0, world)] };
}

/** Proof that the name has no such record. */
function gap(exists: boolean, { keys = EXAMPLE, unsigned = false }: World): Rr[] {
  return unsigned ? [] : keys.nsec(NAME, `z.${NAME}`, exists ? [T.A] : [T.TXT]);
}

// ------------------------------------------------- what resolvers pass on

type Passed = 'signed' | 'unsigned';

/** A resolver's reply with the packet it came in. */
export function passedOn(sections: Sections, rcode = 0): Reply {
  const bytes = message(NAME, T.A, { ...sections, rcode });
  const texts = (sections.answer ?? []).filter(({ type }) => type === T.A).map(({ rdata }) => [...rdata].join('.'));
  const raw = { bytes, mime: 'application/dns-message', sha256: createHash('sha256').update(bytes).digest('hex') };
  return { ...reply(rcode === 3 ? 'NXDOMAIN' : texts), raw };
}

/** The genuine records as the owner signed them. */
export function genuine(world: World = {}): Sections {
  return said(T.A, world);
}

export function records(addresses: readonly string[], owner = NAME): Rr[] {
  return addresses.map((text) => address(owner, text));
}

export function asked(resolver: string, came: Reply, more: Partial<Omit<Answer, 'resolver'>> = {}): Answer {
  return answer(resolver, 'A', [came], { signaturesAsked: true, ...more });
}

/** The root's SOA, with or without its signature. */
export function canary(resolver: string, passes: Passed): Answer {
  const record = [rr('.', T.SOA, soa('x').rdata)];
  const bytes = message('.', T.SOA, { answer: passes === 'signed' ? ROOT.signed(record) : record });
  const raw = { bytes, mime: 'application/dns-message', sha256: '' };
  const more = { asked: 'control', name: '.', signaturesAsked: true } as const;
  return answer(resolver, 'SOA', [{ ...reply([], { records: ['a.root.'] }), raw }], more);
}
