/**
 * One capture: open the page, bring it to rest, photograph it until two shots are the same, read what a visitor sees.
 * Every step has its own deadline and a lesser step to fall back to.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { type Capture, type CaptureRequest, ProbeFailure } from '../../checks/check.js';
import { failure } from '../failures.js';
import { regardless, TimedOut, within } from './deadline.js';
import { hostOf } from './egress-proxy.js';
import { READ, READ_PLANS, SETTLE } from './in-page.js';
import { IsolatedWorld, PageMoved } from './isolated-world.js';
import { openPage } from './navigation.js';
import type { Stage } from './stage.js';
import type { Stills } from './stills.js';

/** Taller pages are cut: what matters on a page is not below ten screens. */
export const MAX_HEIGHT = 8_000;
const MAX_WIDTH = 2_560;
const SETTLE_MS = 4_000;
const QUIET_MS = 2_500;
const SHOT_MS = 3_000;
const READ_MS = 4_000;
/** How long a page may go on changing before it is taken as it is. */
const STILL_MS = 3_000;
const STILL_PAUSE_MS = 80;
/** Two shots asked for at once show the same frame, and prove nothing. */
const BETWEEN_SHOTS_MS = 25;
/** A page may lead on this often while we look. */
const MOVES = 4;

const Size = z.object({ width: z.number(), height: z.number() });
type Size = z.infer<typeof Size>;

const Plans = z.object({ scroll: z.boolean(), wait: z.number().min(0).max(600) });
type Plans = z.infer<typeof Plans>;

const Box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

const Reading = z.object({
  title: z.string(),
  html: z.string(),
  text: z.string(),
  overlays: z.array(z.string()),
  concealed: z.array(z.object({ where: z.string(), links: z.array(z.string()) })),
  boxes: z.array(
    z.object({
      selector: z.string(),
      boxes: z.array(Box),
    }),
  ),
  layout: z.object({
    covered: z.array(z.string()),
    top: z.array(z.object({ text: z.string(), box: Box, size: z.number() })),
    pictures: z.array(z.object({ src: z.string(), box: Box })),
  }),
});
type Reading = z.infer<typeof Reading>;

interface Likeness {
  readonly png: string;
  readonly settled: boolean;
  readonly reading: Reading;
  readonly size: Size;
}

/** @throws ProbeFailure, TimedOut, RendererGone */
export async function captureOn(
  stage: Stage,
  request: CaptureRequest,
  renderer: string,
  stills: Stills,
): Promise<Capture> {
  const { url, viewport, pin, anyCertificate = false } = request;
  stage.proxy.dialer.pin = pin === undefined ? null : { host: hostOf(new URL(url)), addresses: pin };
  stage.proxy.dialer.anyCertificate = anyCertificate;
  await stage.dress(request, anyCertificate || stage.proxy.dialer.verifies);
  await openPage(stage, url);
  if (request.sampling?.warm) await openPage(stage, url);
  if (stage.proxy.dialer.verifies) await checkCertificate(stage);
  const { png, settled, reading, size } = await likenessOf(stage, request, stills);
  if (settled && isLook(request)) stills.remember(request, png);
  const bytes = Buffer.from(png, 'base64');
  return {
    status: stage.status,
    finalUrl: stage.page.url(),
    title: reading.title,
    html: reading.html,
    visibleText: reading.text,
    screenshot: { sha256: createHash('sha256').update(bytes).digest('hex'), mime: 'image/png', bytes },
    // The picture's own header: what was asked for is not always what came.
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    cut: bytes.readUInt32BE(20) < size.height,
    settled,
    overlays: reading.overlays,
    concealed: reading.concealed,
    boxes: reading.boxes,
    layout: reading.layout,
    requests: await stage.seen(),
    serviceWorkers: stage.workers.seen(),
    dialogs: [...stage.dialogs],
    renderer: `${renderer}; ${viewport.width}x${viewport.height}${viewport.mobile ? ' mobile' : ''}`,
  };
}

/**
 * The tunnel was opened after a handshake of ours proved the name; whoever stands between could have let that one
 * pass and answered the browser's own. So the key the browser was shown must be the one that was proven.
 */
async function checkCertificate(stage: Stage): Promise<void> {
  const { protocol, hostname, port, origin } = new URL(stage.page.url());
  if (protocol !== 'https:') return;
  const { tableNames } = await within(
    stage.cdp.send('Network.getCertificate', { origin }),
    SHOT_MS,
    'reading the certificate',
  );
  const [leaf] = tableNames;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (leaf !== undefined && stage.proxy.dialer.hasProven(host, Number(port || 443), certificateOf(leaf))) return;
  const detail = `${origin} showed the browser another certificate than the one that proved its name a moment before: somebody answers in its place.`;
  throw new ProbeFailure(failure('target', 'certificate-invalid', detail, 'tls-intercepted'));
}

function certificateOf(der: string): X509Certificate {
  return new X509Certificate(Buffer.from(der, 'base64'));
}

/** Looks again when the page moves on meanwhile. */
async function likenessOf(stage: Stage, request: CaptureRequest, stills: Stills): Promise<Likeness> {
  for (let move = 1; ; move += 1) {
    try {
      return await look(stage, request, stills);
    } catch (error) {
      if (!(error instanceof PageMoved)) throw error;
      if (move === MOVES) throw new TimedOut('waiting for a page that keeps navigating', STILL_MS);
      await regardless(within(stage.quiet(), QUIET_MS, 'loading'));
    }
  }
}

