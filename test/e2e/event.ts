/** The watched site of the end-to-end tests: a real HTTPS origin on loopback, its pages, and who vouches for it. */
import { writeFileSync } from 'node:fs';
import { type CertificateAuthority, certificateAuthority } from '../support/certificates.js';
import { type Origin, type Page, startOrigin } from '../support/origin.js';
import { newWorkplace, type Workplace } from '../support/siteward.js';

export const HOST = 'event.test';
/** Another site on the same server. */
export const ELSEWHERE = 'elsewhere.test';

const STYLE = `<style>body { margin: 0; font: 18px sans-serif; background: #f6f1e7; color: #222 }
header { background: #14395b; color: #fff; padding: 24px 40px } main { padding: 24px 40px; max-width: 900px }
.stage { height: 260px; background: linear-gradient(#2c6e91, #14395b); color: #fff; padding: 20px }</style>`;

const NEWS = ['Opening keynote moved to the great hall', 'Interpreters announced for the plenary sessions'];

/** @param words what an attack or an edit puts in place of the genuine parts */
export function eventPage(
  words: { title?: string; heading?: string; news?: readonly string[]; extra?: string } = {},
): string {
  const { title = 'Global Summit – Live', heading = 'Live from the opening hall', news = NEWS, extra = '' } = words;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${STYLE}</head><body>
<header><h1>${heading}</h1><a href="/programme">Programme</a> <a href="/speakers">Speakers</a></header>
<main><div class="stage">The broadcast begins at nine o'clock.</div>
<p>The summit brings together researchers, engineers and citizens from more than ninety countries.</p>
<p>Sessions are streamed in six languages and recordings are published within a day of each panel.</p>
<ul>${news.map((line) => `<li>${line}</li>`).join('')}</ul></main>${extra}</body></html>`;
}

export const DEFACED = `<!doctype html><html><head><meta charset="utf-8"><title>Hacked by CyberWolf</title></head>
<body style="background:#000;color:#0f0;text-align:center"><h1 style="font-size:80px">HACKED BY CYBERWOLF</h1>
<p>Your security is a joke. We own your server.</p></body></html>`;

export interface Event {
  readonly origin: Origin;
  readonly authority: CertificateAuthority;
  /** `https://event.test:41234/path` */
  readonly url: (path?: string) => string;
  /** A folder whose settings reach the origin and nothing outside loopback. @param further YAML lines */
  workplace(further?: string): Workplace;
  /** What stands in such a folder's settings. @param further YAML lines */
  settings(further?: string): string;
  close(): Promise<void>;
}

export async function startEvent(pages: Record<string, Page> = { '/': eventPage() }): Promise<Event> {
  const authority = certificateAuthority();
  const origin = await startOrigin(pages, { certificate: authority.issue([HOST, ELSEWHERE]) });
  const places: Workplace[] = [];
  const settings = (further = ''): string => `network:
  only: [127.0.0.0/8]
  hosts: { ${HOST}: 127.0.0.1, ${ELSEWHERE}: 127.0.0.1 }
  ca: [root.pem]
dns: { resolvers: [] }
${further}`;
  return {
    origin,
    authority,
    url: (path = '/') => `https://${HOST}:${origin.port}${path}`,
    settings,
    workplace(further = '') {
      const place = newWorkplace();
      places.push(place);
      place.settings(settings(further));
      writeFileSync(place.path('config', 'root.pem'), authority.pem);
      return place;
    },
    async close() {
      await Promise.all(places.map((place) => place.remove()));
      await origin.close();
      authority.remove();
    },
  };
}

/** The watchlist of one site whose page and certificate are watched. @param further lines of the site */
export function oneSite(url: string, ...further: readonly string[]): string {
  const lines = [
    `- id: live`,
    `  url: ${url}`,
    '  checks: [page, tls]',
    '  confirm_after: 0s',
    ...further.map((l) => `  ${l}`),
  ];
  return `version: 1\nsites:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
