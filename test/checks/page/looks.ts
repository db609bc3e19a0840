/** Looks at a page, made from its HTML, and what the check says of one beside another. */
import { PNG } from 'pngjs';
import { judge, type Viewport } from '../../../src/checks/check.js';
import { readDocument } from '../../../src/checks/page/document.js';
import { artifactOf, type PageEvidence, type Shown } from '../../../src/checks/page/evidence.js';
import { page } from '../../../src/checks/page/index.js';
import { configure, type PageSettings, VIEWPORTS } from '../../../src/checks/page/settings.js';
import type { Artifact, Content, Finding, Observation, Reading, Target } from '../../../src/core/model.js';

export const URL_OF_SITE = 'https://live.summit.example/';

/** A genuine page of a live event. */
export const GENUINE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>Global Summit 2026 – Live</title>
<meta name="description" content="Watch the Global Summit 2026 live: keynotes, panels and the closing ceremony.">
<meta name="csrf-token" content="k3J9dkqPz0aa81bcdeF0">
<link rel="stylesheet" href="/assets/site.3fa9b2c1.css">
<link rel="icon" href="/favicon.ico">
<script src="/assets/app.77aa10ce.js" nonce="r4nd0m"></script>
<script nonce="r4nd0m">window.state = {"user":"a81f00","loaded":1752765000};</script>
</head><body>
<header><a href="/"><img class="logo" src="/img/logo.svg" alt="Global Summit"></a>
<nav><ul><li><a href="/programme">Programme</a></li><li><a href="/speakers">Speakers</a></li><li><a href="/news">News</a></li></ul></nav></header>
<main>
<h1>Live from the opening hall</h1>
<video id="player" src="https://stream.summit.example/live/master.m3u8" poster="/img/poster.jpg"></video>
<p class="viewers">12,431 watching now</p>
<section id="about"><h2>About the summit</h2>
<p>The Global Summit brings together researchers, engineers and citizens from more than ninety countries to discuss clean water.</p>
<p>Sessions are streamed in six languages and recordings are published within a day of each panel.</p>
<p>Registration for the workshops closes on Friday evening, and seats in the main hall are already taken.</p></section>
<section id="news"><h2>News</h2><ul>
<li><a href="/news/1">Opening keynote moved to the great hall</a></li>
<li><a href="/news/2">Interpreters announced for the plenary sessions</a></li>
<li><a href="/news/3">How to follow the summit from home</a></li></ul></section>
<form action="/newsletter" method="post"><input type="hidden" name="csrf" value="aa81"><input name="email"><button>Subscribe</button></form>
</main>
<footer><p>Organised by the Summit Foundation. <a href="https://partner.example/about">Our partner</a></p></footer>
</body></html>`;

/** What a look may differ in; the rest is a healthy one. */
export interface Seen {
  readonly html?: string;
  /** The DOM after scripts ran, when it is not the markup served. */
  readonly rendered?: string;
  readonly status?: number;
  readonly url?: string;
  readonly finalUrl?: string;
  readonly contentType?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly screenshot?: Artifact;
  readonly view?: Partial<Shown>;
  readonly viewports?: readonly Viewport[];
}

export function lookAt(seen: Seen = {}): PageEvidence {
  const url = seen.url ?? URL_OF_SITE;
  const contentType = seen.contentType ?? 'text/html; charset=utf-8';
  const html = seen.html ?? GENUINE;
  const headers: [string, string][] = [
    ['content-type', contentType],
    ...(seen.headers ?? []).map(([n, v]): [string, string] => [n, v]),
  ];
  const status = seen.status ?? 200;
  return {
    raw: {
      hops: [{ url, status, headers, address: '127.0.0.1' }],
      status,
      headers,
      contentType,
      body: artifactOf(contentType, html),
      failure: null,
    },
    views: contentType.startsWith('text/html')
      ? (seen.viewports ?? [VIEWPORTS.desktop]).map((viewport) => ({
          viewport,
          shown: shownBy(seen, url),
          failure: null,
        }))
      : [],
  };
}

const PLAIN = paintedPng(1280, 800, []);

function shownBy(seen: Seen, url: string): Shown {
  const html = artifactOf('text/html; charset=utf-8', seen.rendered ?? seen.html ?? GENUINE);
  const { blocks, title } = readDocument(html, { url, ignore: [], probes: [] });
  const screenshot = seen.screenshot ?? PLAIN;
  const { width, height } = PNG.sync.read(Buffer.from(screenshot.bytes));
  return {
    status: seen.status ?? 200,
    finalUrl: seen.finalUrl ?? url,
    title,
    html,
    text: artifactOf('text/plain', blocks.map((block) => block.text).join('\n')),
    screenshot,
    width,
    height,
    cut: false,
    settled: true,
    overlays: [],
    boxes: [],
    requests: [],
    dialogs: [],
    renderer: 'test',
    ...seen.view,
  };
}

export type Colour = readonly [number, number, number];

/** A picture: stripes of grey, so that rows can be told apart, and rectangles on them. */
export function paintedPng(
  width: number,
  height: number,
  boxes: readonly { x: number; y: number; width: number; height: number; colour: Colour }[],
  shift = 0,
): Artifact {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const row = y - shift;
      const box = boxes.findLast((b) => x >= b.x && x < b.x + b.width && row >= b.y && row < b.y + b.height);
      // A row of its own: text does the same to a real page.
      const mark = row >= 0 && ((x * 7919) ^ Math.imul(row, 2654435761)) % 25 === 0 ? 60 : 245;
      const [red, green, blue] = box?.colour ?? [mark, mark, mark];
      png.data.set([red, green, blue, 255], (y * width + x) * 4);
    }
  }
  return artifactOf('image/png', PNG.sync.write(png, { deflateLevel: 1 }));
}

export function settingsFor(content: Content, options: Readonly<Record<string, unknown>> = {}): PageSettings {
  const configured = configure({ id: 'live', url: URL_OF_SITE, name: 'live.summit.example', content, options });
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  return configured.settings;
}

/** What the whole check says of a look. */
export function reading(
  actual: PageEvidence,
  accepted: PageEvidence | readonly PageEvidence[] = lookAt(),
  settings: PageSettings = settingsFor('living'),
): Reading {
  const target: Target = {
    id: 'live/page',
    siteId: 'live',
    kind: 'page',
    settings,
    schedule: { everyMs: 60_000 },
    policy: { content: settings.content, confirmAfterMs: 0, remindEveryMs: 0, resolveAfterMs: 120_000, inEvent: false },
  };
  const observation: Observation = {
    targetId: target.id,
    kind: 'page',
    version: 1,
    vantage: 'local',
    at: 0,
    tookMs: 0,
    outcome: { ok: true, evidence: actual },
  };
  const list = 'raw' in accepted ? [accepted] : accepted;
  const entries = list.map((evidence) => ({ version: 1, evidence, at: 0, by: 'test', note: '' }));
  return judge(page, target, observation, { targetId: target.id, accepted: entries });
}

/** Findings of a page that changed from the genuine one. */
export function findingsOf(
  seen: Seen,
  content: Content = 'living',
  options: Readonly<Record<string, unknown>> = {},
): readonly Finding[] {
  return reading(lookAt(seen), lookAt(), settingsFor(content, options)).findings;
}

/** The worst severity among findings, or `none`. */
export function worstOf(findings: readonly Finding[]): string {
  for (const severity of ['critical', 'warning', 'notice'] as const) {
    if (findings.some((finding) => finding.severity === severity)) return severity;
  }
  return 'none';
}
