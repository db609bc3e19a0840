import { describe, expect, it } from 'vitest';
import { WARCParser } from 'warcio';
import type { Exchange } from '../../src/core/model.js';
import { warcOf } from '../../src/store/warc.js';

const BODY = Buffer.from('<h1>هک شده توسط</h1>\0\x1b[2J');
const EXCHANGES: readonly Exchange[] = [
  {
    url: 'http://event.example.org/',
    status: 301,
    headers: [['location', 'https://event.example.org/live']],
    address: '192.0.2.7',
    body: null,
  },
  {
    url: 'https://event.example.org/live',
    status: 200,
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-attack', 'WARC/1.1 \xff "quoted"'],
      ['content-encoding', 'br'],
    ],
    address: '2001:db8::7',
    body: { sha256: '', mime: 'text/html', bytes: BODY },
  },
];

async function readBack(archive: Uint8Array) {
  const records = [];
  for await (const record of new WARCParser([archive])) {
    const payload = await record.readFully(true);
    const { warcHeaders, warcType, httpHeaders } = record;
    records.push({ type: warcType, payload, address: warcHeaders.headers.get('WARC-IP-Address'), httpHeaders });
  }
  return records;
}

describe('the archive of an exchange', () => {
  it('is read by a tool for web archives: every hop, its address, its headers, the last body', async () => {
    const at = Date.UTC(2026, 6, 17, 15, 30);
    const [info, redirect, page, ...more] = await readBack(await warcOf(EXCHANGES, at));
    expect(more).toEqual([]);
    expect(info?.type).toBe('warcinfo');
    expect(redirect).toMatchObject({ type: 'response', address: '192.0.2.7' });
    expect(redirect?.httpHeaders?.statusline).toBe('HTTP/1.1 301');
    expect(redirect?.payload.length).toBe(0);
    expect(page).toMatchObject({ type: 'response', address: '2001:db8::7' });
    expect(Buffer.from(page?.payload ?? []).equals(BODY)).toBe(true);
    const headers = page?.httpHeaders?.toString() ?? '';
    expect(headers).toContain('a=1');
    expect(headers).toContain('b=2');
    expect(headers).toContain('WARC/1.1 \xff "quoted"');
    // The body was decoded, so it must not be said to be encoded.
    expect(headers).not.toMatch(/^content-encoding/im);
  });
});