async function look(stage: Stage, request: CaptureRequest, stills: Stills): Promise<Likeness> {
  if (request.scripts === 'off') return await lookWithoutScripts(stage, request);
  const { world, size } = await settle(stage);
  const clip = {
    width: Math.min(request.viewport.mobile ? size.width : request.viewport.width, MAX_WIDTH),
    height: Math.min(size.height, MAX_HEIGHT),
  };
  const known = isLook(request) && stills.knows(request);
  const shots = known ? shoot(stage, clip).then((png) => [png, null] as const) : shootTwice(stage, clip);
  const [[first, next], early] = await Promise.all([shots, read(world, request)]);
  if (known && stills.isStill(request, first)) return { png: first, settled: true, reading: early, size };
  const second = next ?? (await shoot(stage, clip));
  if (first === second) return { png: second, settled: true, reading: early, size };
  const { png, settled } = await shootUntilStill(stage, clip, second);
  return { png, settled, reading: await read(world, request), size };
}

/** Not a sample, nor what is left of a page without its scripts: such pictures stand for no other. */
function isLook({ scripts, sampling }: CaptureRequest): boolean {
  return scripts !== 'off' && sampling === undefined;
}

/** One screen as it is: without scripts nothing comes to rest later. */
async function lookWithoutScripts(stage: Stage, request: CaptureRequest): Promise<Likeness> {
  const { width, height } = request.viewport;
  const png = await shoot(stage, { width, height });
  const world = await within(IsolatedWorld.enter(stage.cdp), SHOT_MS, 'reaching the page');
  return { png, settled: true, reading: await read(world, request), size: { width, height } };
}

async function settle(stage: Stage): Promise<{ world: IsolatedWorld; size: Size }> {
  const [world, plans] = await within(
    Promise.all([IsolatedWorld.enter(stage.cdp), plansOf(stage)]),
    SHOT_MS,
    'reaching the page',
  );
  const options = { ms: SETTLE_MS, maxHeight: MAX_HEIGHT, ...plans };
  const rest = async () => Size.parse(await world.call(SETTLE, options, SETTLE_MS + 1_000, 'settling'));
  const size = await rest();
  if (!stage.busy) return { world, size };
  // A page may load for ever; it is shown as it is.
  await regardless(within(stage.quiet(), QUIET_MS, 'loading'));
  return { world, size: await rest() };
}

async function plansOf(stage: Stage): Promise<Plans> {
  const question = { expression: READ_PLANS, returnByValue: true };
  // The page can put anything in its place, or be gone: then it is looked at as if it had plans.
  const answer = await stage.cdp.send('Runtime.evaluate', question).catch(() => null);
  return Plans.catch({ scroll: true, wait: 0 }).parse(answer?.result.value);
}

async function read(world: IsolatedWorld, request: CaptureRequest): Promise<Reading> {
  const options = { selectors: request.boxesOf, maxHtml: 5_000_000, maxText: 500_000, maxNodes: 100_000 };
  return Reading.parse(await world.call(READ, options, READ_MS, 'reading the page'));
}

/** The second shot starts while the first is still being encoded, but shows a later frame. */
async function shootTwice(stage: Stage, clip: Size): Promise<[string, string]> {
  const first = shoot(stage, clip);
  await Promise.race([first, pause(BETWEEN_SHOTS_MS)]);
  return Promise.all([first, shoot(stage, clip)]);
}

async function shootUntilStill(stage: Stage, clip: Size, last: string): Promise<{ png: string; settled: boolean }> {
  const deadline = performance.now() + STILL_MS;
  let png = last;
  while (performance.now() < deadline) {
    await pause(STILL_PAUSE_MS);
    const next = await shoot(stage, clip);
    if (next === png) return { png, settled: true };
    png = next;
  }
  return { png, settled: false };
}

/** A PNG in base64. A shot taken while the page changes hands hangs for ever; the next one does not. */
async function shoot(stage: Stage, clip: Size): Promise<string> {
  try {
    return await shot(stage, clip);
  } catch (error) {
    if (error instanceof PageMoved) throw error;
    if (!(error instanceof TimedOut)) return await shot(stage, await windowOf(stage, clip));
    await regardless(within(stage.cdp.send('Page.stopLoading'), 1_000, 'stopping'));
    return await shot(stage, clip);
  }
}

async function shot(stage: Stage, clip: Size): Promise<string> {
  const answer = stage.cdp.send('Page.captureScreenshot', {
    format: 'png',
    optimizeForSpeed: true,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, ...clip, scale: 1 },
  });
  try {
    return (await within(answer, SHOT_MS, 'photographing')).data;
  } catch (error) {
    // Chromium's words for a page that gives way to the next one just now.
    if (error instanceof Error && /not attached to an active page/i.test(error.message)) {
      throw new PageMoved('photographing', { cause: error });
    }
    throw error;
  }
}

/** No more than the window: what can be photographed when the whole page cannot. */
async function windowOf(stage: Stage, clip: Size): Promise<Size> {
  const viewport = stage.page.viewport();
  return { width: Math.min(clip.width, viewport?.width ?? clip.width), height: viewport?.height ?? clip.height };
}
