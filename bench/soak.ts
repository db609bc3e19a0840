/**
 * Does the browser survive what it is shown? Captures in a row, most of good pages and some of pages that fight it, two at
 * a time. Afterwards no process, descriptor or profile folder is left, memory is flat, and each good page was shown.
 *
 *   npm run bench:soak -- [--captures 1000]
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { ProbeFailure } from '../src/checks/check.js';
import { createBrowser } from '../src/net/browser/browser.js';

const { values } = parseArgs({ options: { captures: { type: 'string', default: '1000' } } });
const CAPTURES = Number(values.captures);
const ROWS = 10;
/** Growth of the median of the last third over that of the first that is still called flat. */
const FLAT = 0.1;

const script = (code: string): string => `<h1>hostile</h1><script>${code}</script>`;
const HOSTILE: Readonly<Record<string, string>> = {
  loop: script('for (;;);'),
  heap: script('const held = []; for (;;) held.push(new Array(1e6).fill(Math.random()))'),
  dialogs: script('for (;;) alert("x")'),
  reload: script('setInterval(() => location.reload(), 1)'),
  storm: script('setInterval(() => location.href = "/storm?" + Math.random(), 1)'),
  popups: script('setInterval(() => open("/good"), 1)'),
  frames: script(
    'const add = () => document.body.append(Object.assign(document.createElement("iframe"), { src: "/good" })); for (let i = 0; i < 300; i++) add()',
  ),
  tall: '<h1>hostile</h1><div style="height:3000000px"></div>',
  sockets: script('for (let i = 0; i < 500; i++) new WebSocket("ws://" + location.host + "/" + i)'),
  download: '',
  font: '<style>@font-face { font-family: f; src: url(/never) } h1 { font-family: f }</style><h1>hostile</h1>',
};
const KINDS = Object.keys(HOSTILE);

const server = createServer(({ url = '/' }, response) => {
  const kind = url.slice(1).split('?')[0] ?? '';
  if (kind === 'never') return;
  if (kind === 'download') response.setHeader('content-disposition', 'attachment');
  response.setHeader('content-type', kind === 'download' ? 'application/zip' : 'text/html; charset=utf-8');
  response.end(HOSTILE[kind] ?? `<title>good</title><h1>good</h1>${'<p>All is as it was.</p>'.repeat(50)}`);
}).listen(0, '127.0.80.33');
await once(server, 'listening');
const bound = server.address();
const site = `http://127.0.80.33:${typeof bound === 'object' ? bound?.port : 0}`;

const browser = createBrowser({
  executable: 'auto',
  pages: 2,
  sandbox: 'required',
  jail: 'auto',
  ca: [],
  policy: { allow: [], only: ['127.0.80.33/32'] },
  resolve: (name) => Promise.reject(new Error(`${name} was looked up`)),
});

interface Held {
  readonly rssMb: number;
  readonly descriptors: number;
  readonly processes: number;
  readonly profiles: number;
}

function held(): Held {
  return {
    rssMb: Math.round(process.memoryUsage().rss / 1024 / 1024),
    descriptors: readdirSync('/proc/self/fd').length,
    processes: browserProcesses(),
    profiles: readdirSync(tmpdir()).filter((name) => name.startsWith(`siteward-browser-${process.pid}-`)).length,
  };
}

/** Process groups of browsers that were seen to start: an orphan is known by its group alone. */
const groups = new Set<string>();

/** Zombies do not count: they are nobody's but the system's. */
function browserProcesses(): number {
  const all = readdirSync('/proc').flatMap((pid) => {
    try {
      const [state = '', parent = '', group = ''] =
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      if (parent === String(process.pid)) groups.add(group);
      return state === 'Z' ? [] : [group];
    } catch {
      return []; // No process, or it ended this moment.
    }
  });
  return all.filter((group) => groups.has(group)).length;
}

const outcomes = new Map<string, Map<string, number>>();
let wrong = 0;

async function capture(kind: string): Promise<void> {
  const viewport = { name: 'desktop', width: 1280, height: 720, mobile: false };
  const look = { url: `${site}/${kind}`, viewport, boxesOf: [], signal: new AbortController().signal };
  const outcome = await browser.capture(look).then(
    ({ title }) => (title === 'good' ? 'shown' : 'shown as it is'),
    (error: unknown) => {
      if (!(error instanceof ProbeFailure)) return `broke: ${error}`;
      return `${error.failure.code} (${error.failure.diagnosis ?? error.failure.blame})`;
    },
  );
  if (kind === 'good' && outcome !== 'shown') wrong += 1;
  const counts = outcomes.get(kind) ?? new Map<string, number>();
  outcomes.set(kind, counts.set(outcome, (counts.get(outcome) ?? 0) + 1));
}

const line = (cells: readonly (string | number)[]): void =>
  void process.stdout.write(`${cells.map((cell) => String(cell).padStart(12)).join('')}\n`);

const readings: Held[] = [];
const start = held();
const began = performance.now();
line(['captures', 'RSS MB', 'descriptors', 'processes', 'profiles']);
line([0, ...Object.values(start)]);
try {
  for (let at = 1; at <= CAPTURES; at += 2) {
    // One look in ten is at a page that fights, beside a good one, which is to be shown all the same.
    const other = at % 10 === 1 ? (KINDS[Math.floor(at / 10) % KINDS.length] ?? 'good') : 'good';
    await Promise.all([capture('good'), capture(other)]);
    if ((at + 1) % Math.max(2, 2 * Math.floor(CAPTURES / ROWS / 2)) !== 0) continue;
    readings.push(held());
    line([at + 1, ...Object.values(held())]);
  }
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}

const end = held();
line(['closed', ...Object.values(end)]);
for (const [kind, counts] of outcomes)
  process.stdout.write(`${kind}: ${[...counts].map(([what, n]) => `${n} ${what}`).join(', ')}\n`);
const third = Math.max(1, Math.floor(readings.length / 3));
const median = (list: readonly Held[]): number =>
  list.map(({ rssMb }) => rssMb).sort((a, b) => a - b)[list.length >> 1] ?? 0;
const growth = median(readings.slice(-third)) / median(readings.slice(third, 2 * third)) - 1;
const left = {
  processes: end.processes,
  profiles: end.profiles,
  descriptors: Math.max(0, end.descriptors - start.descriptors),
};
process.stdout.write(
  `${CAPTURES} captures in ${Math.round((performance.now() - began) / 1000)} s; good pages wrong: ${wrong}; left: ` +
    `${JSON.stringify(left)}; memory of the last third over the middle one: ${(growth * 100).toFixed(1)} %\n`,
);
if (wrong > 0 || left.processes + left.profiles > 0 || left.descriptors > 2 || growth > FLAT) process.exitCode = 1;
