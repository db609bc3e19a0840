/** URLs as the comparers see them: whose they are, and what of them stays the same from load to load. */
import { getDomain } from 'tldts';

/** Where a reference points. */
export interface Address {
  /** Host and port; `''` for data:, javascript: and what is no URL. */
  readonly host: string;
  /** Registrable domain (public suffix list, private entries too), else the host: who answers for it. */
  readonly site: string;
  /** Normalised: no fragment, no cache-busters, build hashes and tokens as `*`. */
  readonly target: string;
}

const MAX_URL = 4096;
const CACHE_BUSTERS =
  /^(?:_|v|ver|version|t|ts|time|timestamp|cb|cache|cachebuster|rev|hash|r|rnd|rand|random|nonce)$/i;
const RUN = /[\w-]{16,}/g;
const HEX = /^[0-9a-f]+$/i;
// `app.3f9ab2c1.js`, `style-BxT9f2Qa.css`
const BUILD_HASH = /([._-])([A-Za-z0-9]{8,})(\.[a-z0-9]{2,5})$/i;

/** @param base the page's own URL, or its `<base href>`. */
export function addressOf(reference: string, base: string): Address {
  const trimmed = reference.trim().slice(0, MAX_URL);
  const url = parsed(trimmed, base);
  if (!url) return { host: '', site: '', target: masked(trimmed) };
  if (!/^(?:https?|wss?|ftp):$/.test(url.protocol)) {
    return { host: '', site: '', target: `${url.protocol}${masked(trimmed.slice(url.protocol.length)).slice(0, 200)}` };
  }
  return { host: url.host, site: siteOf(url), target: targetOf(url) };
}

// Node 20 has no URL.parse.
function parsed(reference: string, base: string): URL | null {
  return URL.canParse(reference, base) ? new URL(reference, base) : null;
}

/** Who answers for a URL: its registrable domain, else its host and port. `''` for what is no URL. */
export function siteOf(url: URL | string): string {
  const address = typeof url === 'string' ? parsed(url, 'invalid:') : url;
  if (!address) return '';
  return getDomain(address.hostname, { allowPrivateDomains: true }) ?? address.host;
}

function targetOf(url: URL): string {
  const kept = [...url.searchParams].filter(([name]) => !CACHE_BUSTERS.test(name));
  const query = kept
    .map(([name, value]) => `${name}=${masked(value)}`)
    .sort()
    .join('&');
  const path = masked(url.pathname).replace(BUILD_HASH, (whole, mark: string, run: string, suffix: string) =>
    /\d/.test(run) && /[A-Za-z]/.test(run) ? `${mark}*${suffix}` : whole,
  );
  return `${url.protocol}//${url.host}${path}${query ? `?${query}` : ''}`;
}

/** Tokens and long numbers as `*`: 16 hex digits or more, or 24 and more mixed letters and digits, nobody types. */
export function masked(value: string): string {
  return value.replace(RUN, (run) => (isToken(run) ? '*' : run)).replace(/\d{6,}/g, '*');
}

function isToken(run: string): boolean {
  return HEX.test(run) || (run.length >= 24 && /\d/.test(run) && /[A-Za-z]/.test(run));
}
