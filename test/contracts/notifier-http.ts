/** A sink for notifiers that speak HTTP: keeps what it was sent and behaves as told. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { startOrigin } from '../support/origin.js';
import type { Behaviour, Sink } from './notifier.js';

export interface Request {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface HttpSink extends Sink {
  readonly requests: readonly Request[];
}

export interface HttpSinkOptions {
  readonly settings: (url: string) => Readonly<Record<string, unknown>>;
  /** What the service answers when it took it. */
  readonly accepted?: { readonly status: number; readonly body: string };
  /** All texts of a request's body; every string of its JSON unless given. */
  readonly textsOf?: (request: Request) => readonly string[];
}

export function httpSink(options: HttpSinkOptions): (behaviour: Behaviour) => Promise<HttpSink> {
  const { settings, accepted = { status: 200, body: 'ok' }, textsOf = jsonTexts } = options;
  return async (behaviour) => {
    const requests: Request[] = [];
    const origin = await startOrigin({
      '*': (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const received = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
          requests.push(received);
          answer(behaviour, received, response, accepted);
        });
      },
    });
    return {
      settings: settings(origin.url),
      requests,
      messages: async () => requests.map((request) => textsOf(request).join('\n')),
      keys: () => requests.map(({ headers }) => String(headers['idempotency-key'])),
      close: () => origin.close(),
    };
  };
}

function answer(
  behaviour: Behaviour,
  request: Request,
  response: ServerResponse,
  accepted: { readonly status: number; readonly body: string },
): void {
  switch (behaviour.does) {
    case 'accept':
      response.writeHead(accepted.status).end(accepted.body);
      return;
    case 'refuse':
      response
        .writeHead(behaviour.code, behaviour.retryAfter === undefined ? {} : { 'retry-after': behaviour.retryAfter })
        .end(`${request.url}\r\n${JSON.stringify(request.headers)}\r\n${request.body}`);
      return;
    case 'hang':
      behaviour.arrived();
      return;
    case 'redirect':
      response.writeHead(307, { location: behaviour.to }).end();
      return;
    case 'flood':
      Readable.from(endless()).pipe(response.writeHead(accepted.status));
  }
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 'x');
}

/** Every string of a JSON value, keys left out. */
function jsonTexts({ body }: Request): readonly string[] {
  const walk = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return value !== null && typeof value === 'object' ? Object.values(value).flatMap(walk) : [];
  };
  return walk(JSON.parse(body.toString('utf8')));
}
