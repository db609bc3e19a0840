/** Evidence of anything wrong is witnessed by a real time stamping authority, and held to it offline. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Origin, startOrigin } from '../support/origin.js';
import { newWorkplace, type Workplace } from '../support/siteward.js';
import { startTsa, type Tsa } from '../support/tsa.js';

const LIMIT_MS = 60_000;
const GOOD = '<!doctype html><title>Summit</title><h1>Summit</h1><p>Welcome to the summit of all rivers.</p>';
const DEFACED = '<!doctype html><title>0wned</title><h1>HACKED BY NOBODY</h1>';

let place: Workplace;
let origin: Origin;
let tsa: Tsa;
beforeAll(async () => {
  tsa = await startTsa();
  origin = await startOrigin({ '/': GOOD });
  place = newWorkplace();
  place.settings(`network: { only: [127.0.0.0/8] }
dns: { resolvers: [{ name: local, address: "udp://127.0.0.1:9", role: reference }] }
evidence: { timestamps: "${tsa.url}" }
`);
  place.watchlist(`defaults: { confirm_after: 0s }\nsites: [{ id: live, url: "${origin.url}/", checks: [page] }]\n`);
  await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
}, LIMIT_MS);
afterAll(async () => {
  await place.remove();
  await Promise.all([origin.close(), tsa.close()]);
});

async function evidence(): Promise<{ folder: string; code: number | null; stderr: string }> {
  const { report, code, stderr } = await place.check();
  return { folder: place.path(report.sites[0]?.evidence ?? ''), code, stderr };
}

async function examined(
  folder: string,
  ...more: string[]
): Promise<{ code: number | null; stamp: string | undefined }> {
  const { code, stdout } = await place.siteward('--json', 'verify', folder, ...more);
  const { examined: all }: { examined: { what: string; detail: string }[] } = JSON.parse(stdout);
  return { code, stamp: all.find(({ what }) => what === 'time stamp')?.detail };
}

describe('with a time stamping authority in the settings', () => {
  test('evidence of an intact page asks it nothing', { timeout: LIMIT_MS }, async () => {
    const { folder, code } = await evidence();
    expect([code, tsa.asked(), existsSync(join(folder, 'manifest.json.tsr'))]).toEqual([0, 0, false]);
    expect(await examined(folder)).toEqual({ code: 0, stamp: undefined });
  });

  test('evidence of a defaced page is stamped, as openssl confirms, and verify says by whom', {
    timeout: LIMIT_MS,
  }, async () => {
    origin.pages['/'] = DEFACED;
    const { folder, code } = await evidence();
    expect([code, tsa.asked()]).toEqual([2, 1]);
    const [reply, manifest] = ['manifest.json.tsr', 'manifest.json'].map((name) => readFileSync(join(folder, name)));
    if (!reply || !manifest) throw new Error('no files');
    expect(tsa.verifies(reply, manifest)).toBe(true);
    const unknown = await examined(folder);
    expect(unknown).toMatchObject({ code: 0, stamp: expect.stringContaining('shows --authority') });
    const known = await examined(folder, '--authority', tsa.rootFile);
    expect(known).toMatchObject({ code: 0, stamp: expect.stringMatching(/^good: existed at .*Test Time/) });
  });

  test('a stamp of other evidence, by a stranger, damaged, or missing where one is asked for is told', {
    timeout: LIMIT_MS,
  }, async () => {
    origin.pages['/'] = DEFACED;
    const { folder } = await evidence();
    const file = join(folder, 'manifest.json.tsr');
    const genuine = readFileSync(file);
    const other = (await evidence()).folder;
    writeFileSync(file, readFileSync(join(other, 'manifest.json.tsr')));
    expect(await examined(folder)).toMatchObject({ code: 2, stamp: expect.stringContaining('is of other contents') });
    writeFileSync(file, genuine.subarray(0, 900));
    expect(await examined(folder)).toMatchObject({ code: 2, stamp: expect.stringContaining('RFC 3161') });
    writeFileSync(file, genuine);
    const stranger = await startTsa();
    const asked = await examined(folder, '--authority', stranger.rootFile);
    await stranger.close();
    expect(asked).toMatchObject({ code: 2, stamp: expect.stringContaining('leads to none of the authorities') });
    expect(readFileSync(file).equals(genuine)).toBe(true);
  });

  test.for([
    ['that is down', { status: 503, body: Buffer.alloc(0) }, 'status 503'],
    ['that sends anything', { status: 200, body: Buffer.from('<html>') }, 'RFC 3161'],
  ] as const)('an authority %s changes no verdict, and is told', { timeout: LIMIT_MS }, async ([, answer, why]) => {
    origin.pages['/'] = DEFACED;
    tsa.answer(answer);
    const { folder, code, stderr } = await evidence();
    tsa.answer(null);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'manifest.json.tsr'))).toBe(false);
    expect(stderr).toContain('has no time stamp by');
    expect(stderr).toContain(why);
  });
});
