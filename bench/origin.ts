/** The demo's event page on a plain loopback server: the same page for every rival. */
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const SITE = fileURLToPath(new URL('../../demo/site/genuine/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface Origin {
  readonly url: string;
  close(): Promise<void>;
}

export async function startOrigin(): Promise<Origin> {
  const files = new Map<string, { type: string; body: Buffer }>();
  for (const name of await readdir(SITE)) {
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    files.set(name === 'index.html' ? '/' : `/${name}`, { type, body: await readFile(`${SITE}${name}`) });
  }
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.type }).end(file.body);
  });
  server.listen(0, '127.0.80.30');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the bench server has no port');
  return {
    url: `http://127.0.80.30:${bound.port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
