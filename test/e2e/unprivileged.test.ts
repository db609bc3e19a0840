/**
 * Siteward as a user without rights: what holds the browser in is built all the same, and where the machine forbids it
 * nothing is shown to a browser that is not held. The kernel's own limits of a user namespace forbid it, so that what
 * refuses here is what refuses in the field.
 */
import { chmodSync, chownSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Origin, startOrigin } from '../support/origin.js';
import { newWorkplace, until, type Workplace } from '../support/siteward.js';

const LIMIT_MS = 90_000;
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
/** Whoever runs the tests, without any right. */
const WITHOUT_RIGHTS = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : [];

/** In a user namespace in which the kernel makes no more namespaces of this kind. */
function forbidding(kind: 'user' | 'net'): string[] {
  const within = `echo 0 >/proc/sys/user/max_${kind}_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all -- "$@"`;
  return [...WITHOUT_RIGHTS, 'unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c', within, 'sh'];
}

let place: Workplace;
let origin: Origin;
beforeAll(async () => {
  place = newWorkplace();
  origin = await startOrigin({ '/': '<title>page</title><h1>page</h1>' });
  settings('auto');
  place.watchlist(`sites: [{ id: page, url: "${origin.url}/", checks: [page] }]\n`);
  chmodSync(place.folder, 0o755);
  if (isRoot) chownSync(place.folder, NOBODY, NOBODY);
});
afterAll(async () => {
  await place.remove();
  await origin.close();
});

function settings(jail: string): void {
  place.settings(`network: { only: [127.0.0.0/8] }
dns: { resolvers: [{ name: local, address: "udp://127.0.0.1:9", role: reference }] }
browser: { jail: ${jail} }
`);
}

async function examined(through: readonly string[]): Promise<Record<string, { ok: boolean; detail: string }>> {
  const { stdout } = await place.start(['doctor', '--json'], { through }).finished;
  const { examinations }: { examinations: { what: string; ok: boolean; detail: string }[] } = JSON.parse(stdout);
  return Object.fromEntries(examinations.map(({ what, ok, detail }) => [what, { ok, detail }]));
}

/** Command lines of all browsers that have this folder's monitor for a parent. */
function browsersOf(parent: number): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const [, above] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return above === String(parent) && command.includes('--user-data-dir') ? [command] : [];
    } catch {
      return []; // No process, or it ended this moment.
    }
  });
}

test('a user without rights has the sandbox and the jail, by a user namespace', { timeout: LIMIT_MS }, async () => {
  settings('required');
  const { sandbox, jail, browser } = await examined(WITHOUT_RIGHTS);
  expect(browser).toMatchObject({ ok: true });
  expect(sandbox).toMatchObject({ ok: true, detail: expect.stringContaining("Chromium's own sandbox") });
  expect(jail).toMatchObject({ ok: true, detail: expect.stringContaining('network of its own') });
  const capture = ['baseline', 'capture', '--approve', '--by', 'Ada'];
  const captured = await place.start(capture, { through: WITHOUT_RIGHTS }).finished;
  expect(captured.code, captured.stdout + captured.stderr).toBe(0);
  const { code, stdout } = await place.start(['check'], { through: WITHOUT_RIGHTS }).finished;
  expect(code, stdout).toBe(0);
});

test('where no jail can be made and one is required, no browser is started', { timeout: LIMIT_MS }, async () => {
  settings('required');
  const running = place.start(['--json', 'check'], { through: forbidding('net') });
  let started: string[] = [];
  await until(
    'it has ended',
    async () => {
      started = [...started, ...browsersOf(running.pid)];
      return Promise.race([
        running.finished.then(() => true),
        new Promise((resolve) => setTimeout(resolve, 10, false)),
      ]);
    },
    LIMIT_MS,
  );
  const { code, stdout } = await running.finished;
  expect(started).toEqual([]);
  expect(code).toBe(3);
  expect(stdout).toContain('wants the browser in a network of its own');
  expect(stdout).toContain('jail: required');
});

test('where no sandbox can be built the look fails with the remedy, and is not green', {
  timeout: LIMIT_MS,
}, async () => {
  settings('"off"');
  const { code, stdout } = await place.start(['--json', 'check'], { through: forbidding('user') }).finished;
  expect(code, stdout).toBe(3);
  expect(stdout).toContain('cannot build its sandbox on this machine');
});
