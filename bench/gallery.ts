/**
 * Findings as a person sees them: ten things happen to the demo's event page, each is checked by the real pipeline, and
 * the HTML report of each is photographed. For looking at, after a change to the report or to the comparers.
 *
 *   npm run bench:gallery -- [FOLDER]
 */
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import puppeteer, { type Browser } from 'puppeteer-core';
import type { Check } from '../src/checks/check.js';
import { page } from '../src/checks/page/index.js';
import { htmlReport } from '../src/cli/report/html.js';
import { adHocSite } from '../src/config/ad-hoc.js';
import type { Baseline, Site, Target } from '../src/core/model.js';
import { inspect, type Observatory, siteInspection } from '../src/monitor.js';
import { findExecutable } from '../src/net/browser/executable.js';
import { localVantage } from '../src/vantage/vantage.js';
import { openEye } from './eye.js';
import { SCENES, type Scene } from './gallery-pages.js';

const SITE = fileURLToPath(new URL('../../demo/site/genuine/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { svg: 'image/svg+xml', css: 'text/css', js: 'text/javascript' };
const REPORT_WIDTH = 1100;
const check: Check = page;

interface Stage {
  readonly url: string;
  /** What `/` answers from now on. */
  show(served: ReturnType<Scene['served']>): void;
  close(): void;
}

async function openStage(genuine: string): Promise<Stage> {
  let now: ReturnType<Scene['served']> = { html: genuine };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    if (path === '/') {
      response.writeHead(now.status ?? 200, { 'content-type': 'text/html; charset=utf-8' }).end(now.html);
      return;
    }
    const name = path.slice(1).replace(/[^\w.-]/g, '');
    const body = await readFile(join(SITE, name)).catch(() => null);
    if (body === null) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain' }).end(body);
  });
  server.listen(0, '127.0.80.32');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the stage has no port');
  return {
    url: `http://127.0.80.32:${bound.port}/`,
    show: (served) => {
      now = served;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function siteAt(url: string, content: Scene['content']): Site {
  const made = adHocSite(url, [check]);
  if ('wrong' in made) throw new Error(made.wrong);
  const targets = made.site.targets.map((target) => withContent(target, content));
  return { ...made.site, id: 'live', title: 'The live stream page', targets };
}

function withContent(target: Target, content: Scene['content']): Target {
  const settings = typeof target.settings === 'object' ? { ...target.settings, content } : target.settings;
  return { ...target, settings, policy: { ...target.policy, content, confirmAfterMs: 0 } };
}

async function approve(target: Target, { vantages: [vantage] }: Observatory): Promise<Baseline> {
  const signal = new AbortController().signal;
  const looks = [await vantage.observe(target, signal), await vantage.observe(target, signal)];
  const [first, ...rest] = looks.flatMap(({ outcome }) => (outcome.ok ? [outcome.evidence] : []));
  if (first === undefined) throw new Error('the genuine page could not be looked at');
  const evidence = check.combine([first, ...rest]);
  return { targetId: target.id, accepted: [{ version: check.version, evidence, at: 0, by: 'gallery', note: '' }] };
}

/** The report of one scene as `check --html` writes it. */
async function reportOf(scene: Scene, genuine: string, stage: Stage, observatory: Observatory): Promise<string> {
  const site = siteAt(stage.url, scene.content);
  const [target] = site.targets;
  if (!target) throw new Error('no target');
  stage.show({ html: genuine });
  const baseline = await approve(target, observatory);
  stage.show(scene.served(genuine));
  const startedAt = observatory.now();
  const signal = new AbortController().signal;
  const inspection = await inspect(target, { baseline, findings: [] }, observatory, signal);
  const folder = `data/evidence/live/20260717T153000Z-4fa3c1/`;
  const seen = siteInspection(site, [inspection], folder);
  process.stdout.write(`${scene.name}: ${seen.severity ?? seen.state}, ${seen.diagnosis ?? '-'}: ${seen.summary}\n`);
  return htmlReport({ version: 'gallery', startedAt, tookMs: observatory.now() - startedAt, sites: [seen] });
}

async function photograph(report: string, picture: string, browser: Browser): Promise<void> {
  const tab = await browser.newPage();
  await tab.setViewport({ width: REPORT_WIDTH, height: 900 });
  await tab.goto(pathToFileURL(report).href);
  await writeFile(picture, await tab.screenshot({ fullPage: true }));
  await tab.close();
}

const folder = resolve(process.argv[2] ?? 'build/gallery');
await mkdir(folder, { recursive: true });
const genuine = await readFile(join(SITE, 'index.html'), 'utf8');
const executablePath = await findExecutable('auto');
const stage = await openStage(genuine);
const { io, close } = openEye(executablePath);
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await puppeteer.launch({ executablePath, headless: 'shell', args });
const observatory: Observatory = { vantages: [localVantage(io)], now: Date.now, pause: async () => undefined };
try {
  for (const scene of SCENES) {
    const report = join(folder, `${scene.name}.html`);
    await writeFile(report, await reportOf(scene, genuine, stage, observatory));
    await photograph(report, join(folder, `${scene.name}.png`), browser);
  }
} finally {
  await Promise.all([browser.close(), close()]);
  stage.close();
}
