/** Hostile pictures, texts, JSON, patterns and log lines, through the readers that meet them. */
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertSpotter, readCrtSh } from '../src/checks/dns/authority/certificate-log.js';
import { readRegistration } from '../src/checks/dns/authority/rdap.js';
import { type RegistrySources, rdapAt, registryAccess } from '../src/checks/dns/authority/registry.js';
import { readDocument } from '../src/checks/page/document.js';
import { artifactOf } from '../src/checks/page/evidence.js';
import { createLog } from '../src/cli/log.js';
import { decodePng, encodePng } from '../src/core/png.js';
import { fetchPage } from '../src/net/fetch.js';
import { FETCH_LIMITS } from '../src/net/fetch-limits.js';
import { trustIn } from '../src/net/trust.js';
import { findingsOf, GENUINE, lookAt, reading, settingsFor } from './checks/page/looks.js';
import { startOrigin } from './support/origin.js';

const MIB = 1024 * 1024;

describe('a picture', () => {
  const honest = encodePng({ width: 8, height: 8, data: Buffer.alloc(192, 7) });
  const beginning = honest.subarray(0, 33);
  const rest = honest.subarray(33);

  function chunk(type: string, body: Uint8Array): Buffer {
    const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, sum]);
  }

  const bomb = deflateSync(Buffer.alloc(200 * MIB), { level: 9 });
  const named = (name: string): Buffer => Buffer.concat([Buffer.from(`${name}\0\0`, 'latin1'), bomb]);

  it.each([
    ['a zTXt bomb of 200 MB', chunk('zTXt', named('Comment'))],
    ['an iCCP bomb of 200 MB', chunk('iCCP', named('profile'))],
    ['an iTXt bomb of 200 MB', chunk('iTXt', named('XML:com.adobe.xmp'))],
    ['frames of an animation that are bombs', Buffer.concat([chunk('acTL', Buffer.alloc(8)), chunk('fdAT', bomb)])],
    ['a hundred thousand empty chunks', Buffer.concat(new Array<Buffer>(100_000).fill(chunk('IDAT', Buffer.alloc(0))))],
  ])('with %s is the picture it shows, and nothing else of it is unpacked', (_what, extra) => {
    const before = process.memoryUsage();
    const pixels = decodePng(Buffer.concat([beginning, extra, rest]), 1_000_000);
    const after = process.memoryUsage();
    expect([pixels?.width, pixels?.height, pixels?.data.every((byte) => byte === 7)]).toEqual([8, 8, true]);
    // What a bomb unpacks to is held outside the heap.
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(50 * MIB);
  });

  it.each([
    ['2^31 by 2^31', 2 ** 31, 2 ** 31],
    ['2^31 by 1', 2 ** 31, 1],
    ['65,536 by 65,536: nought in 32 bits', 65_536, 65_536],
  ])('that claims to be %s is refused by its header', (_what, width, height) => {
    const header = Buffer.from(honest.subarray(16, 29));
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    expect(decodePng(Buffer.concat([honest.subarray(0, 8), chunk('IHDR', header), rest]), 16_000_000)).toBeNull();
  });

  it('whose chunk claims four gigabytes is refused', () => {
    const spoilt = Buffer.from(honest);
    spoilt.writeUInt32BE(0xfffffff0, 33);
    expect(decodePng(spoilt, 1_000_000)).toBeNull();
  });
});

