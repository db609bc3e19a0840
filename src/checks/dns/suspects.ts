/** Addresses made to prove themselves by TLS, and the pages that visitors sent to the others see. */
import { load } from 'cheerio';
import pLimit from 'p-limit';
import { type Capture, type Fetched, ProbeFailure, type ProbeIo, type Viewport } from '../check.js';
import { artifactOf, type PageAt, type TlsAt } from './evidence.js';
import type { DnsSettings } from './settings.js';

const PAGE_MS = 15_000;
const AT_ONCE = 10;
const MOST_VICTIMS = 3;
const LONGEST_CHAIN = 8;
/** Enough to show what is served and to recognise a block page. */
const MOST_BODY = 512 * 1024;
const MOST_TEXT = 4_000;
const DESKTOP: Viewport = { name: 'desktop', width: 1280, height: 800, mobile: false };

/** Shakes hands with each address in the site's name. A dial that policy refuses is recorded like any other failure. */
export async function proveByTls(addresses: readonly string[], settings: DnsSettings, io: ProbeIo): Promise<TlsAt[]> {
  const limit = pLimit(AT_ONCE);
  return await Promise.all(addresses.map((address) => limit(() => tlsAt(address, settings, io))));
}

async function tlsAt(address: string, settings: DnsSettings, io: ProbeIo): Promise<TlsAt> {
  const at = { address, port: settings.tlsPort };
  try {
    const { problem, chain } = await io.network.handshake({
      ...at,
      serverName: settings.name,
      signal: io.signal,
    });
    const kept = chain.slice(0, LONGEST_CHAIN);
    const facts = kept.map(({ subject, issuer, names, notAfter, fingerprint, spki }) => ({
      ...{ subject, issuer, names: [...names], notAfter, fingerprint, spki },
    }));
    const pem = new TextEncoder().encode(kept.map((certificate) => certificate.pem.trim()).join('\n'));
    const chainPem = kept.length > 0 ? artifactOf(pem, 'application/x-pem-file') : null;
    return { ...at, problem, chain: facts, chainPem, failure: null };
  } catch (error) {
    return { ...at, problem: 'no-handshake', chain: [], chainPem: null, failure: failureOf(error) };
  }
}

/** What a visitor of each address sees, and the same page from an address a reference gave, to hold beside it. */
export async function seePages(
  suspects: readonly string[],
  references: readonly string[],
  settings: DnsSettings,
  io: ProbeIo,
): Promise<{ victims: PageAt[]; genuine: PageAt | null }> {
  if (suspects.length === 0) return { victims: [], genuine: null };
  const [genuineAt] = references;
  const [genuine, ...victims] = await Promise.all([
    genuineAt === undefined ? null : pageAt(genuineAt, settings, io, false),
    ...suspects.slice(0, MOST_VICTIMS).map((address) => pageAt(address, settings, io, true)),
  ]);
  return { victims: victims.filter((page) => page !== null), genuine };
}

async function pageAt(address: string, settings: DnsSettings, io: ProbeIo, photograph: boolean): Promise<PageAt> {
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(PAGE_MS)]);
  const seen = await fetchAt(settings.url, address, io, signal);
  const last = seen.hops.at(-1);
  const words = last && seen.body ? wordsOf(seen.body, last.headers) : { title: '', text: '' };
  const page: PageAt = {
    address,
    url: last?.url ?? settings.url,
    status: last?.status ?? null,
    ...words,
    shown: null,
    body: seen.body ? artifactOf(seen.body.subarray(0, MOST_BODY), 'text/html') : null,
    screenshot: null,
    failure: seen.failure && { blame: seen.failure.blame, code: seen.failure.code, detail: seen.failure.detail },
  };
  if (!photograph || !seen.first) return page;
  const capture = await captureAt(seen.first, address, io, signal);
  if (!capture) return page;
  const shown = `${capture.title}\n${capture.visibleText}`.slice(0, MOST_TEXT);
  return { ...page, shown, screenshot: capture.screenshot };
}

/** Block pages are served without TLS: where the site's own URL gives nothing there, port 80 may. */
async function fetchAt(
  url: string,
  address: string,
  io: ProbeIo,
  signal: AbortSignal,
): Promise<Fetched & { readonly first: string | null }> {
  const plainUrl = `http://${new URL(url).hostname}/`;
  const attempts = url.startsWith('https:') ? [url, plainUrl] : [url];
  let failed: Fetched = { hops: [], body: null, failure: null };
  for (const attempt of attempts) {
    const seen = await io.network.fetch({ url: attempt, pin: [address], anyCertificate: true, signal });
    if (seen.hops.length > 0) return { ...seen, first: attempt };
    if (failed.failure === null) failed = seen;
  }
  return { ...failed, first: null };
}

/** Null where no picture can be had: the fetched page stands alone then. */
async function captureAt(url: string, address: string, io: ProbeIo, signal: AbortSignal): Promise<Capture | null> {
  try {
    return await io.network.capture({
      url,
      viewport: DESKTOP,
      pin: [address],
      anyCertificate: true,
      boxesOf: [],
      signal,
    });
  } catch (error) {
    if (error instanceof ProbeFailure || signal.aborted) return null;
    throw error;
  }
}

function wordsOf(body: Uint8Array, headers: readonly (readonly [string, string])[]): { title: string; text: string } {
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const charset = /charset=["']?([\w-]+)/iu.exec(type)?.[1] ?? 'utf-8';
  const $ = load(decoderFor(charset).decode(body.subarray(0, MOST_BODY)));
  $('script, style, noscript, template').remove();
  const tidy = (text: string): string => text.replace(/\s+/gu, ' ').trim();
  const title = tidy($('title').first().text()).slice(0, 300);
  return { title, text: tidy($('body').text()).slice(0, MOST_TEXT) };
}

function decoderFor(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder();
    throw error;
  }
}

function failureOf(error: unknown): TlsAt['failure'] {
  if (!(error instanceof ProbeFailure)) throw error;
  const { blame, code, detail } = error.failure;
  return { blame, code, detail };
}
