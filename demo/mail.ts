/** A delivered mail made into what a person looks at: its HTML with the inline pictures, and a photograph of that. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PNG } from 'pngjs';
import PostalMime from 'postal-mime';
import { succeed } from './processes.js';

export interface OpenedMail {
  readonly subject: string;
  readonly pictures: number;
  readonly text: string;
  readonly files: { readonly eml: string; readonly html: string; readonly png: string };
}

/** Taller than any alert; what is blank below the mail is cut off again. */
const WINDOW = { width: 760, height: 4000 };

/** Opens `message` and saves it below `folder` as <name>.eml, <name>.html and <name>.png. */
export async function openMail(message: Buffer, folder: string, name: string, browser: string): Promise<OpenedMail> {
  const mail = await PostalMime.parse(message, { attachmentEncoding: 'base64' });
  const pictures = mail.attachments.filter((part) => part.mimeType.startsWith('image/'));
  let html = mail.html ?? `<pre>${mail.text?.replaceAll('<', '&lt;') ?? ''}</pre>`;
  for (const part of pictures) {
    const id = part.contentId?.replace(/^<|>$/g, '');
    if (id !== undefined) html = html.replaceAll(`cid:${id}`, `data:${part.mimeType};base64,${String(part.content)}`);
  }
  const files = {
    eml: join(folder, `${name}.eml`),
    html: join(folder, `${name}.html`),
    png: join(folder, `${name}.png`),
  };
  await writeFile(files.eml, message);
  await writeFile(files.html, html);
  await photograph(files.html, files.png, browser);
  return { subject: mail.subject ?? '', pictures: pictures.length, text: mail.text ?? '', files };
}

async function photograph(page: string, png: string, browser: string): Promise<void> {
  await succeed(browser, [
    ...['--headless', '--hide-scrollbars', '--disable-background-networking', '--disable-extensions'],
    // Our own page with nothing to load: no network at all, and Chromium's sandbox refuses to start under root.
    ...['--proxy-server=127.0.0.1:9', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    ...[`--window-size=${WINDOW.width},${WINDOW.height}`, `--screenshot=${png}`, pathToFileURL(page).href],
  ]);
  const picture = PNG.sync.read(await readFile(png));
  await writeFile(png, PNG.sync.write(withoutBlankEnd(picture)));
}

/** Cuts the rows at the bottom that are all the same as the last one, but for a margin. */
function withoutBlankEnd(picture: PNG): PNG {
  const stride = picture.width * 4;
  const row = (y: number): Buffer => picture.data.subarray(y * stride, (y + 1) * stride);
  const last = row(picture.height - 1);
  let height = picture.height;
  while (height > 1 && row(height - 1).equals(last)) height -= 1;
  const cut = new PNG({ width: picture.width, height: Math.min(picture.height, height + 24) });
  PNG.bitblt(picture, cut, 0, 0, cut.width, cut.height, 0, 0);
  return cut;
}
