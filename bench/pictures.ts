/**
 * What comparing two screenshots costs, decoding of both included, against odiff on the same files in the same run.
 * odiff runs as its own server, which is its fastest way (no process started for each pair), and without detection of
 * antialiasing, which is its default and its fastest; `odiff, antialiasing` does what ours always does.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { comparePictures } from '../src/checks/page/picture.js';
import { decodePng, type Pixels } from '../src/core/png.js';
import { findExecutable } from '../src/net/browser/executable.js';
import { type Measured, print, type Rival, race } from './measure.js';
import { type Odiff, startOdiff } from './odiff.js';
import { pageOf, type ShotPage } from './picture-pages.js';

const ROUNDS = 9;
const WARM_UPS = 2;
const WIDTH = 1280;
const HEIGHTS = [800, 3000, 8000];
const MAX_PIXELS = 16_000_000;
const FLOOR = 'odiff';

interface Pair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

async function photographed(folder: string): Promise<readonly Pair[]> {
  const browser = await puppeteer.launch({
    executablePath: await findExecutable('auto'),
    headless: 'shell',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const photograph = async (page: ShotPage): Promise<string> => {
    const tab = await browser.newPage();
    await tab.setViewport({ width: WIDTH, height: 800 });
    await tab.setContent(pageOf(page));
    const clip = { x: 0, y: 0, width: WIDTH, height: page.height };
    const png = await tab.screenshot({ clip, optimizeForSpeed: true, captureBeyondViewport: true });
    await tab.close();
    const file = join(folder, `${page.kind}-${page.height}-${page.change}.png`);
    await writeFile(file, png);
    return file;
  };
  const pairs: Pair[] = [];
  for (const kind of ['text', 'pictures'] as const) {
    for (const height of HEIGHTS) {
      const before = await photograph({ kind, height, change: 'none' });
      for (const change of ['none', 'small', 'big', 'shifted'] as const) {
        const name = `${kind}, ${WIDTH}x${height}, ${change === 'none' ? 'unchanged' : `${change} change`}`;
        pairs.push({ name, before, after: await photograph({ kind, height, change }) });
      }
    }
  }
  await browser.close();
  return pairs;
}

/** From the files to the boxes, as the page check does it: equal bytes are equal pictures. */
async function ourComparison({ before, after }: Pair, decoded: Pixels | null): Promise<void> {
  const [a, b] = await Promise.all([readFile(before), readFile(after)]);
  if (sha256(a) === sha256(b)) return;
  const [accepted, actual] = [decoded ?? decodePng(a, MAX_PIXELS), decodePng(b, MAX_PIXELS)];
  if (accepted === null || actual === null) throw new Error(`${after} cannot be read`);
  const { boxes } = comparePictures(accepted, actual);
  if (boxes.length === 0) throw new Error(`${after} differs, but no difference was found`);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function rivalsFor(pair: Pair, odiff: Odiff, folder: string): Promise<readonly Rival[]> {
  const output = join(folder, 'difference.png');
  const theirs = async (antialiasing: boolean): Promise<void> => {
    await odiff.compare(pair.before, pair.after, output, { antialiasing });
  };
  const approved = decodePng(await readFile(pair.before), MAX_PIXELS);
  return [
    { name: FLOOR, run: () => theirs(false) },
    { name: 'odiff, antialiasing', run: () => theirs(true) },
    { name: 'siteward', run: () => ourComparison(pair, null) },
    { name: 'siteward, approved one still decoded', run: () => ourComparison(pair, approved) },
  ];
}

function ratioOf(results: readonly Measured[], name: string): number {
  const ms = (wanted: string): number => results.find((result) => result.name === wanted)?.medianMs ?? Number.NaN;
  return ms(name) / ms(FLOOR);
}

const folder = await mkdtemp(join(tmpdir(), 'siteward-bench-'));
const odiff = await startOdiff();
try {
  const ratios: number[] = [];
  for (const pair of await photographed(folder)) {
    const results = await race(await rivalsFor(pair, odiff, folder), ROUNDS, WARM_UPS);
    print(pair.name, results, FLOOR);
    ratios.push(ratioOf(results, 'siteward'));
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const shown = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((ratio) => ratio?.toFixed(2));
  process.stdout.write(`siteward over odiff, ${sorted.length} pairs: best, median, worst ${shown.join(', ')}\n`);
} finally {
  odiff.stop();
  await rm(folder, { recursive: true, force: true });
}
