/** Pictures in an HTML report: approved against seen, with a line to drag, and what victims are shown. Pure. */

import { type Html, html, quoted } from '../../core/markup.js';
import type { Picture } from '../../core/model.js';
import { oneLine } from '../../core/plain-text.js';
import { firstChangedRow, sizeOf } from './picture-facts.js';

/** A report is mailed around: pictures beyond these stay in the evidence folder alone. Bytes. */
const MOST_PER_PICTURE = 3_000_000;
const MOST_IN_ALL = 30_000_000;
/** Shorter pictures fit the frame well enough to be shown from the top. Pixels. */
const TALL = 900;

/** Which pictures of a report are shown in it. */
export type Album = (picture: Picture) => boolean;

/** Takes pictures in order of appearance while there is room. */
export function album(pictures: readonly Picture[]): Album {
  const shown = new Set<Picture>();
  let total = 0;
  for (const picture of pictures) {
    const { mime, bytes } = picture.artifact;
    if (mime !== 'image/png' || sizeOf(bytes) === null || bytes.length > MOST_PER_PICTURE) continue;
    if (total + bytes.length > MOST_IN_ALL) continue;
    total += bytes.length;
    shown.add(picture);
  }
  return (picture) => shown.has(picture);
}

/** One set of pictures with the same caption: before, after and their difference, as far as they exist. */
interface View {
  readonly caption: string;
  readonly pictures: readonly Picture[];
}

/** What the two pictures are called: in a check `Approved` and `Now`. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

const CHECKED: Sides = { before: 'Approved', after: 'Now' };

/** The comparisons of one look, one per caption (viewport). */
export function comparisons(
  pictures: readonly Picture[],
  key: string,
  shown: Album,
  folder: string | null,
  sides: Sides = CHECKED,
): readonly Html[] {
  const views = new Map<string, Picture[]>();
  for (const picture of pictures) {
    if (picture.label === 'victim') continue;
    views.set(picture.caption, [...(views.get(picture.caption) ?? []), picture]);
  }
  return [...views].map(([caption, own], index) =>
    comparison({ caption, pictures: own }, `${key}-${index}`, shown, folder, sides),
  );
}

function comparison(view: View, key: string, shown: Album, folder: string | null, sides: Sides): Html {
  const kept = view.pictures.filter(shown);
  if (kept.length === 0) return dropped(view.caption, folder);
  const find = (label: Picture['label']): Picture | undefined => kept.find((picture) => picture.label === label);
  const [approved, after, difference] = [find('before'), find('after'), find('difference')];
  // Two pictures that are the same, side by side, are a riddle: one is shown, and that it is as approved.
  const alike = approved !== undefined && approved.artifact.sha256 === after?.artifact.sha256;
  const before = alike ? undefined : approved;
  const both = before !== undefined && after !== undefined;
  const tabs: readonly (readonly [string, string])[] = [
    ...(both ? [['compare', 'Compare'] as const] : []),
    ...(before ? [['before', sides.before] as const] : []),
    ...(after ? [['after', sides.after] as const] : []),
    ...(difference ? [['difference', 'Difference'] as const] : []),
  ];
  return html`<fieldset class="comparison">
<legend>${quoted(view.caption)}</legend>
${alike ? html`<p class="alike">${sides.after}: exactly the picture that was approved. What differs cannot be seen in it.</p>` : null}
${tabs.length < 2 ? null : tabs.map(([name, word], index) => tab(`${key}-${name}`, key, name, word, index === 0))}
${both ? slider(key, view.caption, sides) : null}
<div class="frame" tabindex="0" role="region" aria-label="Pictures, ${oneLine(view.caption, 100)}"${startOf(before, after)}>
<div class="stage${both ? '' : ' one'}">${before ? image(before, sides.before) : null}${after ? image(after, sides.after) : null}${difference ? image(difference, 'Difference') : null}</div>
</div>
${kept.length < view.pictures.length ? dropped(view.caption, folder) : null}
</fieldset>`;
}

function tab(id: string, group: string, view: string, word: string, checked: boolean): Html {
  return html`<input class="view-${view}" type="radio" name="view-${group}" id="view-${id}"${checked ? html` checked` : null}><label for="view-${id}">${word}</label>
`;
}

function slider(key: string, caption: string, sides: Sides): Html {
  return html`<div class="cut"><label for="cut-${key}">${sides.before}</label><input type="range" id="cut-${key}" min="0" max="100" value="50" data-before="${sides.before}" data-after="${sides.after}" aria-label="Line between the two pictures, ${sides.before} and ${sides.after}, ${oneLine(caption, 100)}"><span>${sides.after}</span></div>`;
}

/** A tall picture opens at its first change, not at an unchanged top. */
function startOf(before: Picture | undefined, after: Picture | undefined): Html | null {
  if (!before || !after) return null;
  const height = Math.max(sizeOf(before.artifact.bytes)?.height ?? 0, sizeOf(after.artifact.bytes)?.height ?? 0);
  if (height < TALL) return null;
  const row = firstChangedRow(before.artifact.bytes, after.artifact.bytes);
  return row === null ? null : html` data-start="${row}"`;
}

function image(picture: Picture, word: string): Html {
  const { mime, bytes } = picture.artifact;
  const size = sizeOf(bytes) ?? { width: 1, height: 1 };
  const source = `data:${mime};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
  return html`<img class="${picture.label}" src="${source}" width="${size.width}" height="${size.height}" alt="${word}: ${oneLine(picture.caption, 100)}">`;
}

/** What people behind a lying resolver are shown, one picture for each address. */
export function victims(pictures: readonly Picture[], shown: Album, folder: string | null): Html | null {
  const seen = pictures.filter(({ label }) => label === 'victim');
  if (seen.length === 0) return null;
  const figures = seen.map((picture) => {
    const body = shown(picture)
      ? html`<div class="frame" tabindex="0" role="region" aria-label="What visitors see, ${oneLine(picture.caption, 100)}"><div class="stage one">${image(picture, 'What visitors see')}</div></div>`
      : dropped(picture.caption, folder);
    return html`<figure>${body}<figcaption>${quoted(picture.caption)}</figcaption></figure>`;
  });
  return html`<h3>What visitors see who are sent elsewhere</h3><div class="gallery">${figures}</div>`;
}

function dropped(caption: string, folder: string | null): Html {
  const where = folder === null ? 'and the evidence could not be kept' : html`and stands in <code>${folder}</code>`;
  return html`<p class="dropped">A picture (${quoted(caption)}) is too large for this report ${where}.</p>`;
}
