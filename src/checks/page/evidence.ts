/** What one look at a page keeps: the raw answer, each rendered view, and (in a baseline) what moves by itself. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Artifact, DIAGNOSES } from '../../core/model.js';

/** Raised when the shape below changes. */
export const EVIDENCE_VERSION = 1;

const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
const text = z.string().max(65_536);
const count = z.number().int().nonnegative();

/** Names the bytes by what they hold. */
export function artifactOf(mime: string, content: Uint8Array | string): Artifact {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mime, bytes };
}

/** The artifact as text; what is not UTF-8 shows as U+FFFD. */
export function artifactText(artifact: Artifact): string {
  return new TextDecoder().decode(artifact.bytes);
}

// The hash is what comparers take for "the same", so it is checked where evidence enters.
const artifact = z
  .object({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    mime: z.string().max(200),
    bytes: z.custom<Uint8Array>(
      (value) => value instanceof Uint8Array && value.byteLength <= MAX_ARTIFACT_BYTES,
      'must be bytes, and not too many',
    ),
  })
  .refine(
    (value) => artifactOf(value.mime, value.bytes).sha256 === value.sha256,
    'the bytes do not match their SHA-256',
  )
  .readonly();

const failure = z
  .object({
    blame: z.enum(['target', 'resolver', 'monitor']),
    code: z.string().max(100),
    detail: text,
    diagnosis: z.exactOptional(z.enum(DIAGNOSES)),
  })
  .readonly();

const headers = z
  .array(z.tuple([text, text]).readonly())
  .max(2000)
  .readonly();

const hop = z.object({ url: text, status: z.number().int(), headers, address: text }).readonly();

/** Pixels of the full page, origin top left. */
const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).readonly();

const viewport = z.object({ name: z.string().max(40), width: count, height: count, mobile: z.boolean() }).readonly();

/** What came: its hash (of a framed page, of its canonical form), the hosts it names, the grave things a script does. */
const body = z
  .object({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: count,
    hosts: z.array(z.string().max(300)).max(200).readonly(),
    signs: z.array(z.string().max(100)).max(20).readonly(),
  })
  .readonly();

const request = z
  .object({
    url: text,
    type: text,
    status: z.number().int().nullable(),
    address: text.nullable(),
    /** Of a script, style sheet or framed page; absent where its bytes could not be had. */
    body: z.exactOptional(body),
  })
  .readonly();

const layout = z
  .object({
    /** Lines that would be seen if nothing opaque lay on top of them. */
    covered: z.array(text).max(1000).readonly(),
    /** The first lines, the outermost boxes that hold nothing else, and the size of their letters in CSS pixels. */
    top: z
      .array(z.object({ text, box, size: z.number() }).readonly())
      .max(100)
      .readonly(),
    /** Large pictures in the first screen, by address. */
    pictures: z
      .array(z.object({ src: text, box }).readonly())
      .max(100)
      .readonly(),
  })
  .readonly();

const shown = z
  .object({
    status: z.number().int().nullable(),
    finalUrl: text,
    title: text,
    /** The serialised DOM after scripts ran. */
    html: artifact,
    /** Text a visitor can see, one block a line. */
    text: artifact,
    screenshot: artifact,
    width: count,
    height: count,
    cut: z.boolean(),
    settled: z.boolean(),
    overlays: z.array(text).max(1000).readonly(),
    /** Elements no visitor sees that hold links to other hosts, and the addresses of all links in them. */
    concealed: z.exactOptional(
      z
        .array(z.object({ where: text, links: z.array(text).max(100).readonly() }).readonly())
        .max(100)
        .readonly(),
    ),
    boxes: z
      .array(z.object({ selector: text, boxes: z.array(box).max(10_000).readonly() }).readonly())
      .max(1000)
      .readonly(),
    /** Where things stand; absent in evidence from before it was asked for. */
    layout: z.exactOptional(layout),
    requests: z.array(request).max(10_000).readonly(),
    /** Registered by the page; absent in evidence from before they were looked for. */
    serviceWorkers: z.exactOptional(
      z
        .array(z.object({ scope: text, script: text }).readonly())
        .max(100)
        .readonly(),
    ),
    dialogs: z.array(text).max(1000).readonly(),
    renderer: text,
  })
  .readonly();

