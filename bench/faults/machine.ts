/** What a machine short of memory or of processes does to the built daemon and to its browser. */
import { strict as assert } from 'node:assert';
import { renameSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { findExecutable } from '../../src/net/browser/executable.js';
import { type Daemon, type Ground, looksOf, type Seen } from '../../test/e2e/faults/ground.js';
import { until } from '../../test/support/siteward.js';
import { booksOf, pendingIn } from '../torture/ledger.js';
import { browserIn, type Group, groupOf } from './groups.js';
import { changes, LONG_MS, type Row, told } from './row.js';

const MIB = 1024 * 1024;
const PAGE = '<!doctype html><title>Welcome</title><h1>Welcome</h1><p>We are glad that you are here today.</p>';
/** Memory that is no heap of scripts: V8 sets no limit to it. */
const EATER = `${PAGE}<script>const held = []; for (;;) try { held.push(new Uint8Array(${32 * MIB}).fill(1)); } catch {}</script>`;
/** Not observed for so long is told. */
const UNSEEN_MS = 600_000;

/** @returns the first look begun after now, or nearly */
async function nextLooks(daemon: Daemon, state: string): Promise<Seen> {
  const before = looksOf(daemon).length;
  const found = (): Seen | undefined =>
    looksOf(daemon)
      .slice(before)
      .find((look) => look.state === state);
  try {
    return await until(`a look is ${state}`, found, LONG_MS);
  } catch (error) {
    throw new Error(`${error}; looks were ${JSON.stringify(looksOf(daemon).slice(before))}`, { cause: error });
  }
}

let body = PAGE;

async function grouped(controller: 'memory' | 'pids', work: (group: Group) => Promise<string>): Promise<string> {
  const group = groupOf(controller);
  try {
    return await work(group);
  } finally {
    body = PAGE;
    await group.remove();
  }
}

/** What the browser may have is the group's; the daemon is outside of it. */
async function withBrowserIn(
  ground: Ground,
  group: Group,
): Promise<{ daemon: Daemon; path: string; end: () => Promise<void> }> {
  const executable = await findExecutable('auto');
  const browser = browserIn(group, executable);
  ground.settings(`browser: { executable: ${browser.path} }`);
  const daemon = await ground.watch();
  await nextLooks(daemon, 'intact');
  return {
    daemon,
    path: browser.path,
    async end() {
      await daemon.stop();
      browser.remove();
    },
  };
}

const show: Row['page'] = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end(body);

export const MACHINE_ROWS: readonly Row[] = [
  {
    name: 'memory of the browser: a page that eats it, killed by the kernel at 400 MiB',
    alone: true,
    page: show,
    run: (ground) =>
      grouped('memory', async (group) => {
        const { daemon, end } = await withBrowserIn(ground, group);
        group.set('memory.limit_in_bytes', 400 * MIB);
        const kills = group.read('memory.oom_control', 'oom_kill ');
        body = EATER;
        const look = await nextLooks(daemon, 'altered');
        body = PAGE;
        const killed = group.read('memory.oom_control', 'oom_kill ') - kills;
        assert.ok(killed > 0, 'the kernel killed nothing');
        const intact = await nextLooks(daemon, 'intact');
        await until('its end is told', () => changes(ground) === 'opened resolved', LONG_MS);
        await end();
        return `${killed} processes killed; altered after ${look.tookMs} ms: ${look.summary}; the next one intact after ${intact.tookMs} ms`;
      }),
  },
  {
    name: 'memory of the browser: none left for any page',
    alone: true,
    page: show,
    run: (ground) =>
      grouped('memory', async (group) => {
        const { daemon, end } = await withBrowserIn(ground, group);
        const kills = group.read('memory.oom_control', 'oom_kill ');
        const relent = squeeze(group);
        const look = await nextLooks(daemon, 'unverified').finally(relent);
        const killed = group.read('memory.oom_control', 'oom_kill ') - kills;
        assert.ok(killed > 0, 'the kernel killed nothing');
        assert.equal(changes(ground), '');
        group.set('memory.limit_in_bytes', 'max');
        const intact = await nextLooks(daemon, 'intact');
        assert.equal(changes(ground), '');
        await end();
        return `${killed} processes killed; unverified after ${look.tookMs} ms: ${look.summary}; no site told; with memory the next look intact after ${intact.tookMs} ms`;
      }),
  },
  {
    name: 'memory of the daemon: killed by the kernel while it tells of an attack',
    alone: true,
    run: (ground) =>
      grouped('memory', async (group) => {
        let killed = 0;
        for (let round = 0; round < 10; round++) {
          group.set('memory.limit_in_bytes', 'max');
          const daemon = await ground.watch({ through: group.prefix });
          await daemon.looked();
          ground.attack(round % 2 === 0);
          killed += await squeezed(group, daemon);
        }
        ground.attack(false);
        group.set('memory.limit_in_bytes', 'max');
        const last = await ground.watch({ through: group.prefix });
        await last.looked();
        const database = ground.place.path('data', 'siteward.db');
        await until('all is told', async () => (await pendingIn(database)) === 0, LONG_MS);
        await last.stop();
        const { torn, unsound } = await booksOf(database, []);
        assert.deepEqual({ torn, unsound }, { torn: [], unsound: [] });
        const keys = ground.told.map(({ key }) => key);
        const repeated = keys.length - new Set(keys).size;
        assert.ok(killed > 0 && repeated <= killed);
        return `killed ${killed} times in 10; told: ${changes(ground)}; ${repeated} under a key told before; nothing torn, file and trail sound`;
      }),
  },
  {
    name: 'the browser taken away while it runs, and put back',
    alone: true,
    page: show,
    run: (ground) =>
      grouped('pids', async (group) => {
        const { daemon, path, end } = await withBrowserIn(ground, group);
        renameSync(path, `${path}-away`);
        group.kill();
        const look = await nextLooks(daemon, 'unverified');
        assert.equal(changes(ground), '');
        renameSync(`${path}-away`, path);
        const intact = await nextLooks(daemon, 'intact');
        assert.equal(changes(ground), '');
        await end();
        return `unverified after ${look.tookMs} ms: ${look.summary}; no site told; put back, intact after ${intact.tookMs} ms`;
      }),
  },
  {
    name: 'no process and no thread more for the browser',
    alone: true,
    page: show,
    run: (ground) =>
      grouped('pids', async (group) => {
        const { daemon, end } = await withBrowserIn(ground, group);
        const since = performance.now();
        group.set('pids.max', 2);
        const look = await nextLooks(daemon, 'unverified');
        const after = await told('we are told', ground, '_siteward', /could not be verified/, 2 * UNSEEN_MS);
        assert.equal(changes(ground), '');
        const waited = Math.round((performance.now() - since) / 60_000);
        group.set('pids.max', 'max');
        const intact = await nextLooks(daemon, 'intact');
        await end();
        return `unverified after ${look.tookMs} ms: ${look.summary}; told as ours after ${waited} min (${after}), no site told; then intact after ${intact.tookMs} ms`;
      }),
  },
  {
    name: 'no process and no thread more for the daemon',
    alone: true,
    page: show,
    run: (ground) =>
      grouped('pids', async (group) => {
        const daemon = await ground.watch({ through: group.prefix });
        await nextLooks(daemon, 'intact');
        group.set('pids.max', 1);
        const look = await nextLooks(daemon, 'unverified');
        assert.equal(changes(ground), '');
        group.set('pids.max', 'max');
        const intact = await nextLooks(daemon, 'intact');
        assert.equal(changes(ground), '');
        await daemon.stop();
        return `unverified after ${look.tookMs} ms: ${look.summary}; no site told; then intact after ${intact.tookMs} ms`;
      }),
  },
];

/** Takes away what memory is not used, and what is given back. @returns ends it */
function squeeze(group: Group): () => void {
  let least = Number.POSITIVE_INFINITY;
  const timer = setInterval(() => {
    least = Math.min(least, group.read('memory.usage_in_bytes') + 64 * 1024);
    group.set('memory.limit_in_bytes', least);
  }, 20);
  return () => clearInterval(timer);
}

/** @returns how often the kernel killed */
async function squeezed(group: Group, daemon: Daemon): Promise<number> {
  const kills = group.read('memory.oom_control', 'oom_kill ');
  const relent = squeeze(group);
  await Promise.race([daemon.running.finished, pause(40_000)]);
  relent();
  const killed = group.read('memory.oom_control', 'oom_kill ') - kills;
  if (killed === 0) await daemon.stop();
  return killed;
}
