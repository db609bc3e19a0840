/**
 * What came from the addresses the page loads scripts, style sheets and frames from: the bytes, beside the accepted
 * ones. Deploys exchange them every day; what tells is a script that stood still and now names strange hosts or unpacks
 * hidden code (Magecart at British Airways, 2018: 22 lines added to an own script; polyfill.io, 2024).
 */
import { createHash } from 'node:crypto';
import type { Finding } from '../../core/model.js';
import type { Capture } from '../network.js';
import { addressOf, siteOf } from './address.js';
import { graveSigns, hostsIn, TELLING, THIEVING } from './code.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { readDocument } from './document.js';
import { artifactOf, type PageEvidence, type Shown } from './evidence.js';
import type { Pair, Side } from './layers.js';
import { knownSites } from './origins.js';
import type { PageSettings } from './settings.js';
import { quoteList } from './words.js';

type Request = Shown['requests'][number];
type Body = NonNullable<Request['body']>;

const MAX_HOSTS = 200;
const MAX_HOST = 260;

// ---------------------------------------------------------------- facts

/** What is kept of the bytes a request brought; of a framed page the hash is of its canonical form. */
export function requestFacts({ body, ...request }: Capture['requests'][number]): Request {
  if (!body) return request;
  const text = new TextDecoder().decode(body);
  const facts = {
    sha256: request.type === 'document' ? canonicalHash(text, request.url) : sha256(body),
    bytes: body.byteLength,
    hosts: hostsIn(text, MAX_HOSTS).map((host) => host.slice(0, MAX_HOST)),
    signs: request.type === 'script' ? graveSigns(text) : [],
  };
  return { ...request, body: facts };
}

