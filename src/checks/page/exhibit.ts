/** What a person is shown of a look: before, after and difference of every view, the texts, and the files of the evidence. */
import type { Artifact, Exchange, Exhibits, Picture } from '../../core/model.js';
import type { Pixels } from '../../core/png.js';
import type { Box } from '../check.js';
import { artifactOf, type PageEvidence, type View } from './evidence.js';
import { type Pair, pairsOf } from './layers.js';
import { pictureDifferenceOf } from './pixels.js';
import { pixelsOf, pngOf } from './png.js';
import type { PageSettings } from './settings.js';

export function exhibit(
  actual: PageEvidence | null,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): Exhibits {
  const [first] = accepted;
  const subject = actual ?? first;
  if (!subject) return { pictures: [], resolvers: [], texts: [], members: [] };
  const pairs = actual ? pairsOf(actual, accepted, settings) : [];
  const pictures = actual
    ? actual.views.flatMap((view) => picturesOf(view, pairs, settings))
    : subject.views.flatMap(({ viewport, shown }) =>
        shown ? [picture('before', viewport.name, shown.screenshot)] : [],
      );
  const texts = actual ? textsOf(pairs) : [];
  return { pictures, resolvers: [], texts, members: membersOf(subject), exchanges: exchangesOf(subject) };
}

function picture(label: Picture['label'], caption: string, artifact: Artifact): Picture {
  return { label, caption, artifact };
}

function picturesOf({ viewport, shown, still }: View, pairs: readonly Pair[], settings: PageSettings): Picture[] {
  if (!shown) return still ? [picture('after', `${viewport.name}, scripts off`, still)] : [];
  const pair = pairs.find(({ layer }) => layer === viewport.name);
  const before = pair?.accepted.shown?.screenshot;
  const difference = pair ? differencePicture(pair, settings) : null;
  return [
    ...(before ? [picture('before', viewport.name, before)] : []),
    picture('after', viewport.name, shown.screenshot),
    ...(difference ? [picture('difference', viewport.name, difference)] : []),
  ];
}

// ------------------------------------------------------------ difference

const OUTLINE = [214, 32, 32] as const;
/** How much of the picture is left where nothing changed: the eye goes to what did. */
const DIMMED = 0.35;
const MAX_OUTLINED = 200;

/** The picture after, dimmed but for the changed boxes, which are outlined. Null when the pictures do not differ. */
export function differencePicture(pair: Pair, settings: PageSettings): Artifact | null {
  const { actual, accepted } = pair;
  if (!actual.shown || !accepted.shown) return null;
  if (actual.shown.screenshot.sha256 === accepted.shown.screenshot.sha256) return null;
  const after = pixelsOf(actual.shown.screenshot);
  const difference = pictureDifferenceOf(pair, settings);
  if (!after || !difference || difference.boxes.length === 0) return null;
  const data = dimmed(after);
  const boxes = difference.boxes.slice(0, MAX_OUTLINED);
  for (const box of boxes) restore(after, data, box);
  // Mails show a picture at half its width or less: a thin line would be gone.
  const thickness = Math.max(4, Math.round(after.width / 200));
  for (const box of boxes) outline(after, data, box, thickness);
  return pngOf({ width: after.width, height: after.height, data });
}

function dimmed({ data }: Pixels): Buffer {
  const light = Buffer.allocUnsafe(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const grey = ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
    const pale = 255 - (255 - grey) * DIMMED;
    light[at] = pale;
    light[at + 1] = pale;
    light[at + 2] = pale;
  }
  return light;
}

function restore({ width, data }: Pixels, into: Buffer, box: Box): void {
  for (let y = box.y; y < box.y + box.height; y += 1) {
    const from = (y * width + box.x) * 3;
    data.copy(into, from, from, from + box.width * 3);
  }
}

function outline({ width, height }: Pixels, data: Buffer, box: Box, thickness: number): void {
  const left = Math.max(0, box.x - thickness);
  const top = Math.max(0, box.y - thickness);
  const right = Math.min(width, box.x + box.width + thickness);
  const bottom = Math.min(height, box.y + box.height + thickness);
  const paint = (fromX: number, toX: number, fromY: number, toY: number): void => {
    for (let y = Math.max(0, fromY); y < Math.min(height, toY); y += 1) {
      for (let x = Math.max(0, fromX); x < Math.min(width, toX); x += 1) data.set(OUTLINE, (y * width + x) * 3);
    }
  };
  paint(left, right, top, top + thickness);
  paint(left, right, bottom - thickness, bottom);
  paint(left, left + thickness, top, bottom);
  paint(right - thickness, right, top, bottom);
}

// ------------------------------------------------------- texts and files

const MAX_TEXT = 100_000;

function textsOf(pairs: readonly Pair[]): Exhibits['texts'] {
  const shown = pairs.find((pair) => pair.actual.shown) ?? pairs[0];
  if (!shown) return [];
  const { actual, accepted } = shown;
  const text = (lines: readonly string[]): string => lines.join('\n').slice(0, MAX_TEXT);
  return [
    { name: 'title', before: accepted.document?.title ?? '', after: actual.document?.title ?? '' },
    { name: 'text', before: text(accepted.lines), after: text(actual.lines) },
    { name: 'references', before: referencesOf(accepted), after: referencesOf(actual) },
    { name: 'address', before: accepted.url, after: actual.url },
  ];
}

/** The inventory as lines, so that an injected script is a line that is new. */
function referencesOf({ items }: Pair['actual']): string {
  const lines = items.filter((item) => item.kind !== 'request').map((item) => `${item.kind} ${item.target}`);
  return [...new Set(lines)].sort().join('\n').slice(0, MAX_TEXT);
}

function membersOf(evidence: PageEvidence): Exhibits['members'] {
  const { raw, views, volatility, visitors = [] } = evidence;
  const json = (value: unknown): Artifact => artifactOf('application/json', `${JSON.stringify(value, null, 2)}\n`);
  return [
    ...(raw.body ? [{ name: 'raw-body.txt', artifact: asText(raw.body) }] : []),
    { name: 'headers.json', artifact: json(raw.headers) },
    { name: 'redirects.json', artifact: json(raw.hops.map(({ url, status, address }) => ({ url, status, address }))) },
    ...visitors.flatMap((visitor) => {
      if (visitor.raw === null) return [];
      const { body, hops } = visitor.raw;
      return [
        ...(body ? [{ name: `as-${visitor.name}/raw-body.txt`, artifact: asText(body) }] : []),
        { name: `as-${visitor.name}/hops.json`, artifact: json(hops) },
      ];
    }),
    ...(volatility ? [{ name: 'volatility.json', artifact: json(volatility) }] : []),
    ...views.flatMap(({ viewport: { name }, shown }) =>
      shown
        ? [
            { name: `${name}/dom.html`, artifact: asText(shown.html) },
            { name: `${name}/text.txt`, artifact: shown.text },
            { name: `${name}/screenshot.png`, artifact: shown.screenshot },
            { name: `${name}/requests.json`, artifact: json(shown.requests) },
          ]
        : [],
    ),
  ];
}

/** The body belongs to the last hop. */
function exchangesOf({ raw }: PageEvidence): Exchange[] {
  return raw.hops.map((hop, index) => ({ ...hop, body: index === raw.hops.length - 1 ? raw.body : null }));
}

/** Hostile markup is kept as text: nothing that opens it may run it. */
function asText({ sha256, bytes }: Artifact): Artifact {
  return { sha256, mime: 'text/plain; charset=utf-8', bytes };
}
