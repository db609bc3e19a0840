/** Real pages out of the cache, each with the text of its neighbours: what the same authors write elsewhere. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { load } from 'cheerio';
import { galleryAsset, type Still } from './generated.js';
import { escaped } from './life.js';
import { folderOf, type PageSource, SOURCES } from './packages.js';
import { type Asset, wordingOf } from './page.js';

const MAX_PAGE = 250_000;
const NEIGHBOURS = 12;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export async function realPages(): Promise<Still[]> {
  const pages = await Promise.all(SOURCES.map(readSource));
  return pages.flatMap((page) => (page ? [page] : []));
}

async function readSource(source: PageSource, index: number): Promise<Still | null> {
  const folder = await folderOf(source.package);
  if (folder === null) return null;
  const root = join(folder, source.root);
  const bytes = await readFile(join(root, source.page)).catch(() => null);
  if (bytes === null || bytes.byteLength > MAX_PAGE) return null;
  const html = serialized(textOf(bytes));
  const own = load(html)('body').text().replace(/\s+/g, ' ');
  const { paragraphs, headlines } = await neighbours(root, source);
  const fresh = (list: readonly string[]): string[] =>
    [...new Set(list)].filter((text) => !own.includes(text.slice(0, 60)));
  return {
    id: source.id,
    source: `${source.package} (${source.licence})`,
    half: source.half,
    wording: wordingOf(source.half, index),
    language: source.language,
    host: `www.${source.id}.example`,
    path: `/${source.page}`,
    still: html,
    paragraphs: fresh(paragraphs),
    headlines: fresh(headlines),
    assets: (path) => asset(root, path),
  };
}

/** Through the serialiser every variant goes through too: it must not be what differs. Real markers are taken out. */
function serialized(html: string): string {
  return load(html.replaceAll('~~', '~')).html();
}

function textOf(bytes: Buffer): string {
  const label = /charset\s*=\s*["']?([\w-]+)/i.exec(bytes.subarray(0, 1024).toString('latin1'))?.[1] ?? 'utf-8';
  const text = new TextDecoder(label).decode(bytes);
  return label.toLowerCase() === 'utf-8' ? text : text.replace(/charset\s*=\s*["']?[\w-]+/i, 'charset=utf-8');
}

async function neighbours(root: string, source: PageSource): Promise<{ paragraphs: string[]; headlines: string[] }> {
  const suffix = /\.html(?:\.[\w-]+)*$/;
  const files = (await readdir(root)).filter((name) => suffix.test(name) && name !== source.page).sort();
  const paragraphs: string[] = [];
  const headlines: string[] = [];
  for (const file of files.slice(0, NEIGHBOURS)) {
    const $ = load(textOf(await readFile(join(root, file))));
    const take = (selector: string, into: string[], from: number, to: number): void => {
      for (const element of $(selector).get()) {
        const text = $(element).text().replace(/\s+/g, ' ').trim();
        if (text.length >= from && text.length <= to && isIn(source.language, text)) into.push(text);
      }
    };
    take('p', paragraphs, 40, 600);
    take('h1,h2,h3,h4', headlines, 6, 80);
  }
  if (paragraphs.length < 12) paragraphs.push(...THEME_PARAGRAPHS);
  if (headlines.length < 12) headlines.push(...THEME_HEADLINES);
  return { paragraphs, headlines };
}

const LETTERS: Readonly<Partial<Record<PageSource['language'], RegExp>>> = {
  fa: /\p{Script=Arabic}/gu,
  ar: /\p{Script=Arabic}/gu,
  zh: /\p{Script=Han}/gu,
  ru: /\p{Script=Cyrillic}/gu,
};

/** Translations are seldom complete: what stayed English is not what the editors of a Persian site write. */
function isIn(language: PageSource['language'], text: string): boolean {
  const letters = LETTERS[language];
  return !letters || (text.match(letters)?.length ?? 0) > text.length * 0.3;
}

async function asset(root: string, path: string): Promise<Asset | null> {
  const name = normalize(decodeURIComponent(path)).replace(/^\/+/, '');
  if (name.startsWith('..')) return null;
  const bytes = await readFile(join(root, name)).catch(() => null);
  return bytes ? { type: TYPES[extname(name)] ?? 'application/octet-stream', bytes } : galleryAsset(path);
}

// A theme of one page has no neighbours: what its owner would fill in.
const THEME_PARAGRAPHS: readonly string[] = [
  'We design and build web sites for small companies, from the first sketch to the day they open.',
  'Our team has worked together for nine years and still answers every message within a day.',
  'The new portfolio shows twelve projects, each with the problem, the plan and what came of it.',
  'Every product comes with two years of warranty and a manual you can read in one evening.',
  'Call us for an appointment, or visit the studio on a weekday; the coffee is always fresh.',
  'The latest version loads in half the time and works on phones as well as on large screens.',
  'Read how a family bakery doubled its orders with a simple page and good photographs.',
  'Our services include branding, photography, search advice and training for your own staff.',
  'Prices are the same for everybody and listed on one page, with nothing hidden in the small print.',
  'A short course teaches you how to write clear texts and choose pictures that load quickly.',
  'This month we moved into a larger studio near the station, with room for workshops.',
  'Subscribers receive one letter a month with new work, a tip and a link to a free template.',
  'Graduates of the course now keep the sites of three museums and a concert hall up to date.',
  'Our support is free for the first month and costs little after that; ask for the details.',
].map(escaped);

const THEME_HEADLINES: readonly string[] = [
  'New projects this spring',
  'Meet the team',
  'How we work',
  'Our studio has moved',
  'A free template for you',
  'Photography course in May',
  'What our clients say',
  'Faster pages for phones',
  'Simple prices',
  'Twelve new portfolio items',
  'Open day in the studio',
  'Tips for better pictures',
].map(escaped);
