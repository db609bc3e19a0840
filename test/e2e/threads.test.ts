/** Heavy work on the built threads: the same answers as here, and nothing else waits for them. */
import { afterEach, describe, expect, it } from 'vitest';
import { judge } from '../../src/checks/check.js';
import { exhibitHere, isHeavy, judgingHere, judgingWith } from '../../src/checks/judging.js';
import { page } from '../../src/checks/page/index.js';
import type { Baseline, Observation, Target } from '../../src/core/model.js';
import { compose } from '../../src/notify/message.js';
import { createThreads, judgingOn, type Threads, type ThreadsOptions } from '../../src/threads.js';
import { lookAt, paintedPng, settingsFor } from '../checks/page/looks.js';
import { anAlert, aSite, aTarget } from '../contracts/samples.js';
import { picture } from '../notify/pictures.js';

const ENTRY = new URL('../../dist/thread.js', import.meta.url);

const open: Threads[] = [];
function threads(over: Partial<ThreadsOptions> = {}): Threads {
  const made = createThreads({ size: 1, timeoutMs: 30_000, maxHeapMb: 512, entry: ENTRY, ...over });
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** A thread that runs this in place of thread.js. */
const scripted = (code: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${code}`)}`);

const target: Target = { ...aTarget('page'), settings: settingsFor('frozen') };
const approved = lookAt({ screenshot: paintedPng(640, 3000, []) });
const baseline: Baseline = {
  targetId: target.id,
  accepted: [{ version: 1, evidence: approved, at: 0, by: 'test', note: '' }],
};
const banner = { x: 0, y: 320, width: 640, height: 320, colour: [200, 0, 0] as const };
const seen = (evidence: unknown): Observation => ({
  ...{ targetId: target.id, kind: 'page', version: 1, vantage: 'local', at: 0, tookMs: 0 },
  outcome: { ok: true, evidence },
});
const altered = seen(lookAt({ screenshot: paintedPng(640, 3000, [banner]) }));

describe('a page judged on a thread', () => {
  it('is judged and shown as it is here', async () => {
    const there = judgingOn(threads());
    expect(await there.judge(target, altered, baseline)).toEqual(judge(page, target, altered, baseline));
    const shown = await there.exhibit(target, altered, baseline);
    const here = exhibitHere(target, altered, baseline);
    expect(shown.pictures.map(({ label, artifact }) => [label, artifact.sha256])).toEqual(
      here.pictures.map(({ label, artifact }) => [label, artifact.sha256]),
    );
    expect(shown.pictures.map(({ label }) => label)).toContain('difference');
  });

  it('leaves this one free for others meanwhile', async () => {
    const order: string[] = [];
    const judged = judgingOn(threads()).judge(target, altered, baseline);
    setImmediate(() => order.push('something else'));
    await judged.then(() => order.push('judged'));
    expect(order).toEqual(['something else', 'judged']);
  });

  it('that cannot be judged in time is told as such, never as intact, and the next one is judged', async () => {
    const stuck = `let asked = 0; parentPort.on('message', () => { for (;;) asked += 1; });`;
    const slow = judgingOn(threads({ entry: scripted(stuck), timeoutMs: 100 }));
    const reading = await slow.judge(target, altered, baseline);
    expect(reading.failures).toMatchObject([{ blame: 'monitor', code: 'judging-failed' }]);
    expect((await slow.judge(target, altered, baseline)).failures).toHaveLength(1);
  });

  it('that ends its thread or makes it throw is told as such', async () => {
    for (const code of [
      `parentPort.on('message', () => process.exit(1));`,
      `parentPort.on('message', () => { throw new Error('out of luck'); });`,
      `parentPort.on('message', () => parentPort.postMessage({ error: 'out of luck' }));`,
    ]) {
      const reading = await judgingOn(threads({ entry: scripted(code) })).judge(target, altered, baseline);
      expect(reading.failures).toMatchObject([{ blame: 'monitor', code: 'judging-failed' }]);
    }
  });

  it('goes there only when it is heavy: other pictures or much markup', async () => {
    expect(isHeavy(target, seen(approved), baseline)).toBe(false);
    expect(isHeavy(target, altered, baseline)).toBe(true);
    expect(isHeavy(target, altered, null)).toBe(false);
    expect(isHeavy(target, seen(lookAt({ html: '<p>'.repeat(200_000) })), null)).toBe(true);
    const away: string[] = [];
    const judging = judgingWith({
      ...judgingHere,
      judge: async (_target, observation) => {
        away.push(observation.vantage);
        return { vantage: observation.vantage, findings: [], failures: [] };
      },
    });
    await judging.judge(target, seen(approved), baseline);
    expect(away).toEqual([]);
    await judging.judge(target, altered, baseline);
    expect(away).toEqual(['local']);
  });
});

describe('a mail written on a thread', () => {
  it('is the one written here', async () => {
    const tall = { width: 640, height: 2_000 };
    const proof = {
      folder: null,
      pictures: [picture('before', tall), picture('after', { ...tall, barAt: 900 })],
      resolvers: [],
    };
    const message = await threads().run('compose', anAlert(), aSite(), proof);
    const here = compose(anAlert(), aSite(), proof);
    expect({ ...message, attachments: [] }).toEqual({ ...here, attachments: [] });
    expect(
      message.attachments.map(({ bytes }) => Buffer.from(bytes).equals(here.attachments[0]?.bytes ?? bytes)),
    ).toContain(true);
  });
});
