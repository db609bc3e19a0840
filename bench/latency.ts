/**
 * From a change on a page to the first channel that takes the news of it: the built daemon, real Chromium, real HTTPS
 * and a real webhook receiver on loopback. Each site is defaced at a moment nobody announced.
 *
 *   npm run bench:latency -- [--changes 200] [--every 15s] [--mode event|everyday] [--daemons 2] [--minutes 60]
 *
 * A daemon watches four sites, as five at once would rightly be one message, and begins each round with an empty store.
 * No round is begun after so many minutes.
 */
import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { DEFACED, eventPage, startEvent } from '../test/e2e/event.js';
import { startOrigin } from '../test/support/origin.js';
import { until, type Workplace } from '../test/support/siteward.js';

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '200' },
    every: { type: 'string', default: '15s' },
    mode: { type: 'string', default: 'event' },
    daemons: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '60' },
  },
});
const SITES = ['a', 'b', 'c', 'd'];
const CREWS = ['NightOwl', 'Team Mongoose', 'xX_Kraken_Xx', 'Red Lantern'];
const SECRET = 'a secret of the bench, 24 bytes';
const TOLD = ['incident.suspected', 'incident.opened'];
const ALERT = z.object({ type: z.string(), data: z.object({ site: z.object({ id: z.string() }) }) });
const LONGEST_MS = 600_000;

/** `<round>/<site>`: when somebody first took the news of it. */
const acceptedAt = new Map<string, number>();
const hook = await startOrigin({
  '*': (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const signed = `${request.headers['webhook-id']}.${request.headers['webhook-timestamp']}.`;
      const mac = createHmac('sha256', SECRET).update(signed).update(body).digest('base64');
      if (request.headers['webhook-signature'] !== `v1,${mac}`) throw new Error('a signature does not verify');
      response.writeHead(204).end();
      const { type, data } = ALERT.parse(JSON.parse(body.toString('utf8')));
      const key = `${request.url}/${data.site.id}`;
      if (TOLD.includes(type) && !acceptedAt.has(key)) acceptedAt.set(key, performance.now());
    });
  },
});
const daemons = Array.from({ length: Number(values.daemons) }, (_, index) => index);
const paths = daemons.flatMap((daemon) => SITES.map((id) => `/${daemon}/${id}`));
const event = await startEvent(Object.fromEntries(paths.map((path) => [path, eventPage()])));

async function prepared(daemon: number): Promise<Workplace> {
  const place = event.workplace(`web: { listen: "127.0.0.1:0" }
receivers: [{ id: hook, kind: webhook, url: "${hook.url}/${daemon}", secret: "${SECRET}" }]
routes: [{ severity: critical, to: [hook] }, { severity: warning, to: [hook] }]`);
  const site = (id: string): string =>
    `  - { id: ${id}, url: "${event.url(`/${daemon}/${id}`)}", checks: [page], every: ${values.every}, viewports: [desktop], content: frozen }\n`;
  const window = `events:
  - { id: bench, from: 2020-01-01T00:00:00Z, to: 2099-01-01T00:00:00Z, every: ${values.every}, content: frozen, sites: [${SITES.join(', ')}] }
`;
  place.watchlist(`version: 1\nsites:\n${SITES.map(site).join('')}${values.mode === 'event' ? window : ''}`);
  const { code, stderr } = await place.siteward('baseline', 'capture', '--approve', '--by', 'bench');
  if (code !== 0) throw new Error(`the baselines could not be taken: ${stderr}`);
  return place;
}

const everyMs = Number.parseInt(values.every, 10) * 1_000;
const took: number[] = [];
/** Until the changed page was asked for, and from there until somebody took the news of it. */
const waited: number[] = [];
const worked: number[] = [];
/** Counts per stage and upper limit in seconds, as Prometheus keeps them. */
const stages = new Map<string, Map<string, number>>();

async function played(place: Workplace, daemon: number, round: number): Promise<void> {
  for (const id of SITES) {
    event.origin.pages[`/${daemon}/${id}`] = eventPage();
    acceptedAt.delete(`/${daemon}/${id}`);
  }
  const running = place.start(['--data', `data-${round}`, 'watch']);
  const health = await until('watching', () => /"health":"([^"]+)\/healthz"/.exec(running.stderr())?.[1], 60_000);
  const isLookedAt = (id: string): boolean => running.stderr().includes(`"target":"${id}/page"`);
  await until('every site was looked at', () => SITES.every(isLookedAt), LONGEST_MS);
  await Promise.all(
    SITES.map(async (id, index) => {
      await pause(Math.random() * everyMs);
      // A text of its own for each: the same on three sites would rightly be one message.
      const text = DEFACED.replaceAll(/CYBERWOLF/gi, CREWS[index] ?? '');
      const changedAt = performance.now();
      let askedAt: number | null = null;
      event.origin.pages[`/${daemon}/${id}`] = (_request, response) => {
        askedAt ??= performance.now();
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
      };
      const at = await until(`news of ${id}`, () => acceptedAt.get(`/${daemon}/${id}`), LONGEST_MS);
      took.push(at - changedAt);
      waited.push((askedAt ?? at) - changedAt);
      worked.push(at - (askedAt ?? at));
    }),
  );
  addUp(await (await fetch(`${health}/metrics`)).text());
  running.kill('SIGTERM');
  await running.finished;
}

function addUp(metrics: string): void {
  for (const [, labels = '', count] of metrics.matchAll(/^siteward_stage_seconds_bucket\{([^}]*)\} (\d+)/gm)) {
    const stage = /stage="(\w+)"/.exec(labels)?.[1] ?? '';
    const limit = /le="([^"]+)"/.exec(labels)?.[1] ?? '';
    const own = stages.get(stage) ?? new Map<string, number>();
    stages.set(stage, own.set(limit, (own.get(limit) ?? 0) + Number(count)));
  }
}

const places = await Promise.all(daemons.map(prepared));
const begunAt = performance.now();
const isTime = (): boolean => performance.now() - begunAt < Number(values.minutes) * 60_000;
for (let round = 0; took.length < Number(values.changes) && isTime(); round++) {
  await Promise.all(places.map((place, daemon) => played(place, daemon, round)));
  process.stderr.write(`${took.length} changes\n`);
}
await Promise.all([event.close(), hook.close()]);

function quantiles(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number): string => `${((sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN) / 1000).toFixed(1)} s`;
  return `p50 ${at(0.5)}   p90 ${at(0.9)}   p99 ${at(0.99)}   longest ${at(1)}`;
}
/** The bucket that holds the quantile. */
function within(stage: string, q: number): string {
  const buckets = [...(stages.get(stage) ?? [])];
  const all = buckets.at(-1)?.[1] ?? 0;
  return `${buckets.find(([, count]) => count >= q * all)?.[0]} s`;
}
const stage = (name: string): string =>
  `p50 within ${within(name, 0.5)}, p99 within ${within(name, 0.99)}, of ${stages.get(name)?.get('+Inf')}`;

const sites = SITES.length * daemons.length;
process.stdout.write(`${took.length} changes, ${values.mode}, every ${values.every}, ${sites} sites, ${daemons.length} daemons:
Change to first acceptance: ${quantiles(took)}
  until the page is asked for: ${quantiles(waited)}
  from there to acceptance:    ${quantiles(worked)}
Decision to disk:  ${stage('commit')}
Due to attempt:    ${stage('queue')}
Attempt to answer: ${stage('send')}
`);