describe('a text', () => {
  const read = (mime: string, bytes: Uint8Array | string) =>
    readDocument(artifactOf(mime, bytes), { url: 'https://a.example/', ignore: [], probes: [] });

  it('of any bytes in any charset is read, and never an error', () => {
    const charset = fc.constantFrom(
      'utf-8',
      'utf-16',
      'utf-16be',
      'shift_jis',
      'gb18030',
      'iso-2022-jp',
      'x-user-defined',
      'replacement',
      'no-such',
      '',
    );
    fc.assert(
      fc.property(charset, fc.uint8Array({ maxLength: 400 }), (label, bytes) => {
        expect(typeof read(`text/html; charset=${label}`, bytes).blocks.length).toBe('number');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['malformed UTF-8', Buffer.from('<title>a\xff\xfe\xc0\x80\xed\xa0\x80b</title>', 'latin1')],
    ['lone surrogates', '<title>a\ud800b\udfff</title><p>\ud83d</p>'],
    ['NUL bytes', '<title>a\0b</title><p>\0\0\0</p>'],
    ['one line of 5 MB', `<title>ab</title><p>${'word '.repeat(MIB)}</p>`],
  ])('with %s is judged to the end', (_what, html) => {
    const evidence = lookAt();
    const body = artifactOf('text/html; charset=utf-8', html);
    const { findings, failures } = reading({ ...evidence, raw: { ...evidence.raw, body } });
    expect(failures).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    for (const { summary } of findings) expect(summary).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  });
});

describe('JSON of a stranger', () => {
  const HOSTILE: Readonly<Record<string, string>> = {
    'nested a hundred thousand deep': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    'with an object nested a hundred thousand deep': `{"objectClassName":"domain","ldhName":"example.org","vcardArray":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    'that reaches for the prototype':
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"objectClassName":"domain","ldhName":"other.example"}',
    'with numbers beyond all numbers':
      '[{"id":1e9999,"dns_names":["a.test"],"issuer":{"name":"x"},"not_before":"1e9999","not_after":"-1e9999"}]',
    'that is cut off': '{"objectClassName":"domain","ldhName":"exam',
    'that is no JSON': '<html>blocked</html>',
    'with a name twice': '{"objectClassName":"domain","ldhName":"other.example","ldhName":["example.org"]}',
  };

  it.each(Object.entries(HOSTILE))('%s says nothing, and breaks nothing', async (_what, text) => {
    const origin = await startOrigin({ '*': { headers: { 'content-type': 'application/json' }, body: text } });
    const sources: RegistrySources = {
      rdap: rdapAt(origin.url),
      certificates: { certSpotter: origin.url, crtSh: origin.url },
    };
    const policy = { allow: [], only: ['127.0.0.0/8'] };
    const io = { policy, trust: trustIn([]), resolve: async () => ['127.0.0.1'], limits: FETCH_LIMITS };
    const access = registryAccess(sources, { fetch: (request) => fetchPage(request, io), now: () => 0 });
    const seen = await access.look('example.org', 'www.example.org', AbortSignal.timeout(10_000));
    expect(origin.requests.length).toBeGreaterThan(1);
    expect(JSON.stringify(seen)).not.toContain('polluted');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(seen.certificates ?? []).toEqual([]);
    if (!text.includes('vcardArray')) expect(seen.registration).toBeNull();
    await origin.close();
  });

  it('of any shape is a record or none', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (json) => {
        readRegistration(json, 'example.org', 0);
        readCertSpotter(json);
        readCrtSh(json);
      }),
    );
  });
});

describe('a pattern of the watchlist', () => {
  it.each(['(a+)+$', '(a|aa)+$', '(.*a){25}$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(\\w+\\s?)*!'])(
    'that backtracking engines choke on ends: %s',
    (pattern) => {
      const html = GENUINE.replace('<h1>', `<p>${'a'.repeat(5_000)}\u00e9</p><h1>`);
      expect(findingsOf({ html }, 'living', { ignore: { text: [pattern] } })).toBeInstanceOf(Array);
    },
  );

  it.each([
    ['of a look-behind', '(?<=a)b'],
    ['of a back-reference', '(a)\\1'],
    ['of a repetition of a thousand repetitions', '((a{1000}){1000}){1000}'],
  ])('%s is refused', (_what, pattern) => {
    expect(() => settingsFor('living', { ignore: { text: [pattern] } })).toThrow();
  });
});

describe('a line of the log', () => {
  const EVIL =
    'x\r\n{"level":"info","msg":"all is well"}\u2028\u001b]8;;http://evil.test\u0007\u001b[2J\u009b31m"}\\u0000\0\ud800 هک شد';

  it('for machines is one JSON object that means what was said', () => {
    const lines: string[] = [];
    createLog('info', false, (line) => lines.push(line)).warn({ url: EVIL, [EVIL]: 1 }, EVIL);
    const [line = ''] = lines;
    expect(lines).toHaveLength(1);
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
    const { msg, url }: Record<string, unknown> = JSON.parse(line);
    expect([msg, url].map((text) => String(text).replace('\ufffd', '\ud800'))).toEqual([EVIL, EVIL]);
  });

  it('for people is one line that a terminal only shows', () => {
    const lines: string[] = [];
    createLog('info', true, (line) => lines.push(line)).warn({ url: EVIL }, EVIL);
    const [line = ''] = lines;
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(line).toContain('هک شد');
  });
});
