/**
 * A real HTTP or HTTPS origin on loopback whose pages a test may change while it runs.
 *
 *   const origin = await startOrigin({ '/': '<h1>hello</h1>', '/old': redirectTo('/') });
 *   await fetch(origin.url + '/');
 *   origin.pages['/'] = '<h1>hacked</h1>';
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { ServerCertificate } from './certificates.js';

/** A text is served as HTML with status 200; a handler does what it likes with the response. */
export type Page =
  | string
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly body?: string | Uint8Array;
    }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Origin {
  /** `http://127.0.0.1:41234`, no slash at the end. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
  /** By path without the query; `*` answers what no other page does. */
  readonly pages: Record<string, Page>;
  /** Every request received, in order. */
  readonly requests: readonly {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

export interface OriginOptions {
  /** Serves HTTPS. */
  readonly certificate?: ServerCertificate;
  /** Any of 127.0.0.0/8 works on Linux: distinct addresses stand for distinct servers. */
  readonly address?: string;
  /** 0, the default: a free one. */
  readonly port?: number;
}

export async function startOrigin(pages: Record<string, Page> = {}, options: OriginOptions = {}): Promise<Origin> {
  const { certificate, address = '127.0.0.1' } = options;
  const served = { ...pages };
  const requests: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  const listener: RequestListener = (request, response) => {
    const url = request.url ?? '/';
    requests.push({ method: request.method ?? '', url, headers: request.headers });
    respond(
      served[url.split('?', 1)[0] ?? '/'] ?? served['*'] ?? { status: 404, body: '<h1>not found</h1>' },
      request,
      response,
    );
  };
  const server = certificate ? createSecureServer({ ...certificate }, listener) : createServer(listener);
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    // A client that hangs up in the middle of a hostile answer is what many tests are about.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, address, () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
    });
  });
  return {
    url: `${certificate ? 'https' : 'http'}://${address}:${port}`,
    address,
    port,
    pages: served,
    requests,
    connections: () => accepted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A page that sends the visitor elsewhere. */
export function redirectTo(location: string, status = 302): Page {
  return { status, headers: { location } };
}

function respond(page: Page, request: IncomingMessage, response: ServerResponse): void {
  if (typeof page === 'function') {
    page(request, response);
    return;
  }
  const { status = 200, headers = {}, body = '' } = typeof page === 'string' ? { body: page } : page;
  response.statusCode = status;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.end(body);
}
