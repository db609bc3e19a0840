/**
 * The real urlwatch of Debian, unpacked and not installed, on the same scenes over loopback: one job a case, filter
 * `html2text`, run once to learn and once to compare. What it reports as CHANGED or ERROR counts as an alarm.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE } from '../corpus/packages.js';
import type { Scene } from '../corpus/page.js';
import { ADDRESS } from './server.js';

export interface Pairing {
  readonly before: Scene;
  readonly after: () => Scene;
}

/** @returns the numbers of the cases it alarmed at; null where urlwatch could not be had. */
export async function urlwatchAlarms(cases: readonly Pairing[]): Promise<ReadonlySet<number> | null> {
  const packages = join(CACHE, 'packages');
  const names = (await readdir(packages).catch(() => [])).filter(
    (name) => name === 'urlwatch' || name.startsWith('python3-'),
  );
  if (!names.includes('urlwatch') || cases.length === 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'bench-urlwatch-'));
  const later = { now: false };
  const server = await serve(cases, later);
  try {
    const jobs = cases.map((_, number) => `name: case-${number}\nurl: ${server.url}/${number}\nfilter:\n- html2text\n`);
    await writeFile(join(folder, 'jobs.yaml'), jobs.join('---\n'));
    await writeFile(join(folder, 'config.yaml'), CONFIG);
    const path = names.map((name) => join(packages, name, 'usr/lib/python3/dist-packages')).join(':');
    const command = [
      join(packages, 'urlwatch/usr/bin/urlwatch'),
      '--urls',
      'jobs.yaml',
      '--config',
      'config.yaml',
      '--hooks',
      'hooks.py',
      '--cache',
      'cache.db',
    ];
    await run(command, folder, path);
    later.now = true;
    const report = await run(command, folder, path);
    return new Set([...report.matchAll(/^\d+\. (?:CHANGED|ERROR): case-(\d+)/gm)].map(([, number]) => Number(number)));
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

// No details: thousands of differences are not read here.
const CONFIG = `display: {error: true, new: false, unchanged: false, empty-diff: true}
job_defaults: {all: {}, browser: {}, shell: {}, url: {}}
report: {text: {details: false, footer: false, line_length: 75, minimal: false}, stdout: {color: false, enabled: true}}
`;

async function run(command: readonly string[], folder: string, path: string): Promise<string> {
  const child = spawn('/usr/bin/python3', command, {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, PYTHONPATH: path, LANG: 'C.UTF-8', no_proxy: '*' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`urlwatch ended with ${String(code)}: ${errors.slice(-400)}`);
  return output;
}

async function serve(cases: readonly Pairing[], later: { readonly now: boolean }) {
  const server = createServer((request, response) => {
    const [, landing, number] = /^\/(to\/)?(\d+)/.exec(request.url ?? '') ?? [];
    const pair = cases[Number(number)];
    if (!pair) return void response.writeHead(404).end();
    const scene = later.now ? pair.after() : pair.before;
    if (scene.redirect !== null && !landing) return void response.writeHead(302, { location: `/to/${number}` }).end();
    response.writeHead(scene.status, { 'content-type': scene.contentType }).end(scene.html);
  });
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server for urlwatch has no port');
  return {
    url: `http://${ADDRESS}:${bound.port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
