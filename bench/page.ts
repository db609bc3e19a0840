/**
 * What our rendered check costs against the least one could do: a bare puppeteer loop of `goto` and a full-page
 * screenshot, with the same browser binary, on the same page, in the same run.
 */
import puppeteer from 'puppeteer-core';
import { type Check, judge, observe } from '../src/checks/check.js';
import { page } from '../src/checks/page/index.js';
import { adHocSite } from '../src/config/ad-hoc.js';
import type { Baseline, Target } from '../src/core/model.js';
import { findExecutable } from '../src/net/browser/executable.js';
import { openEye } from './eye.js';
import { print, type Rival, race } from './measure.js';
import { startOrigin } from './origin.js';

const ROUNDS = 15;
const WARM_UPS = 2;
const VIEWPORT = { width: 1280, height: 800 };
const FLOOR = 'bare goto + screenshot';

const check: Check = page;

function targetFor(url: string): Target {
  const made = adHocSite(url, [check]);
  const target = 'site' in made ? made.site.targets[0] : undefined;
  if (target === undefined) throw new Error(`${url} is not a page`);
  return target;
}

interface ClosableRival extends Rival {
  close(): Promise<void>;
}

/** The check as `siteward check` runs it, baseline approved, page unchanged. */
async function ourCheck(url: string, executable: string): Promise<ClosableRival> {
  const target = targetFor(url);
  const { io, close } = openEye(executable);
  const look = async (): Promise<unknown> => {
    const { outcome } = await observe(check, target, io);
    if (!outcome.ok) throw new Error(outcome.failure.detail);
    return outcome.evidence;
  };
  const evidence = check.combine([await look()]);
  const approved = { version: check.version, evidence, at: 0, by: 'bench', note: '' };
  const baseline: Baseline = { targetId: target.id, accepted: [approved] };
  return {
    name: 'siteward, page check',
    run: async () => {
      const reading = judge(check, target, await observe(check, target, io), baseline);
      const wrong = [...reading.findings.map((finding) => finding.code), ...reading.failures.map((f) => f.detail)];
      if (wrong.length > 0) throw new Error(`the unchanged page was not found intact: ${wrong.join(', ')}`);
    },
    close,
  };
}

/** A fresh context each time, as ours: one look must not live from the cache of the last. */
async function bareLoop(url: string, executable: string): Promise<ClosableRival> {
  const args = [
    '--disable-background-networking',
    '--proxy-server=127.0.0.1:9',
    '--proxy-bypass-list=127.0.80.30',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  const browser = await puppeteer.launch({ executablePath: executable, headless: 'shell', args });
  return {
    name: FLOOR,
    run: async () => {
      const context = await browser.createBrowserContext();
      const tab = await context.newPage();
      await tab.setViewport(VIEWPORT);
      await tab.goto(url, { waitUntil: 'load' });
      await tab.screenshot({ fullPage: true });
      await context.close();
    },
    close: () => browser.close(),
  };
}

const origin = await startOrigin();
const executable = await findExecutable('auto');
const rivals = [await bareLoop(origin.url, executable), await ourCheck(origin.url, executable)];
try {
  print(`Rendered check of one page, ${ROUNDS} rounds, ${executable}`, await race(rivals, ROUNDS, WARM_UPS), FLOOR);
} finally {
  await Promise.all(rivals.map((rival) => rival.close()));
  await origin.close();
}
