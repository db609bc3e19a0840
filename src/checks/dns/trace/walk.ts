/** From the root down to the zone a name stands in. What was learned of a zone serves the next walk through it. */
import { ipv4First } from '../addresses.js';
import { isBelow, isWithin, labelsOf } from '../dnssec/canonical-name.js';
import type { Question } from '../dnssec/response.js';
import { SECURITY_TYPE } from '../dnssec/security-records.js';
import { canonicalName, TYPE } from '../names.js';
import type { Server, ServerReply, ZoneFacts } from './facts.js';
import { type Allowance, TRACE_LIMITS } from './limits.js';
import { askServer, Sends, type TraceIo } from './server-query.js';
import {
  carriesSignatures,
  commonReferral,
  hiddenApex,
  isSigned,
  maySend,
  meaningOf,
  messageOf,
  type Referral,
  tellsDs,
} from './statements.js';

export interface WalkOptions {
  readonly roots: readonly string[];
  readonly port: number;
  /** Zones that need not be asked about themselves again. */
  readonly known?: readonly ZoneFacts[];
}

export interface Arrival {
  /** Root first. */
  readonly path: readonly ZoneFacts[];
  readonly replies: ServerReply[];
}

/** Servers asked where only the address of another name server is wanted. */
const LIGHT_SERVERS = 2;

export class Walk {
  /** Zones every server of which was asked. */
  readonly zones = new Map<string, ZoneFacts>();
  /** Zones met while looking for addresses of name servers. */
  readonly #aside = new Map<string, ZoneFacts>();
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #options: WalkOptions;
  readonly #allowance: Allowance;
  readonly #io: TraceIo;

  constructor(options: WalkOptions, allowance: Allowance, io: TraceIo) {
    this.#options = options;
    for (const zone of options.known ?? []) this.zones.set(zone.zone, zone);
    this.#allowance = allowance;
    this.#io = io;
  }

  /** Asks every server of the zone the name stands in. */
  async to(question: Question): Promise<Arrival> {
    const root = this.zones.get('.') ?? (await this.#enterRoot());
    let path = pathTo(deepestOf(this.zones, question.name) ?? root, this.zones);
    for (;;) {
      const zone = path.at(-1) ?? root;
      const replies = await this.#askAll(zone.servers, question);
      const referral = commonReferral(replies, zone.zone);
      if (!referral) return await this.#withHiddenCuts({ path, replies }, question);
      if (!this.#allowance.takeReferral()) return { path, replies };
      path = [...path, await this.#enter(referral, zone, replies, 0)];
    }
  }

  async #enterRoot(): Promise<ZoneFacts> {
    const servers = this.#options.roots
      .slice(0, TRACE_LIMITS.servers)
      .map((address): Server => ({ name: address, address, source: 'configured' }));
    const facts = { zone: '.', parent: null, referrals: [], ds: null, servers, unasked: [] };
    return this.#remember({ ...facts, ...(await this.#selfDescription('.', servers)) });
  }

  async #enter(
    referral: Referral,
    parent: ZoneFacts,
    replies: readonly ServerReply[],
    depth: number,
  ): Promise<ZoneFacts> {
    const { child } = referral;
    const { servers, unasked } = await this.#serversOf(referral, depth);
    const referrals = replies.filter((reply) => refersTo(reply, parent.zone, child));
    const isTold = referrals.some(tellsDs);
    const ds =
      isTold || !isSigned(parent) ? null : await this.#askOne(parent.servers, { name: child, type: SECURITY_TYPE.DS });
    const facts = { zone: child, parent: parent.zone, referrals, ds, servers, unasked };
    return this.#remember({ ...facts, ...(await this.#selfDescription(child, servers)) });
  }

  #remember(zone: ZoneFacts): ZoneFacts {
    this.zones.set(zone.zone, zone);
    return zone;
  }

