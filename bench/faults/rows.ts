/** What the network does to the built daemon, row by row. Each throws with what was seen where the promise was not kept. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ground } from '../../test/e2e/faults/ground.js';
import { until } from '../../test/support/siteward.js';
import { meets } from './net.js';
import { changes, LONG_MS, type Row, told } from './row.js';

async function controls(ground: Ground): Promise<readonly number[]> {
  const servers: Server[] = [];
  for (let index = 0; index < 5; index++) {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    server.unref();
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  ground.settings(`controls: [${ports.map((port) => `"127.0.0.1:${port}"`).join(', ')}]`);
  return ports;
}

export const ROWS: readonly Row[] = [
  {
    name: 'own network down: sites and controls answer nothing',
    async run(ground) {
      const ports = await controls(ground);
      const daemon = await ground.watch();
      await daemon.looked();
      const mend = [ground.sitePort, ...ports].map((port) => meets(port, 'drop'));
      const after = await told('we are told that we are blind', ground, '_siteward', /its own network is down/);
      const at = performance.now();
      await pause(60_000);
      assert.equal(changes(ground), '');
      assert.deepEqual(
        ground.beats.filter((beat) => beat > at),
        [],
      );
      for (const one of mend) one();
      await until('healthy again', async () => (await daemon.health()).ok, LONG_MS);
      assert.equal(changes(ground), '');
      await daemon.stop();
      return `blind told after ${after}, no site told as down in a minute, no heartbeat, healthy again by itself`;
    },
  },
  {
    name: 'one control of five blocked',
    async run(ground) {
      const [port = 0] = await controls(ground);
      const daemon = await ground.watch();
      meets(port, 'drop');
      await pause(45_000);
      assert.equal(await daemon.metric('siteward_vantage_sighted'), 1);
      assert.equal(ground.told.length, 0);
      await daemon.stop();
      return 'still sighted, nobody told';
    },
  },
  {
    name: 'controls answer, the watched site is dropped',
    async run(ground) {
      await controls(ground);
      const daemon = await ground.watch();
      await daemon.looked();
      const mend = meets(ground.sitePort, 'drop');
      const after = await told('the outage is told', ground, 'site-1', /./);
      mend();
      await until('its end is told', () => changes(ground).includes('resolved'), LONG_MS);
      assert.equal(changes(ground), 'opened resolved');
      await daemon.stop();
      return `told as down after ${after}, resolved when it answered`;
    },
  },
  {
    name: 'controls dropped to mask an attack',
    async run(ground) {
      const ports = await controls(ground);
      const daemon = await ground.watch();
      await daemon.looked();
      for (const port of ports) meets(port, 'drop');
      await told('we are told that we are blind', ground, '_siteward', /its own network is down/);
      ground.attack(true);
      const after = await told('the attack is told', ground, 'site-1', /certificate/);
      assert.equal(changes(ground), 'opened');
      await daemon.stop();
      return `attack told after ${after} by a blind vantage`;
    },
  },
  {
    name: '30 % of the packets of a site lost',
    async run(ground, minutes) {
      const daemon = await ground.watch();
      await daemon.looked();
      meets(ground.sitePort, 'numgen random mod 100 < 30 drop');
      const before = await daemon.metric('siteward_looks_total');
      await pause(minutes * 60_000);
      const looks = (await daemon.metric('siteward_looks_total')) - before;
      assert.equal(changes(ground), '');
      assert.ok(looks > 0);
      await daemon.stop();
      return `${looks} looks in ${minutes} min, no site told`;
    },
  },
  {
    name: '64 kbit/s for a site, the rest dropped',
    async run(ground, minutes) {
      const daemon = await ground.watch();
      await daemon.looked();
      meets(ground.sitePort, 'limit rate over 8 kbytes/second drop');
      await pause(minutes * 60_000);
      const wrong = ground.ofSite().filter(({ headline }) => /certificate|intercepted|defaced/.test(headline));
      assert.deepEqual(wrong, []);
      await daemon.looked();
      await daemon.stop();
      return `told in ${minutes} min: ${changes(ground) || 'nothing'}; nothing as an attack`;
    },
  },
  {
    name: 'every channel down while attacks come and go',
    async run(ground) {
      const daemon = await ground.watch();
      await daemon.looked();
      const mend = meets(ground.webPort, 'drop');
      ground.attack(true);
      await until('the alert waits', async () => (await daemon.metric('siteward_outbox_pending')) > 0, LONG_MS);
      const at = performance.now();
      const problem = async (): Promise<boolean> =>
        (await daemon.health()).problems.some((one) => one.includes('no receiver takes them'));
      await until('health says that nobody can be told', problem, LONG_MS);
      const after = Math.round((performance.now() - at) / 1_000);
      ground.attack(false);
      await pause(40_000);
      mend();
      await until('it is told', () => ground.ofSite().length > 0, 10 * 60_000);
      await pause(15_000);
      assert.ok(/^(resolved|opened resolved)$/.test(changes(ground)), changes(ground));
      assert.equal(new Set(ground.told.map(({ key }) => key)).size, ground.told.length);
      await daemon.stop();
      return `not healthy and no heartbeat after ${after} s; afterwards ${changes(ground)}, each once`;
    },
  },
];
