import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStamp, type Stamp, stampRequest } from '../../src/core/timestamp.js';
import { startTsa, type Tsa } from '../support/tsa.js';

const MESSAGE = Buffer.from('{"site":"live"}');
const NONCE = Buffer.from('00ff01020304aabb', 'hex');
let tsa: Tsa;
let reply: Buffer;
beforeAll(async () => {
  tsa = await startTsa();
  reply = tsa.reply(stampRequest(MESSAGE, NONCE));
});
afterAll(() => tsa.close());

describe('a request', () => {
  test('is what openssl ts reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'siteward-query-'));
    writeFileSync(join(folder, 'query'), stampRequest(MESSAGE, NONCE));
    const text = execFileSync('openssl', ['ts', '-query', '-in', 'query', '-text'], { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(text).toContain('Version: 1');
    expect(text).toContain('Hash Algorithm: sha256');
    expect(text).toContain('Nonce: 0xFF01020304AABB');
    expect(text).toContain('Certificate required: yes');
  });
});

describe('a time stamp', () => {
  test.for([
    ['rsa', 'sha256'],
    ['rsa', 'sha1'],
    ['ec', 'sha256'],
  ] as const)(
    'by an authority with a key of kind %s, which names itself by %s, is read as openssl reads it',
    async ([key, essHash]) => {
      const other = await startTsa({ key, essHash });
      try {
        const given = other.reply(stampRequest(MESSAGE, NONCE));
        expect(other.verifies(given, MESSAGE)).toBe(true);
        const stamp = readStamp(given, MESSAGE, [other.root], NONCE);
        expect(stamp).toMatchObject({ authority: 'O=Tests, CN=Test Time', trusted: true });
        expect(Math.abs((stamp as Stamp).at - Date.now())).toBeLessThan(60_000);
      } finally {
        await other.close();
      }
    },
  );

  test('is believed only by who is given the root it leads to', async () => {
    const stranger = await startTsa();
    await stranger.close();
    expect(readStamp(reply, MESSAGE, [stranger.root])).toMatchObject({ trusted: false });
    expect(readStamp(reply, MESSAGE, [])).toMatchObject({ trusted: false });
    expect(readStamp(reply, MESSAGE, [stranger.root, tsa.root])).toMatchObject({ trusted: true });
  });

  test('of other bytes, or to another request, is refused', () => {
    expect(readStamp(reply, Buffer.from('{"site":"other"}'), [tsa.root])).toEqual({ wrong: 'is of other contents' });
    expect(readStamp(reply, MESSAGE, [tsa.root], randomBytes(8))).toEqual({ wrong: 'answers another request' });
  });

  test('by a certificate for something else is refused', () => {
    const signedBy = (purpose: string) => readStamp(tsa.resigned(reply, purpose), MESSAGE, [tsa.root]);
    expect(signedBy('serverAuth')).toEqual({ wrong: 'is signed by a certificate for other purposes' });
    // The same way with the right purpose, so that it is known to be the purpose that is refused.
    expect(signedBy('timeStamping')).toHaveProperty('authority', 'O=Tests, CN=Test Time');
  });

  test('that was not granted says so', () => {
    // PKIStatusInfo with status 2, rejection, and nothing else.
    expect(readStamp(Buffer.from('30053003020102', 'hex'), MESSAGE, [])).toEqual({
      wrong: 'was refused by the authority (status 2)',
    });
  });

  test('with any byte changed is never another one that is believed', () => {
    const genuine = readStamp(reply, MESSAGE, [tsa.root]);
    const forged: number[] = [];
    for (let at = 0; at < reply.length; at += 1) {
      const altered = Buffer.from(reply);
      altered[at] = (altered[at] ?? 0) ^ 0x01;
      const stamp = readStamp(altered, MESSAGE, [tsa.root]);
      if ('trusted' in stamp && stamp.trusted && JSON.stringify(stamp) !== JSON.stringify(genuine)) forged.push(at);
    }
    expect(forged).toEqual([]);
  });

  test('of any bytes at all, or cut short, is refused in words', () => {
    const isSaid = (bytes: Uint8Array) => {
      expect(readStamp(bytes, MESSAGE, [tsa.root])).toHaveProperty('wrong');
    };
    for (let length = 0; length < reply.length; length += 7) isSaid(reply.subarray(0, length));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), isSaid));
    isSaid(Buffer.alloc(100_000, 0x30));
    isSaid(Buffer.concat([Buffer.from('3084ffffffff', 'hex'), Buffer.alloc(50)]));
  });
});
