/** What a month of 500 sites leaves in the database, and how long forgetting holds everybody else up. A tenth of the looks. */
import { strict as assert } from 'node:assert';
import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { openStore } from '../../src/store/open.js';
import { filesOf, sqliteDialect } from '../../src/store/sqlite.js';
import type { Store } from '../../src/store/store.js';
import type { Row } from './row.js';

const SITES = 500;
const KINDS = ['page', 'dns', 'tls'];
const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;
/** Every five minutes is the default; a look in ten of those. */
const EVERY_MS = 10 * 300_000;
const HOURS = 48;
const NOW = Date.UTC(2026, 0, 1);
/** As a look at a site that is well is written down. */
const VERDICT = JSON.stringify({
  state: 'intact',
  severity: null,
  diagnosis: null,
  scope: null,
  confidence: null,
  findings: [],
  failures: [],
  seenBy: [],
  notSeenBy: ['local'],
  summary: 'It is as approved.',
});

/** Looks at every target from `from` to `to`. */
async function looks(db: Kysely<unknown>, from: number, to: number): Promise<void> {
  const count = Math.floor((to - from) / EVERY_MS);
  const kinds = sql.join(KINDS.map((kind) => sql`(${kind})`));
  await db.transaction().execute(async (tx) => {
    await sql`update verdicts set newest = 0 where newest = 1`.execute(tx);
    await sql`with recursive
      step(n) as (select 1 union all select n + 1 from step where n < ${count}),
      site(s) as (select 1 union all select s + 1 from site where s < ${SITES}),
      kind(k) as (values ${kinds})
      insert into verdicts (target_id, site_id, kind, at, took_ms, verdict, evidence, newest)
      select 'site-' || s || '/' || k, 'site-' || s, k, ${from} + n * ${EVERY_MS}, 1800, ${VERDICT}, null, n = ${count}
      from step, site, kind`.execute(tx);
  });
}

/** @returns rows that went, and the longest time nobody else had a turn */
async function pruned(store: Store, before: number): Promise<{ gone: number; longestMs: number }> {
  let [longestMs, isOver] = [0, false];
  const watch = (async () => {
    for (let last = performance.now(); !isOver; ) {
      await turn();
      const now = performance.now();
      longestMs = Math.max(longestMs, now - last);
      last = now;
    }
  })();
  const gone = await store.prune(before);
  isOver = true;
  await watch;
  return { gone, longestMs };
}

const mebibytes = (path: string): number =>
  filesOf(path).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0) / 1024 ** 2;

export const GROWTH_ROWS: readonly Row[] = [
  {
    name: 'growth: 30 days of 500 sites',
    alone: true,
    async run(ground) {
      const path = ground.place.path('month.db');
      const store = openStore(`sqlite:${path}`, ground.place.folder);
      await store.open();
      const db = new Kysely<unknown>({ dialect: sqliteDialect(path) });
      const rows = async (): Promise<number> => {
        const found = await sql<{ many: number }>`select count(*) as many from verdicts`.execute(db);
        return found.rows[0]?.many ?? 0;
      };
      for (let day = 30; day > 0; day--) await looks(db, NOW - day * DAY_MS, NOW - (day - 1) * DAY_MS);
      const [monthRows, monthSize] = [await rows(), mebibytes(path)];
      let longest = 0;
      for (let hour = 1; hour <= HOURS; hour += 5) {
        await looks(db, NOW + (hour - 1) * 3_600_000, NOW + (hour + 4) * 3_600_000);
        const { longestMs } = await pruned(store, NOW + (hour + 4) * 3_600_000 - KEPT_MS);
        longest = Math.max(longest, longestMs);
      }
      const [laterRows, laterSize] = [await rows(), mebibytes(path)];
      const backlog = await pruned(store, NOW + HOURS * 3_600_000 - KEPT_MS + 5 * DAY_MS);
      await db.destroy();
      await store.close();
      assert.ok(laterRows <= monthRows * 1.02 && laterSize <= monthSize * 1.1, `${laterRows} rows, ${laterSize} MiB`);
      const perRow = (monthSize * 1024 ** 2) / monthRows;
      const whole = (monthRows * 10 * perRow) / 1024 ** 3;
      return (
        `${monthRows} looks (a tenth) take ${Math.round(monthSize)} MiB, ${Math.round(perRow)} bytes each; two days later ${laterRows} and ` +
        `${Math.round(laterSize)} MiB. At every five minutes that is ${whole.toFixed(1)} GiB. Longest turn while pruning: ${Math.round(longest)} ms; ` +
        `${backlog.gone} rows at once: ${Math.round(backlog.longestMs)} ms`
      );
    },
  },
];
