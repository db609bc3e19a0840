/** One loopback server for all sites of the corpus: which one is asked for is told by the Host header. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { CorpusPage, Scene } from '../corpus/page.js';

export const ADDRESS = '127.0.80.41';

export interface Stage {
  readonly port: number;
  /** From now on requests for the host of the page are answered so. */
  play(page: CorpusPage, scene: () => Scene): void;
  close(): Promise<void>;
}

interface Playing {
  readonly page: CorpusPage;
  readonly scene: () => Scene;
}

export async function openStage(): Promise<Stage> {
  const playing = new Map<string, Playing>();
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const current = playing.get(host);
    const answering = current
      ? answer(current, request, response)
      : Promise.resolve(void response.writeHead(404).end());
    answering.catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the stage has no port');
  return {
    port: bound.port,
    play: (page, scene) => void playing.set(page.host, { page, scene }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer({ page, scene }: Playing, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://site.example').pathname;
  const now = scene();
  if (path === page.path) {
    if (now.redirect !== null) return void response.writeHead(302, { location: now.redirect }).end();
    const headers = now.headers.filter(([name]) => name !== 'set-cookie' && name !== 'date');
    return void response.writeHead(now.status, [['content-type', now.contentType], ...headers].flat()).end(now.html);
  }
  const asset = now.assets.get(path) ?? (await page.assets(path));
  if (!asset) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': asset.type, 'cache-control': 'no-store' }).end(asset.bytes);
}
