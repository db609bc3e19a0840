/** Two web servers: the event's own, and the impostor's that answers every path with its one page. */
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { extname, join } from 'node:path';
import type { KeyPair } from './certificates.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

type Pages = ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;

export interface Web {
  /** Serves another folder's pages from the next request on. */
  show(folder: string): Promise<void>;
  close(): Promise<void>;
}

async function pagesOf(folder: string): Promise<Pages> {
  const pages = new Map<string, { type: string; body: Buffer }>();
  for (const name of await readdir(folder)) {
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    pages.set(name === 'index.html' ? '/' : `/${name}`, { type, body: await readFile(join(folder, name)) });
  }
  return pages;
}

/** Serves the files of one folder over HTTPS at one loopback address. */
export async function startWeb(address: string, port: number, identity: KeyPair, folder: string): Promise<Web> {
  let pages = await pagesOf(folder);
  const server = createServer({ key: identity.key, cert: identity.cert }, (request, response) => {
    const page = pages.get(new URL(request.url ?? '/', 'https://local').pathname);
    if (page === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
      return;
    }
    response.writeHead(200, { 'content-type': page.type, 'content-length': page.body.length }).end(page.body);
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    show: async (next) => {
      pages = await pagesOf(next);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
