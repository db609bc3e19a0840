import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PipeTransport } from '../../../src/net/browser/pipe-transport.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { browserFor, requestFor } from './support.js';

const MIB = 1024 * 1024;

/** What comes out when these pieces come in. */
async function received(pieces: readonly (string | Buffer)[]): Promise<string[]> {
  const pipe = new PassThrough();
  const transport = new PipeTransport(new PassThrough(), pipe);
  const messages: string[] = [];
  transport.onmessage = (message) => messages.push(message);
  for (const piece of pieces) if (!pipe.write(piece)) await once(pipe, 'drain');
  pipe.end();
  await once(pipe, 'close');
  await new Promise((resolve) => setImmediate(resolve));
  return messages;
}

describe('a message', () => {
  test('comes whole, however it is cut into pieces', async () => {
    const messages = [
      '{"id":1}',
      '',
      '{"method":"Page.loadEventFired","params":{}}',
      '{"id":2,"result":"\u00e9\u{1f600}"}',
    ];
    const bytes = Buffer.from(messages.map((message) => `${message}\0`).join(''));
    expect(await received([bytes])).toEqual(messages);
    expect(await received([...bytes].map((byte) => Buffer.of(byte)))).toEqual(messages);
  });

  test('that a page makes too long is dropped, and what follows is heard', async () => {
    const piece = Buffer.alloc(MIB, 0x78);
    const long = (head: string, mib: number): (string | Buffer)[] => [head, ...new Array(mib).fill(piece), '\0'];
    const seen = await received([
      ...long('{"method":"Network.requestWillBeSent","params":"', 9),
      '{"id":1}\0',
      ...long('{"id":2,"result":"', 129),
      '{"id":3}\0',
      ...long('{"id":4,"result":"', 9),
    ]);
    expect(seen.map((message) => message.slice(0, 8))).toEqual(['{"id":1}', '{"id":3}', '{"id":4,']);
  });

  test('of the console is not even read', async () => {
    expect(await received(['{"method":"Runtime.consoleAPICalled","params":{}}\0', '{"id":1}\0'])).toEqual(['{"id":1}']);
  });
});

describe('a page', () => {
  let origin: Origin;
  beforeAll(async () => {
    const script = (code: string): string => `<h1>words</h1><script>const long = 'x'.repeat(2 ** 28);${code}</script>`;
    origin = await startOrigin({
      '/console': script('console.log(long, long, long); setInterval(() => console.log(long), 10)'),
      '/throws': script('setInterval(() => { throw new Error(long + long.slice(1000)) }, 10)'),
      '/title': script('document.title = long'),
      '/good': '<h1>good</h1>',
    });
  });
  afterAll(() => origin.close());

  test.for(['/console', '/throws', '/title'])(
    'that is told of at any length (%s) does not reach us with it',
    {
      timeout: 90_000,
    },
    async (path) => {
      const browser = browserFor();
      let most = 0;
      const timer = setInterval(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }, 50);
      const before = process.memoryUsage().rss;
      try {
        // Shown or denied: what counts is that we are there to say so.
        await browser.capture(requestFor(origin.url + path)).catch(() => null);
        expect((await browser.capture(requestFor(`${origin.url}/good`))).visibleText).toBe('good');
      } finally {
        clearInterval(timer);
        await browser.close();
      }
      expect(most - before).toBeLessThan(400 * MIB);
    },
  );
});