  async #selfDescription(zone: string, servers: readonly Server[]): Promise<Pick<ZoneFacts, 'keys' | 'nameservers'>> {
    const [keys, nameservers] = await Promise.all([
      this.#askOne(servers, { name: zone, type: SECURITY_TYPE.DNSKEY }),
      this.#askOne(servers, { name: zone, type: TYPE.NS }),
    ]);
    return { keys, nameservers };
  }

  /** Every server at once. */
  async #askAll(servers: readonly Server[], question: Question): Promise<ServerReply[]> {
    const sends = new Sends();
    return await Promise.all(servers.map((server) => this.#ask(server, question, sends)));
  }

  /** One server after the other, until one says something. */
  async #askOne(servers: readonly Server[], question: Question): Promise<ServerReply | null> {
    const sends = new Sends();
    let last: ServerReply | null = null;
    for (const server of servers) {
      last = await this.#ask(server, question, sends);
      if (meaningOf(last, '.').kind === 'answer') return last;
    }
    return last;
  }

  #ask(server: Server, question: Question, sends: Sends): Promise<ServerReply> {
    return askServer(server, this.#options.port, question, sends, this.#allowance, this.#io);
  }

  // ------------------------------------------------- zones served by their parent's servers

  async #withHiddenCuts({ path, replies }: Arrival, question: Question): Promise<Arrival> {
    const zone = path.at(-1);
    const said = replies.find((reply) => meaningOf(reply, zone?.zone ?? '.').kind === 'answer');
    if (!zone || !said) return { path, replies };
    const apex = hiddenApex(said, zone.zone) ?? (await this.#apexOfUnsigned(said, zone, question));
    return apex === null ? { path, replies } : { path: await this.#insertCuts(path, zone, apex), replies };
  }

  /** An answer without signatures from a signed zone: perhaps it is from an unsigned zone below, on the same server. */
  async #apexOfUnsigned(said: ServerReply, zone: ZoneFacts, { name }: Question): Promise<string | null> {
    if (!isSigned(zone) || carriesSignatures(said)) return null;
    const reply = await this.#askOne([said.server], { name, type: TYPE.SOA });
    return reply && hiddenApex(reply, zone.zone);
  }

  /** Whoever signs the DS of a hidden zone may be a hidden zone too. */
  async #insertCuts(path: readonly ZoneFacts[], above: ZoneFacts, apex: string): Promise<readonly ZoneFacts[]> {
    const known = this.zones.get(apex);
    if (known) return pathTo(known, this.zones);
    if (!this.#allowance.takeReferral()) return path;
    const ds = await this.#askOne(above.servers, { name: apex, type: SECURITY_TYPE.DS });
    const between = ds && hiddenApex(ds, above.zone);
    if (between !== null && isBelow(apex, between)) {
      const longer = await this.#insertCuts(path, above, between);
      const nearest = longer.at(-1);
      // Strictly below the former one each time: as many steps as the name has labels, at most.
      if (nearest && isBelow(nearest.zone, above.zone)) return await this.#insertCuts(longer, nearest, apex);
    }
    const { servers } = above;
    const facts = { zone: apex, parent: above.zone, referrals: [], ds, servers, unasked: [] };
    return [...path, this.#remember({ ...facts, ...(await this.#selfDescription(apex, servers)) })];
  }

  // ------------------------------------------------- addresses of name servers

  async #serversOf(referral: Referral, depth: number): Promise<{ servers: Server[]; unasked: string[] }> {
    const targets = referral.targets.slice(0, TRACE_LIMITS.targets);
    const withGlue = targets.filter((target) => referral.glue.has(target));
    const found: Server[] = withGlue.flatMap((name) =>
      ipv4First(referral.glue.get(name) ?? []).map((address): Server => ({ name, address, source: 'glue' })),
    );
    const without = targets.filter((target) => !referral.glue.has(target));
    const [first, ...others] = found.length < TRACE_LIMITS.servers ? without : [];
    // The first one's way is mostly the others' too: it is walked once.
    const resolved = first === undefined ? [] : [await this.#resolve(first, depth + 1)];
    resolved.push(...(await Promise.all(others.map((name) => this.#resolve(name, depth + 1)))));
    found.push(...resolved.flat());
    const allowed = found.filter(({ address }) => maySend(address, this.#options.roots));
    const servers = byFamily(allowed).slice(0, TRACE_LIMITS.servers);
    const asked = new Set(servers.map(({ name }) => name));
    return { servers, unasked: referral.targets.filter((target) => !asked.has(target)) };
  }

  async #resolve(name: string, depth: number): Promise<Server[]> {
    const known = this.#addresses.get(name);
    if (known) return known.map((address): Server => ({ name, address, source: 'resolved' }));
    if (depth > TRACE_LIMITS.depth) {
      this.#allowance.note(`name servers hang on name servers more than ${TRACE_LIMITS.depth} deep`);
      return [];
    }
    // Marked before it is asked: two names that hang on each other end here.
    this.#addresses.set(name, []);
    const addresses = await this.#addressesOf(name, depth);
    this.#addresses.set(name, addresses);
    return addresses.map((address): Server => ({ name, address, source: 'resolved' }));
  }

  async #addressesOf(name: string, depth: number): Promise<string[]> {
    const question = { name, type: TYPE.A };
    let zone = deepestOf(new Map([...this.#aside, ...this.zones]), name);
    while (zone) {
      const replies = await this.#askLightly(zone, question);
      const referral = commonReferral(replies, zone.zone);
      if (!referral) return addressesIn(replies, name);
      if (!this.#allowance.takeReferral()) return [];
      const { servers, unasked } = await this.#serversOf(referral, depth);
      const bare = { parent: zone.zone, referrals: [], ds: null, keys: null, nameservers: null };
      zone = { ...bare, zone: referral.child, servers, unasked };
      this.#aside.set(zone.zone, zone);
    }
    return [];
  }

  async #askLightly({ servers }: ZoneFacts, question: Question): Promise<ServerReply[]> {
    const reply = await this.#askOne(servers.slice(0, LIGHT_SERVERS), question);
    return reply ? [reply] : [];
  }
}

function refersTo(reply: ServerReply, zone: string, child: string): boolean {
  const meaning = meaningOf(reply, zone);
  return meaning.kind === 'referral' && meaning.referral.child === child;
}

function deepestOf(zones: ReadonlyMap<string, ZoneFacts>, name: string): ZoneFacts | null {
  const around = [...zones.values()].filter(({ zone }) => isWithin(name, zone));
  return around.toSorted((a, b) => labelsOf(b.zone).length - labelsOf(a.zone).length)[0] ?? null;
}

function pathTo(zone: ZoneFacts, zones: ReadonlyMap<string, ZoneFacts>): ZoneFacts[] {
  const parent = zone.parent === null ? undefined : zones.get(zone.parent);
  return parent ? [...pathTo(parent, zones), zone] : [zone];
}

/** Each address once; IPv4 first, since not every machine has IPv6. */
function byFamily(servers: readonly Server[]): Server[] {
  const distinct = servers.filter(
    (server, at) => servers.findIndex(({ address }) => address === server.address) === at,
  );
  return distinct.toSorted((a, b) => Number(a.address.includes(':')) - Number(b.address.includes(':')));
}

function addressesIn(replies: readonly ServerReply[], name: string): string[] {
  const addresses = replies.flatMap((reply) =>
    (messageOf(reply)?.message.answers ?? []).flatMap((record) =>
      canonicalName(record.name) === name && record.data.kind === 'address' ? record.data.address : [],
    ),
  );
  return [...new Set(addresses)].slice(0, TRACE_LIMITS.servers);
}