/** One viewport: what was shown in it, or why nothing was. */
const view = z
  .object({
    viewport,
    shown: shown.nullable(),
    failure: failure.nullable(),
    /** Of a page that fights being looked at: a screen of it with scripts off. To be seen, not to be compared. */
    still: z.exactOptional(artifact),
  })
  .readonly();

const raw = z
  .object({
    hops: z.array(hop).max(100).readonly(),
    /** Of the last hop. */
    status: z.number().int().nullable(),
    headers,
    contentType: text.nullable(),
    body: artifact.nullable(),
    failure: failure.nullable(),
  })
  .readonly();

/** One thing that differed among samples of a healthy page: where, and a few of the values it took. */
const moving = z.object({ where: text, examples: z.array(text).max(10).readonly() }).readonly();

const layerVolatility = z
  .object({
    /** `raw` or the name of a viewport. */
    layer: z.string().max(40),
    /** Text blocks whose words rotate. */
    text: z.array(moving).max(2000).readonly(),
    /**
     * Inventory entries that rotate; `where` is `kind path`, never of a form, frame, script, off-site link or medium.
     * `content type address`: bytes that differ from answer to answer. `picture address`: a large one that does.
     */
    items: z.array(moving).max(2000).readonly(),
    /** Skeletons of inline code whose values rotate; the code itself does not. */
    code: z.array(text).max(2000).readonly(),
    /** Tag paths whose count varies. */
    paths: z.array(text).max(2000).readonly(),
    /** Parts of the accepted picture that repaint by themselves. */
    boxes: z.array(box).max(10_000).readonly(),
    /** Share of the picture masked, and of the text; both capped. */
    area: z.number().min(0).max(1),
    textShare: z.number().min(0).max(1),
    /** More moved than may be masked: the rest will be reported. */
    capped: z.boolean(),
  })
  .readonly();

const volatility = z.object({ samples: count, layers: z.array(layerVolatility).max(21).readonly() }).readonly();

/** What another visitor was given. `raw` null: what the monitor itself was. */
const visitorLook = z
  .object({ name: z.string().regex(/^[a-z]{1,40}$/), raw: raw.nullable(), volatility: z.exactOptional(volatility) })
  .readonly();

export const pageEvidence = z
  .object({
    raw,
    views: z.array(view).max(20).readonly(),
    /**
     * Nothing was rendered, because the answer is that of the full look at `since` (epoch ms), which was judged intact.
     * `notModified`: the server said so itself, and sent no body.
     */
    spared: z.exactOptional(z.object({ since: z.number(), notModified: z.boolean() }).readonly()),
    /** Only a baseline made of several samples has it. */
    volatility: z.exactOptional(volatility),
    /** The page asked for as other visitors; absent where nobody else asked. */
    visitors: z.exactOptional(z.array(visitorLook).max(10).readonly()),
  })
  .readonly();

export type PageEvidence = z.infer<typeof pageEvidence>;
export type RawAnswer = PageEvidence['raw'];
export type View = PageEvidence['views'][number];
export type Shown = NonNullable<View['shown']>;
export type Volatility = NonNullable<PageEvidence['volatility']>;
export type VisitorLook = NonNullable<PageEvidence['visitors']>[number];
export type LayerVolatility = Volatility['layers'][number];

/** Is the answer a page a browser would lay out? Servers that do not say are taken at the look of the body. */
export function isHtml(answer: RawAnswer): boolean {
  const declared = answer.contentType?.split(';')[0]?.trim().toLowerCase();
  if (declared) return declared === 'text/html' || declared === 'application/xhtml+xml';
  return answer.body !== null && /^\s*(?:<!doctype html|<html|<head|<body|<!--)/i.test(startOf(answer.body));
}

function startOf(body: Artifact): string {
  return new TextDecoder().decode(body.bytes.subarray(0, 1024));
}

/** First value of a header, or null. */
export function headerOf(answer: Pick<RawAnswer, 'headers'>, name: string): string | null {
  return answer.headers.find(([key]) => key === name)?.[1] ?? null;
}
