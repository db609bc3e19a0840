/** Nobody is told of what looks like a hijack and is none. Real nsd, unbound and web servers; dials 127.0.0.0/8 only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resolver } from '../../../src/checks/check.js';
import type { ServerCertificate } from '../../support/certificates.js';
import { DnsWorld } from '../../support/dns-world.js';
import type { Origin } from '../../support/origin.js';
import { ROWS, type Row, type Scene, zonesOf } from './benign-rows.js';
import { alarmsIn, startWebs, udp, verdictsIn, Watch } from './rounds.js';

const CHECKS = 4;

interface Played {
  readonly alarms: readonly string[];
  readonly verdicts: ReadonlySet<string>;
}

let world: DnsWorld;
let references: readonly Resolver[];
const origins: Origin[] = [];
const played = new Map<Row, Played>();

beforeAll(async () => {
  const rows = Object.entries(ROWS);
  const scenes = new Map<Row, Scene>();
  const operators = new Map<Row, (stage: number) => Promise<void>>();
  const zones = rows.flatMap(([, row]) => zonesOf(row, () => scenes.get(row)));
  const signed = rows.filter(([, row]) => row.signed).map(([, { zone }]) => zone);
  world = await DnsWorld.start(Object.fromEntries(zones), signed, async (beginning) => {
    const certificate = beginning.authority.issue(rows.map(([, { zone }]) => `www.${zone}`));
    for (const [, row] of rows) {
      const scene = await sceneFor(row, beginning, certificate);
      scenes.set(row, scene);
      const operator = await row.signed?.(scene);
      if (operator) operators.set(row, operator);
    }
  });
  references = await world.references();
  const plain = await world.unbound('plain');
  await Promise.all(
    [...scenes].map(async ([row, scene]) => {
      played.set(row, await play(row, Object.assign(scene, { plain }), operators.get(row)));
    }),
  );
});
afterAll(async () => {
  await Promise.all(origins.map((origin) => origin.close()));
  await world?.stop();
});

async function sceneFor(row: Row, at: DnsWorld, certificate: ServerCertificate): Promise<Scene> {
  const webs = await startWebs(at, row.webs ?? 1, certificate);
  origins.push(...webs);
  const plain = { address: '', port: 0 };
  return { world: at, web: webs.map(({ address }) => address), origins: webs, plain, stage: 0, served: 0, special: '' };
}

async function play(row: Row, scene: Scene, operator?: (stage: number) => Promise<void>): Promise<Played> {
  const witness = await row.witness?.(scene);
  const resolvers = [...references, udp('plain', scene.plain), ...(witness ? [witness] : [])];
  const watch = new Watch({ name: `www.${row.zone}`, port: world.port }, resolvers, world);
  await watch.approve();
  const alarms: string[] = [];
  const verdicts = new Set<string>();
  while (scene.stage < (row.checks ?? CHECKS)) {
    scene.stage += 1;
    await operator?.(scene.stage);
    if ((await row.before?.(scene)) === 'approve') await watch.approve();
    const seen = await watch.check();
    alarms.push(...alarmsIn(seen).map((alarm) => `check ${scene.stage}: ${alarm}`));
    for (const verdict of verdictsIn(seen)) verdicts.add(verdict);
  }
  await watch.close();
  return { alarms, verdicts };
}

describe('nobody is told of', () => {
  test.each(Object.entries(ROWS))('%s', (_what, row) => {
    const seen = played.get(row);
    expect(seen?.alarms).toEqual([]);
    expect([...(seen?.verdicts ?? [])]).toEqual(expect.arrayContaining([...row.shows]));
  });
});