function canonicalHash(html: string, url: string): string {
  return readDocument(artifactOf('text/html; charset=utf-8', html), { url, ignore: [], probes: [] }).hash;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// ------------------------------------------------------------- comparer

export const contents = perLayer('contents', (pair, settings, accepted) => {
  const { rewritten } = bodiesOf(pair, accepted, settings);
  return (['tampered', 'rewritten', 'unread'] as const).flatMap((what) => {
    const these = rewritten.filter((entry) => entry.what === what);
    return these.length > 0 ? [told(what, these, pair.layer, settings)] : [];
  });
});

type What = 'unread' | 'rewritten' | 'tampered';

interface Rewritten {
  readonly what: What;
  readonly url: string;
  /** Hosts and grave things no accepted body had. */
  readonly gained: readonly string[];
}

/** How many bytes were compared, and which are not the accepted ones. */
export function bodiesOf(
  { layer, actual, accepted: nearest }: Pair,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
) {
  const before = acceptedBodies(layer, accepted);
  const all = [...before.values()].flat();
  const known = new Set([
    ...knownSites(nearest, accepted, settings).any,
    ...all.flatMap(({ body }) => body?.hosts.map(siteOfHost) ?? []),
  ]);
  const moving = new Set((nearest.volatility?.items ?? []).map(({ where }) => where));
  const own = siteOf(actual.url);
  const compared = (actual.shown ? loadedBy(actual.shown) : []).flatMap((loaded) => {
    const bodies = (before.get(loaded.target) ?? []).filter(({ body }) => body !== undefined);
    return bodies.length > 0 ? [{ loaded, bodies }] : [];
  });
  const rewritten = compared.flatMap(({ loaded, bodies }) => {
    const moves = moving.has(contentPlace(loaded.target));
    return judged(loaded, bodies, { own: siteOf(loaded.url) === own, known, moves });
  });
  return { compared: compared.length, rewritten };
}

interface Loaded {
  readonly url: string;
  /** Type and normalised address. */
  readonly target: string;
  readonly body: Body | undefined;
}

const LOADED = /^(?:script|stylesheet|document)$/;

/** Scripts, style sheets and frames that came; not the page itself. */
function loadedBy({ requests, finalUrl }: Shown): Loaded[] {
  return requests
    .filter(({ url, type, status }) => LOADED.test(type) && url !== finalUrl && (status ?? 200) < 300)
    .map(({ url, type, body }) => ({ url, target: `${type} ${addressOf(url, finalUrl).target}`, body }));
}

function acceptedBodies(layer: string, accepted: readonly PageEvidence[]): Map<string, Loaded[]> {
  const shown = accepted.flatMap(({ views }) =>
    views.flatMap((view) => (view.viewport.name === layer && view.shown ? [view.shown] : [])),
  );
  const bodies = new Map<string, Loaded[]>();
  for (const loaded of shown.flatMap(loadedBy)) {
    bodies.set(loaded.target, [...(bodies.get(loaded.target) ?? []), loaded]);
  }
  return bodies;
}

interface Circumstances {
  /** It comes from the site itself. */
  readonly own: boolean;
  readonly known: ReadonlySet<string>;
  /** Its bytes were learned to differ from answer to answer. */
  readonly moves: boolean;
}

function judged({ url, body }: Loaded, bodies: readonly Loaded[], { own, known, moves }: Circumstances): Rewritten[] {
  if (body === undefined) return [{ what: 'unread', url, gained: [] }];
  if (bodies.some((before) => before.body?.sha256 === body.sha256)) return [];
  const had = new Set(bodies.flatMap((before) => before.body?.signs ?? []));
  const signs = body.signs.filter((sign) => !had.has(sign));
  const strangers = body.hosts.filter((host) => !known.has(siteOfHost(host)) && !OFTEN_NAMED.has(siteOfHost(host)));
  const gained = [...strangers, ...signs];
  // A new version beside the old one is a deploy; the same address with other bytes is a deploy or an intruder.
  const sameUrl = bodies.some((before) => before.url === url);
  const either = own && sameUrl && (strangers.length > 0 || signs.some((sign) => TELLING.has(sign)));
  const both = strangers.length > 0 && signs.length > 0 && (own || sameUrl);
  const thieving = signs.some((sign) => THIEVING.has(sign));
  if (thieving || (!moves && (either || both))) return [{ what: 'tampered', url, gained }];
  return moves ? [] : [{ what: 'rewritten', url, gained: [] }];
}

/** Where documentation, licences and namespaces are: code names them and calls none. */
const OFTEN_NAMED: ReadonlySet<string> = new Set([
  'w3.org',
  'whatwg.org',
  'ietf.org',
  'github.com',
  'mozilla.org',
  'npmjs.com',
  'opensource.org',
  'apache.org',
  'jquery.com',
  'jquery.org',
  'react.dev',
  'reactjs.org',
  'vuejs.org',
  'angular.io',
  'getbootstrap.com',
  'stackoverflow.com',
  'wikipedia.org',
  'schema.org',
  'mit-license.org',
]);

function siteOfHost(host: string): string {
  return siteOf(`https://${host}`);
}

const CODES = {
  tampered: 'page/script-tampered',
  rewritten: 'page/content-rewritten',
  unread: 'page/content-unread',
} as const;

function told(what: What, these: readonly Rewritten[], layer: string, settings: PageSettings): Finding {
  const urls = quoteList(these.map(({ url }) => url));
  const gained = quoteList(
    these.flatMap((entry) => entry.gained),
    5,
  );
  const summary = {
    tampered: `What comes from ${urls} is not what was accepted, and is new in this: ${gained}.`,
    rewritten: `Other bytes than the accepted ones come from ${urls}.`,
    unread: `What came from ${urls} could not be kept, so nobody can say whether it is what was accepted.`,
  }[what];
  return finding(CODES[what], settings, { summary, actual: these.map(({ url }) => url).join(' '), where: layer });
}

// ----------------------------------------------------------- volatility

/** How volatility names an address whose bytes move. */
function contentPlace(target: string): string {
  return `content ${target}`;
}

/** Addresses from which the samples got different bytes, with the beginnings of the hashes. */
export function movingContents(base: Side, others: readonly Side[]): { where: string; examples: string[] }[] {
  const hashes = new Map<string, Set<string>>();
  for (const { shown } of [base, ...others]) {
    for (const { target, body } of shown ? loadedBy(shown) : []) {
      if (body) hashes.set(target, (hashes.get(target) ?? new Set()).add(body.sha256.slice(0, 12)));
    }
  }
  return [...hashes]
    .filter(([, seen]) => seen.size > 1)
    .map(([target, seen]) => ({ where: contentPlace(target), examples: [...seen].slice(0, 5) }));
}
