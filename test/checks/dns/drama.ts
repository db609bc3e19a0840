/**
 * A scene on real servers: a site with its zone, its web servers and its resolvers, whose parts a row of a table
 * changes from one check to the next. Dials 127.0.0.0/8 only.
 */
import type { Answer } from 'dns-packet';
import pLimit from 'p-limit';
import type { Resolver } from '../../../src/checks/check.js';
import { isGrave } from '../../../src/core/corroborate.js';
import type { Inspection } from '../../../src/monitor.js';
import { certificateAuthority, type ServerCertificate } from '../../support/certificates.js';
import { a, authorityOf, type Handler, type Query } from '../../support/dns-server.js';
import { DnsWorld, type SignedZone } from '../../support/dns-world.js';
import type { Origin } from '../../support/origin.js';
import { lineOf, startWebs, udp, Watch } from './rounds.js';

/** Where a row stands while it is played. */
export interface Scene {
  readonly world: DnsWorld;
  /** Addresses that serve the site with its certificate, and the servers there. */
  readonly web: readonly string[];
  readonly origins: Origin[];
  /** The honest resolver everybody may forward to; known once the world has started. */
  plain: { readonly address: string; readonly port: number };
  /** 0 while the baseline is taken, then the number of the check. */
  stage: number;
  /** Address queries answered so far. */
  served: number;
  /** Address of the resolver the row is about. */
  special: string;
  /** Where the attacker's page is served, with a certificate of `foreign`'s authority. */
  readonly evil: string;
  /** A certificate for the resolvers and every site, by an authority nobody trusts. */
  readonly foreign: ServerCertificate;
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
  /** What the watchlist says of the site beside. */
  readonly options?: (scene: Scene) => Readonly<Record<string, unknown>>;
  /** Makes the zone a signed one, published as it is at the start. @returns what its operator does before each check. */
  readonly signed?: (scene: Scene) => Promise<(stage: number) => Promise<void>>;
  /** `resolver type verdict`, each of which must have been seen; with them the row proves that it played at all. */
  readonly shows: readonly string[];
}

/** Those addresses for that type of query, nothing for any other. */
export function only(
  type: string,
  addresses: readonly string[],
  { name, type: asked }: Query,
  ttl = 1,
): readonly Answer[] {
  return asked === type ? addresses.map((address) => a(name, address, ttl)) : [];
}

export const isSite = ({ name }: Query): boolean => name.startsWith('www.');

/** Says nothing at all; `authorityOf` would say something. */
export const SILENT: readonly Answer[] = [];

interface Keys extends Omit<SignedZone, 'records'> {
  /** Keys the parent vouches for. */
  readonly ds: readonly string[];
}

/** The stages of a rollover, each in force for longer than any TTL before the next. */
export async function rollover(
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

/** Signed by one key; the parent vouches for it until the registrar is made to do otherwise. */
export function signedBy(zone: string): (scene: Scene) => Promise<(stage: number) => Promise<void>> {
  return (scene) =>
    rollover(scene, zone, async (newKey) => {
      const key = await newKey(13, true);
      return [{ keys: [key], signing: [key], ds: [key], combined: true }];
    });
}

/** The zones of a row with who answers for them. */
function zonesOf(row: Row, scene: () => Scene | undefined): [string, Handler][] {
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

export interface Played {
  /** What each check came to; the first is the first after the baseline was approved. */
  readonly checks: readonly (readonly Inspection[])[];
  /** What each of them would tell of a site of which nothing may change. */
  readonly frozen: readonly string[];
}

const CHECKS = 3;
/** Most of a row is waiting, but two cores are not many. */
const AT_ONCE = 10;

async function scenesFor(rows: readonly Row[], world: DnsWorld): Promise<(readonly [Row, Scene])[]> {
  const names = rows.map(({ zone }) => `www.${zone}`);
  const certificate = world.authority.issue(names);
  const stranger = certificateAuthority('State MITM CA');
  const foreign = stranger.issue([...names, 'resolver.test']);
  stranger.remove();
  const [attacker] = await startWebs(world, 1, foreign, '<title>HACKED BY X</title>defaced');
  const evil = attacker?.address ?? '';
  return await Promise.all(
    rows.map(async (row, at) => {
      const origins = await startWebs(world, row.webs ?? 1, certificate);
      const web = origins.map(({ address }) => address);
      // Whoever ends the first scene's servers ends the attacker's too.
      const all = at === 0 && attacker ? [...origins, attacker] : origins;
      const rest = { plain: { address: '', port: 0 }, stage: 0, served: 0, special: '', evil, foreign };
      return [row, { world, web, origins: all, ...rest }] as const;
    }),
  );
}

async function play(
  row: Row,
  scene: Scene,
  references: readonly Resolver[],
  operator?: (stage: number) => Promise<void>,
): Promise<Played> {
  const witness = await row.witness?.(scene);
  const resolvers = [...references, udp('plain', scene.plain), ...(witness ? [witness] : [])];
  const watch = new Watch(
    { name: `www.${row.zone}`, port: scene.world.port, ...(row.options ? { options: row.options(scene) } : {}) },
    resolvers,
    scene.world,
  );
  await watch.approve();
  const checks: (readonly Inspection[])[] = [];
  const frozen: string[] = [];
  while (checks.length < (row.checks ?? CHECKS)) {
    scene.stage += 1;
    await operator?.(scene.stage);
    if ((await row.before?.(scene)) === 'approve') await watch.approve();
    const seen = await watch.check();
    checks.push(seen);
    const grave = seen.flatMap((inspection) => watch.frozen(inspection)).filter(isGrave);
    frozen.push(...grave.map((finding) => `check ${checks.length}: ${lineOf(finding)}`));
  }
  await watch.close();
  return { checks, frozen };
}

/** Plays all rows at once in one world. */
export class Drama {
  readonly #world: DnsWorld;
  readonly #origins: Origin[];
  readonly played: ReadonlyMap<Row, Played>;

  private constructor(world: DnsWorld, origins: Origin[], played: ReadonlyMap<Row, Played>) {
    this.#world = world;
    this.#origins = origins;
    this.played = played;
  }

  static async play(rows: readonly Row[]): Promise<Drama> {
    const scenes = new Map<Row, Scene>();
    const operators = new Map<Row, (stage: number) => Promise<void>>();
    const played = new Map<Row, Played>();
    const zones = rows.flatMap((row) => zonesOf(row, () => scenes.get(row)));
    const signed = rows.filter((row) => row.signed).map(({ zone }) => zone);
    const world = await DnsWorld.start(Object.fromEntries(zones), signed, async (beginning) => {
      for (const [row, scene] of await scenesFor(rows, beginning)) {
        scenes.set(row, scene);
        const operator = await row.signed?.(scene);
        if (operator) operators.set(row, operator);
      }
    });
    try {
      const references = await world.references();
      const plain = await world.unbound('plain');
      for (const scene of scenes.values()) scene.plain = plain;
      const turn = pLimit(AT_ONCE);
      const playing = [...scenes].map(([row, scene]) =>
        turn(async () => played.set(row, await play(row, scene, references, operators.get(row)))),
      );
      await Promise.all(playing);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return new Drama(
      world,
      [...scenes.values()].flatMap(({ origins }) => origins),
      played,
    );
  }

  async end(): Promise<void> {
    await Promise.all(this.#origins.map((origin) => origin.close()));
    await this.#world.stop();
  }
}
