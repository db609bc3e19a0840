/** Opening the page, and what it means when that does not succeed. */
import { TimeoutError } from 'puppeteer-core';
import { ProbeFailure } from '../../checks/check.js';
import type { Failure } from '../../core/model.js';
import { failure, oneLine } from '../failures.js';
import { regardless, TimedOut, within } from './deadline.js';
import { hostOf } from './egress-proxy.js';
import type { Stage } from './stage.js';

/** Until the document is parsed; a page that has not come so far by then is photographed as it is. */
const PARSED_MS = 10_000;
/** From there until everything it names is loaded. */
const LOADED_MS = 6_000;

type Rule = readonly [error: RegExp, code: string, sentence: string];

/** Chromium's network errors: https://chromium.googlesource.com/chromium/src/+/main/net/base/net_error_list.h */
const RULES: readonly Rule[] = [
  [/ERR_NAME_/, 'name-not-found', 'has a name that does not resolve.'],
  [/ERR_CERT_|ERR_SSL_PINNED/, 'certificate-invalid', 'shows a certificate that no browser accepts.'],
  [/ERR_SSL_|ERR_BAD_SSL/, 'tls-failed', 'does not complete a TLS handshake.'],
  [/ERR_CONNECTION_REFUSED/, 'connect-refused', 'refused the connection.'],
  [/ERR_(CONNECTION_)?TIMED_OUT/, 'connect-timeout', 'did not answer in time.'],
  [/ERR_TOO_MANY_REDIRECTS/, 'too-many-redirects', 'redirects in circles.'],
  [/ERR_UNSAFE_|ERR_UNKNOWN_URL|ERR_DISALLOWED_URL/, 'bad-redirect', 'leads to an address no page may lead to.'],
  [/ERR_ABORTED/, 'not-a-page', 'answers with a download or with nothing to show.'],
  [
    /ERR_(INVALID_|RESPONSE_|CONTENT_|HTTP2_|INCOMPLETE_|UNEXPECTED)/,
    'bad-http',
    'answers something that is not HTTP.',
  ],
  [/ERR_(CONNECTION_|EMPTY_|SOCKET_|TUNNEL_)/, 'connection-closed', 'closed the connection without an answer.'],
];

/** @throws ProbeFailure when no document came; whatever did come is shown in the stage's page. */
export async function openPage(stage: Stage, url: string): Promise<void> {
  const loaded = new Promise<void>((resolve) => stage.page.once('load', () => resolve()));
  try {
    await stage.page.goto(url, { waitUntil: 'domcontentloaded', timeout: PARSED_MS });
    // Our own proxy's refusal of a plain HTTP page looks like an answer.
    const refused = refusalOf(stage, url) ?? refusalOf(stage, stage.page.url());
    if (refused !== null) throw new ProbeFailure(refused);
    await within(loaded, LOADED_MS, 'loading');
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    const late = error instanceof TimedOut || (error instanceof TimeoutError && stage.status !== null);
    if (!late) throw new ProbeFailure(openFailure(stage, url, error), { cause: error });
    // What has not come by now is given up, so that what is there can be photographed.
    await regardless(within(stage.cdp.send('Page.stopLoading'), 1_000, 'stopping'));
  }
}

function refusalOf(stage: Stage, text: string): Failure | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return stage.proxy.dialer.failureOf(hostOf(url), port);
}

function openFailure(stage: Stage, url: string, error: unknown): Failure {
  const refused = refusalOf(stage, url);
  if (refused !== null) return refused;
  if (error instanceof TimeoutError) {
    return failure('target', 'response-timeout', `${url} sent no answer within ${PARSED_MS / 1000} s.`);
  }
  const said = error instanceof Error ? error.message : String(error);
  // A redirect may have led to a host that was refused: the last failure of the log is the nearest reason.
  const led = /ERR_TUNNEL|ERR_EMPTY|ERR_CONNECTION_CLOSED/.test(said) ? lastFailure(stage) : null;
  if (led !== null) return led;
  const rule = RULES.find(([pattern]) => pattern.test(said));
  const code = /net::ERR_\w+/.exec(said)?.[0] ?? oneLine(said);
  if (rule === undefined) return failure('target', 'page-not-opened', `${url} could not be opened (${code}).`);
  return failure('target', rule[1], `${url} ${rule[2]} (${code})`);
}

function lastFailure(stage: Stage): Failure | null {
  return stage.proxy.log.findLast((entry) => entry.failure !== null)?.failure ?? null;
}
