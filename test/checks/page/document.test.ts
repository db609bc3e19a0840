import { describe, expect, it } from 'vitest';
import { addressOf, siteOf } from '../../../src/checks/page/address.js';
import { type PageDocument, readDocument } from '../../../src/checks/page/document.js';
import { artifactOf } from '../../../src/checks/page/evidence.js';

const read = (html: string, more: { ignore?: string[]; probes?: string[]; mime?: string } = {}): PageDocument =>
  readDocument(artifactOf(more.mime ?? 'text/html; charset=utf-8', html), {
    url: 'https://live.example/page',
    ignore: more.ignore ?? [],
    probes: more.probes ?? [],
  });

describe('the canonical form', () => {
  it.each([
    ['nonces', '<script nonce="a1">f()</script>', '<script nonce="b2">f()</script>'],
    ['attribute order and white space', '<p  class="a"  id="b">x</p>', '<p id="b" class="a">\n x </p>'],
    ['comments', '<p>x</p><!-- built 10:00 -->', '<p>x</p><!-- built 10:05 -->'],
    ['hidden fields', '<input type="hidden" name="t" value="1">', '<input type="hidden" name="t" value="2">'],
    ['csrf metas', '<meta name="csrf-token" content="1">', '<meta name="csrf-token" content="2">'],
    ['cache-busters', '<script src="/a.js?v=1"></script>', '<script src="/a.js?v=2"></script>'],
    [
      'build hashes',
      '<link rel="stylesheet" href="/a.3fa9b2c1.css">',
      '<link rel="stylesheet" href="/a.77bb01de.css">',
    ],
    ['numbers in code', '<script>var t=1752;</script>', '<script>var t=1753;</script>'],
    ['random identifiers', '<p id="r-0a1b2c3d4e5f60718293a4b5">x</p>', '<p id="r-ffeeddccbbaa00998877665f">x</p>'],
  ])('is the same for other %s', (_name, a, b) => {
    expect(read(a).hash).toBe(read(b).hash);
  });

  it.each([
    ['a title', '<title>a</title>', '<title>b</title>'],
    ['text', '<p>a</p>', '<p>b</p>'],
    ['hidden text', '<p hidden>a</p>', '<p hidden>b</p>'],
    ['a host', '<script src="https://a.example/x.js"></script>', '<script src="https://b.example/x.js"></script>'],
    ['code', '<script>f()</script>', '<script>g()</script>'],
    ['a handler', '<p onclick="f()">x</p>', '<p onclick="g()">x</p>'],
    ['a rule of an inline style sheet', '<style>p{color:red}</style>', '<style>p{display:none}</style>'],
    ['a description', '<meta name="description" content="a">', '<meta name="description" content="b">'],
  ])('differs with %s', (_name, a, b) => {
    expect(read(a).hash).not.toBe(read(b).hash);
  });
});

describe('what is read of a page', () => {
  it('is its text in blocks with their places', () => {
    const { blocks } = read(
      '<div id="m"><p>One <b>bold</b> line</p><ul><li>a<li>b</ul></div><script>no</script><style>no</style>',
    );
    expect(blocks).toEqual([
      { text: 'One bold line', where: 'div#m > p' },
      { text: 'a', where: 'div#m > ul > li' },
      { text: 'b', where: 'div#m > ul > li:nth-of-type(2)' },
    ]);
  });

  it('is its title, headings and meta, in any script', () => {
    const document = read(
      '<html lang="fa"><head><title>پخش زنده</title><meta name="description" content="直播"></head><h1>البث<br>المباشر</h1>',
    );
    expect(document.title).toBe('پخش زنده');
    expect(document.headings).toEqual(['البث المباشر']);
    expect(Object.fromEntries(document.meta)).toEqual({ lang: 'fa', description: '直播' });
  });

  it('is decoded by the charset the server or the page names', () => {
    const persian = Buffer.concat([
      Buffer.from('<title>'),
      Buffer.from([0xd3, 0xe1, 0xc7, 0xe3]),
      Buffer.from('</title>'),
    ]);
    const options = { url: 'https://live.example/', ignore: [], probes: [] };
    expect(readDocument(artifactOf('text/html; charset=windows-1256', persian), options).title).toBe('سلام');
    const declared = Buffer.concat([Buffer.from('<meta charset="windows-1256">'), persian]);
    expect(readDocument(artifactOf('text/html', declared), options).title).toBe('سلام');
    expect(readDocument(artifactOf('text/html; charset=klingon', '<title>ok</title>'), options).title).toBe('ok');
  });

  it('is every reference with its origin, hidden ones marked', () => {
    const { items } = read(
      `<base href="https://cdn.live.example/"><script src="a.js"></script><iframe src="//evil.example.net/" width=0></iframe>
       <form action="https://pay.example.org/"></form><video><source src="v.mp4"></video><object data="x.swf"></object>
       <div style="display:none"><a href="https://seo.example.com/">x</a></div><img src="data:image/png;base64,aa">`,
    );
    expect(items.map(({ kind, site, hidden }) => [kind, site, hidden])).toEqual([
      ['base', 'live.example', false],
      ['script', 'live.example', false],
      ['frame', 'evil.example.net', true].map((v) => (v === 'evil.example.net' ? 'example.net' : v)),
      ['form', 'example.org', false],
      ['media', 'live.example', false],
      ['frame', 'live.example', false],
      ['link', 'example.com', true],
      ['image', '', false],
    ]);
  });

  it('lists markup that a comment hides from one parser and may not from another', () => {
    expect(read('<!-- x --!><script src="https://evil.example.net/a.js"></script> -->').items[0]).toMatchObject({
      kind: 'script',
      site: 'example.net',
    });
  });

  it('leaves out ignored elements altogether and says that there were any', () => {
    const document = read('<p>a</p><div class="ad"><script src="/x.js"></script>buy</div>', { ignore: ['.ad'] });
    expect(document.blocks.map((block) => block.text)).toEqual(['a']);
    expect(document.items).toEqual([]);
    expect(document.ignored).toBe(true);
    expect(document.hash).toBe(read('<p>a</p><div class="ad">sell</div>', { ignore: ['.ad'] }).hash);
  });

  it('is which of the selectors asked for are there', () => {
    expect([...read('<video></video>', { probes: ['video', '.gone'] }).matches]).toEqual(['video']);
  });
});

describe('an address', () => {
  it.each([
    ['/a', 'https://live.example/a', 'live.example'],
    ['//b.live.example/c#top', 'https://b.live.example/c', 'live.example'],
    ['https://user.github.io/x', 'https://user.github.io/x', 'user.github.io'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/', '127.0.0.1:8080'],
    ['?b=2&a=1&utm=x&_=99', 'https://live.example/page?a=1&b=2&utm=x', 'live.example'],
    ['http://', 'http://', ''],
    ['javascript:alert(1)', 'javascript:alert(1)', ''],
  ])('%s is %s of %s', (reference, target, site) => {
    expect(addressOf(reference, 'https://live.example/page')).toMatchObject({ target, site });
  });

  it('of what is no URL belongs to nobody', () => {
    expect(siteOf('not a url')).toBe('');
  });
});
