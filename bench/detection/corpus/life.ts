/**
 * What moves by itself on a healthy page. Moving parts are written into a template as markers, and every answer of the
 * server fills them anew from its own seed: nonces, tokens, counters, rotating quotes, shuffled links, and the rest.
 */
import { type CheerioAPI, load } from 'cheerio';
import { Random } from '../random.js';
import type { CorpusPage, Language, Scene } from './page.js';

const MARKER = /~~([a-z]+)~~/g;

interface Words {
  readonly watching: string;
  readonly greetings: readonly string[];
  readonly made: string;
  readonly says: string;
  readonly seeAlso: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    watching: 'watching now',
    greetings: ['Good morning, visitor', 'Good afternoon, visitor', 'Good evening, visitor'],
    made: 'Page generated',
    says: 'What people say',
    seeAlso: 'See also',
  },
  fa: {
    watching: 'نفر در حال تماشا',
    greetings: ['صبح بخیر، مهمان گرامی', 'ظهر بخیر، مهمان گرامی', 'عصر بخیر، مهمان گرامی'],
    made: 'صفحه ساخته شد در',
    says: 'دیدگاه کاربران',
    seeAlso: 'همچنین ببینید',
  },
  ar: {
    watching: 'يشاهدون الآن',
    greetings: ['صباح الخير أيها الزائر', 'مساء الخير أيها الزائر', 'طاب يومك أيها الزائر'],
    made: 'أنشئت الصفحة في',
    says: 'آراء الزوار',
    seeAlso: 'انظر أيضا',
  },
  zh: {
    watching: '人正在观看',
    greetings: ['早上好，访客', '下午好，访客', '晚上好，访客'],
    made: '页面生成于',
    says: '用户评价',
    seeAlso: '相关阅读',
  },
  ru: {
    watching: 'смотрят сейчас',
    greetings: ['Доброе утро, гость', 'Добрый день, гость', 'Добрый вечер, гость'],
    made: 'Страница создана',
    says: 'Отзывы читателей',
    seeAlso: 'Смотрите также',
  },
  tr: {
    watching: 'kişi izliyor',
    greetings: ['Günaydın ziyaretçi', 'İyi günler ziyaretçi', 'İyi akşamlar ziyaretçi'],
    made: 'Sayfa oluşturuldu',
    says: 'Okurlarımız ne diyor',
    seeAlso: 'Ayrıca bakınız',
  },
  id: {
    watching: 'sedang menonton',
    greetings: ['Selamat pagi, tamu', 'Selamat siang, tamu', 'Selamat malam, tamu'],
    made: 'Halaman dibuat',
    says: 'Kata pembaca',
    seeAlso: 'Lihat juga',
  },
  ja: {
    watching: '人が視聴中',
    greetings: ['おはようございます', 'こんにちは', 'こんばんは'],
    made: 'ページ生成',
    says: '読者の声',
    seeAlso: '関連記事',
  },
};

export interface Motion {
  readonly name: string;
  /** Writes the marker into the page. */
  readonly plant: ($: CheerioAPI, words: Words) => void;
}

const foot = ($: CheerioAPI, html: string): void => void $('body').append(html);

