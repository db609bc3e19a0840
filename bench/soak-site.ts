/** The sites of the soak: good ones, one that is defaced every other time, and one for each way of fighting a browser. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCENES } from './gallery-pages.js';
import { pageOf } from './picture-pages.js';

const DEMO = fileURLToPath(new URL('../../demo/site/genuine/', import.meta.url));
const ADDRESS = '127.0.80.33';
const TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.css': 'text/css',
  '.js': 'text/javascript',
};

const script = (code: string): string => `<h1>hostile</h1><script>${code}</script>`;

/** Pages that fight whoever looks at them. */
const FIGHTS: Readonly<Record<string, string>> = {
  loop: script('for (;;);'),
  heap: script('const held = []; for (;;) held.push(new Array(1e6).fill(Math.random()))'),
  dialogs: script('for (;;) alert("x")'),
  reload: script('setInterval(() => location.reload(), 1)'),
  storm: script('setInterval(() => location.href = "?" + Math.random(), 1)'),
  popups: script('setInterval(() => open("/event/"), 1)'),
  frames: script(
    'const add = () => document.body.append(Object.assign(document.createElement("iframe"), { src: "/event/" })); for (let i = 0; i < 300; i++) add()',
  ),
  tall: '<h1>hostile</h1><div style="height:3000000px"></div>',
  sockets: script('for (let i = 0; i < 500; i++) new WebSocket("ws://" + location.host + "/" + i)'),
  download: '',
  font: '<style>@font-face { font-family: f; src: url(/never) } h1 { font-family: f }</style><h1>hostile</h1>',
};

export type Kind = 'good' | 'defaced' | 'fights';

export interface SoakSite {
  readonly id: string;
  readonly kind: Kind;
  readonly url: string;
  /** What is served from now on: what was approved, or what an attacker put there. */
  show(state: 'approved' | 'attacked'): void;
}

export interface SoakSites {
  readonly all: readonly SoakSite[];
  close(): void;
}

type Answer = (response: ServerResponse) => void;

const html =
  (text: () => string, status = 200): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(text());

function download(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/zip', 'content-disposition': 'attachment' }).end('PK');
}

export async function openSoakSites(): Promise<SoakSites> {
  const files = new Map(readdirSync(DEMO).map((name) => [name, readFileSync(`${DEMO}${name}`)]));
  const event = String(files.get('index.html'));
  let served = 0;
  /** As real pages have: a token that differs in every answer. */
  const token = () => `<meta name="csrf-token" content="${(served++ * 2_654_435_761).toString(16).padStart(20, '0')}">`;
  const text = pageOf({ kind: 'text', height: 3000, change: 'none' });
  const pictures = pageOf({ kind: 'pictures', height: 900, change: 'none' });
  const answers = new Map<string, Answer>();
  const server = createServer(({ url = '/' }, response) => {
    const [, id = '', name = ''] = /^\/(\w+)\/?([\w.-]*)/.exec(url) ?? [];
    if (id === 'never') return;
    const [answer, file] = [answers.get(id), files.get(name)];
    if (name !== '' && file)
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' }).end(file);
    else if (name === '' && answer) answer(response);
    else response.writeHead(404).end();
  }).listen(0, ADDRESS);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the soak has no port');

  const site = (id: string, kind: Kind, approved: Answer, attacked: () => Answer): SoakSite => {
    answers.set(id, approved);
    const show: SoakSite['show'] = (state) => void answers.set(id, state === 'approved' ? approved : attacked());
    return { id, kind, url: `http://${ADDRESS}:${bound.port}/${id}/`, show };
  };
  const good = (id: string, page: () => string): SoakSite => site(id, 'good', html(page), () => html(page));
  let scene = 0;
  const nextScene = (): Answer => {
    const { html: page = '', status } = SCENES[scene++ % SCENES.length]?.served(event) ?? {};
    return html(() => page, status);
  };
  const genuine = html(() => event);
  return {
    all: [
      good('event', () => event),
      good('text', () => text.replace('<title>', `${token()}<title>`)),
      good('pictures', () => pictures),
      site('defaced', 'defaced', genuine, nextScene),
      ...Object.entries(FIGHTS).map(([id, page]) =>
        site(id, 'fights', genuine, () => (id === 'download' ? download : html(() => page))),
      ),
    ],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
