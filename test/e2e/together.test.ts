/** Several processes of the built program on one memory: nothing is sent twice, and two daemons are one too many. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Origin, startOrigin } from '../support/origin.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { type Running, until, type Workplace } from '../support/siteward.js';
import { DEFACED, type Event, oneSite, startEvent } from './event.js';

let event: Event;
let place: Workplace;
let hook: Origin;
/** `webhook-id` and type of what was taken, in order. */
const taken: { readonly key: string; readonly type: string }[] = [];

beforeAll(async () => {
  event = await startEvent();
  // Slow: whoever else carries the same has time to do so meanwhile.
  hook = await startOrigin({
    '*': (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { type } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { type: string };
        taken.push({ key: String(request.headers['webhook-id']), type });
        setTimeout(() => response.writeHead(204).end(), 2_500);
      });
    },
  });
  place = event.workplace();
  tell();
  place.watchlist(oneSite(event.url(), 'every: 1h'));
  const { code, stdout } = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  expect(code, stdout).toBe(0);
}, 120_000);
afterAll(async () => {
  await event.close();
  await hook.close();
});

function tell(further = ''): void {
  place.settings(
    event.settings(`web: { listen: "127.0.0.1:0" }
receivers: [{ id: hook, kind: webhook, url: "${hook.url}/", secret: "a secret of sixteen characters" }]
${further}`),
  );
}

async function watching(...args: readonly string[]): Promise<Running> {
  const running = place.start([...args, 'watch']);
  await until('it watches', () => running.stderr().includes('"health":'), 30_000);
  return running;
}

async function stopped(running: Running): Promise<void> {
  running.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
}

describe('beside a daemon', () => {
  test('--once and a drill leave what is owed to it, say what became of it, and nothing comes twice', async () => {
    const daemon = await watching();
    await until('it looked', () => daemon.stderr().match(/"target":"live\//g)?.length === 2, 30_000);
    event.origin.pages['/'] = DEFACED;
    const once = await place.siteward('watch', '--once');
    expect(once.code, once.stderr).toBe(2);
    expect(taken.map(({ type }) => type)).toEqual(['incident.opened']);
    const drill = await place.siteward('--json', 'drill');
    expect(drill.code, drill.stderr).toBe(0);
    const { deliveries } = JSON.parse(drill.stdout) as { deliveries: { change: string; state: string }[] };
    expect(deliveries.map(({ change, state }) => `${change} ${state}`)).toEqual([
      'opened delivered',
      'worsened delivered',
      'resolved delivered',
    ]);
    expect(new Set(taken.map(({ key }) => key)).size).toBe(taken.length);
    await stopped(daemon);
    const alone = await place.siteward('drill');
    expect(alone.code, alone.stderr).toBe(0);
    expect(new Set(taken.map(({ key }) => key)).size).toBe(taken.length);
  }, 120_000);
});

describe('on one PostgreSQL database', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.create();
    tell(`store: { url: "${url}" }`);
  }, 60_000);
  afterAll(() => server.stop());

  test('a second daemon is refused wherever it runs, with a sentence that says by whom; a third may follow the first', async () => {
    const first = await watching('--data', 'data-here');
    const second = await place.siteward('--data', 'data-there', 'watch');
    expect(second.code, second.stderr).toBe(3);
    expect(second.stderr).toMatch(
      /Another siteward watch \(from 127\.0\.0\.1, connected since .*\) works with the PostgreSQL database "\w+" .* already/,
    );
    expect(second.stderr).not.toContain('hunter');
    await stopped(first);
    await stopped(await watching('--data', 'data-there'));
  }, 120_000);

  test('a daemon whose connection was cut stays the only one', async () => {
    const first = await watching('--data', 'data-here');
    // Again and again, so that some of it falls into the middle of what it asks or writes.
    for (let times = 0; times < 20; times++) {
      await server.run(url, 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()');
    }
    const held = `select count(*) from pg_locks where locktype = 'advisory' and granted and objid = ${0x51_7e_3a_2e}`;
    await until('it has the lock again', async () => (await server.run(url, held)) === '1', 30_000);
    expect((await place.siteward('--data', 'data-there', 'watch')).code).toBe(3);
    await stopped(first);
  }, 120_000);

  test('a daemon that another replaced while it was cut off ends, and says why', async () => {
    const first = await watching('--data', 'data-here');
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid();
      select pg_advisory_lock(${0x51_7e_3a_2e}), pg_sleep(15)`;
    const taking = server.run(url, cut);
    const { code, stderr } = await first.finished;
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/Another daemon took over: this one ends/);
    await taking;
  }, 120_000);
});