/** Every kind of motion a page of the corpus can have; each is also a class of its own in the benchmark. */
export const MOTIONS: readonly Motion[] = [
  {
    name: 'nonce',
    plant: ($) => {
      $('script').attr('nonce', '~~token~~');
      if ($('script').length === 0)
        $('head').append('<script nonce="~~token~~">document.documentElement.lang;</script>');
    },
  },
  {
    name: 'csrf-token',
    plant: ($) => {
      $('head').append('<meta name="csrf-token" content="~~token~~">');
      $('form').append('<input type="hidden" name="_csrf" value="~~token~~">');
    },
  },
  { name: 'timestamp', plant: ($, { made }) => foot($, `<p class="generated">${made} ~~time~~</p>`) },
  {
    name: 'viewer-counter',
    plant: ($, { watching }) => foot($, `<p class="viewers"><b>~~count~~</b> ${watching}</p>`),
  },
  {
    name: 'rotating-ad',
    plant: ($) =>
      foot(
        $,
        '<div class="ad"><a href="https://ads.adserver.example/click?c=~~id~~"><img src="https://ads.adserver.example/banner-~~few~~.png" alt="" width="320" height="50"></a></div>',
      ),
  },
  {
    name: 'rotating-quote',
    plant: ($, { says }) => foot($, `<aside><h4>${says}</h4><blockquote>~~quote~~</blockquote></aside>`),
  },
  {
    name: 'rotating-image',
    plant: ($) => foot($, '<img class="gallery" src="/media/gallery-~~few~~.svg" alt="" width="320" height="160">'),
  },
  { name: 'related-links', plant: ($, { seeAlso }) => foot($, `<nav><h4>${seeAlso}</h4><ul>~~related~~</ul></nav>`) },
  { name: 'reordered-list', plant: ($) => foot($, '<ul class="partners">~~shuffled~~</ul>') },
  {
    name: 'cache-busting',
    plant: ($) => {
      $('link[rel=stylesheet][href],script[src],img[src]').each((_, element) => {
        const name = element.tagName === 'link' ? 'href' : 'src';
        const value = $(element).attr(name) ?? '';
        if (!value.includes('?') && !value.startsWith('data:')) $(element).attr(name, `${value}?v=~~id~~`);
      });
    },
  },
  {
    name: 'cdn-shard',
    plant: ($) => foot($, '<img src="https://cdn~~few~~.static-cdn.example/badge.png" alt="" width="80" height="20">'),
  },
  { name: 'greeting', plant: ($) => void $('body').prepend('<p class="hello">~~greeting~~</p>') },
  // All samples of a baseline are of one hour; the looks after it are not.
  { name: 'greeting-by-hour', plant: ($) => void $('body').prepend('<p class="hello">~~hour~~</p>') },
  { name: 'live-comments', plant: ($) => foot($, '<section class="comments"><ol>~~comments~~</ol></section>') },
  { name: 'server-comment', plant: ($) => foot($, '<!-- web-~~few~~ ~~time~~ ~~id~~ -->') },
  {
    name: 'inline-state',
    plant: ($) => foot($, '<script>window.__state={"session":"~~id~~","now":~~count~~,"sample":"~~token~~"};</script>'),
  },
  {
    name: 'element-ids',
    plant: ($) =>
      foot(
        $,
        '<div id="widget-~~id~~" data-request="~~token~~" class="w-~~id~~"><span aria-describedby="t-~~id~~">·</span></div>',
      ),
  },
  { name: 'response-headers', plant: () => undefined },
];

export function motionNamed(name: string): Motion {
  const motion = MOTIONS.find((entry) => entry.name === name);
  if (!motion) throw new Error(`there is no motion ${name}`);
  return motion;
}

/** The page with these motions and no others. */
export function enliven(html: string, language: Language, names: readonly string[]): string {
  const $ = load(html);
  for (const name of names) motionNamed(name).plant($, WORDS[language]);
  return $.html();
}

/** What the server answers for one request of the healthy page. */
export function answer(page: CorpusPage, template: string, seed: string): Scene {
  const random = new Random(`${page.id} ${seed}`);
  const headers: [string, string][] = [
    ['date', new Date(1_790_000_000_000 + random.below(9e8)).toUTCString()],
    ['etag', `"${random.hex(12)}"`],
    ['x-request-id', random.hex(24)],
    ['set-cookie', `session=${random.hex(32)}; Path=/; HttpOnly`],
    ['server-timing', `app;dur=${random.below(90)}`],
    ['content-security-policy', "default-src * data: 'unsafe-inline'; object-src 'none'"],
    ['strict-transport-security', 'max-age=31536000'],
  ];
  const [morning = ''] = WORDS[page.language].greetings;
  const html = template.replace(MARKER, (_, kind: string) =>
    kind === 'hour' && seed.startsWith('sample') ? morning : fill(kind, page, random),
  );
  return { status: 200, headers, contentType: 'text/html; charset=utf-8', html, redirect: null, assets: new Map() };
}

function fill(kind: string, page: CorpusPage, random: Random): string {
  const { greetings } = WORDS[page.language];
  const quotes = page.paragraphs.filter((text) => text.length > 30 && text.length < 220).slice(0, 7);
  const titles = page.headlines.slice(0, 9);
  switch (kind) {
    case 'token':
      return Buffer.from(random.hex(32), 'hex').toString('base64url');
    case 'id':
      return random.hex(12);
    case 'count':
      return String(1000 + random.below(90_000));
    case 'few':
      return String(1 + random.below(4));
    case 'time':
      return new Date(1_790_000_000_000 + random.below(9e8)).toISOString().slice(0, 19).replace('T', ' ');
    case 'greeting':
    case 'hour':
      return random.pick(greetings);
    case 'quote':
      return escaped(quotes.length > 0 ? random.pick(quotes) : '');
    case 'related':
      return random.some(titles, 4).map(linkTo).join('');
    case 'shuffled':
      return random.some(titles.slice(0, 5), 5).map(linkTo).join('');
    case 'comments':
      return random
        .some(quotes, 3)
        .map((text) => `<li>${escaped(text.slice(0, 90))}</li>`)
        .join('');
    default:
      throw new Error(`no such marker: ${kind}`);
  }
}

function linkTo(title: string): string {
  return `<li><a href="/read/${fingerprintOf(title)}">${escaped(title)}</a></li>`;
}

function fingerprintOf(text: string): string {
  return new Random(text).hex(6);
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
