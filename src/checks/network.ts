/**
 * What a probe may ask of the network, and what it is given. `src/net/` implements it: checks know these shapes only.
 */
import type { Artifact, Failure } from '../core/model.js';
import type { Registry } from './dns/authority/facts.js';

/** `reference`: an encrypted path we trust. `witness`: a path being judged. */
export interface Resolver {
  readonly name: string;
  readonly role: 'reference' | 'witness';
  readonly transport: 'udp' | 'tcp' | 'tls' | 'https' | 'system';
  /** IP literal to dial; null for `system`. */
  readonly address: string | null;
  readonly port: number;
  /** The name its certificate must carry (tls, https). */
  readonly serverName: string | null;
  /** `https` only. */
  readonly path: string | null;
  /** Whose network it stands in, as the operator names it: `AS64501`. */
  readonly network: string | null;
}

/** Questions that show who stands on the way, not what a name has. */
export interface PathProbes {
  /** Addresses where no DNS server runs: whatever answers from there was made on the way. */
  readonly silent: readonly string[];
  /** Names whose answer is the address that the question came from, such as `whoami.akamai.net`. */
  readonly whoami: readonly string[];
}

/** How the authoritative DNS is asked, from the root down. */
export interface AuthorityAccess {
  /** Addresses of root servers; empty: the real ones. */
  readonly roots: readonly string[];
  /** Port of every authoritative server. */
  readonly port: number;
  /** DS records of the root, as zone files write them; empty: IANA's. */
  readonly anchors: readonly string[];
  /** Networks of visitors on whose behalf the name's own servers are asked as well; absent: none. */
  readonly subnets?: readonly string[];
}

/** Who keeps records of a domain beside the DNS. Asked rarely: answers are kept between looks. */
export interface RegistryAccess {
  /** What registry and certificate logs say; null where they are not asked or do not answer. Never rejects. */
  look(domain: string, name: string, signal: AbortSignal): Promise<Registry>;
}

/** The one door to the network, as a probe sees it. Every address is classified before it is dialled. */
export interface Network {
  /** Addresses of `name` by `network.hosts`, else the reference resolvers, else the system's. Throws ProbeFailure. */
  resolve(name: string): Promise<readonly string[]>;
  /** GET with redirects followed hop by hop. Never throws for what the target does: see `failure`. */
  fetch(request: FetchRequest): Promise<Fetched>;
  /** The page as a visitor sees it. Throws ProbeFailure (`no-browser`, `render-timeout`, ...). */
  capture(request: CaptureRequest): Promise<Capture>;
  /** A TLS handshake with one address; an untrusted chain is a result, not an error. */
  handshake(request: HandshakeRequest): Promise<Handshake>;
  /** Sends one DNS message and gives back every datagram or the one reply that came. */
  exchange(request: DnsExchangeRequest): Promise<DnsExchange>;
}

export interface FetchRequest {
  readonly url: string;
  /** Dial these for the URL's own host instead of resolving it. Other hosts met by redirects resolve as usual. */
  readonly pin?: readonly string[];
  /** Accept any certificate: only to look at what an impostor serves. */
  readonly anyCertificate?: boolean;
  /** A media type: not a page is wanted but data, and we say who we are instead of looking like a browser. */
  readonly accept?: string;
  /** Ask as somebody else than the visitor the monitor passes for. */
  readonly visitor?: { readonly userAgent: string; readonly referer?: string };
  /** What a heartbeat says of us, sent as these headers to the URL's own host and to no other. */
  readonly beat?: Readonly<Record<'siteward-audit' | 'siteward-seq', string>>;
  /** A lower cap than that of pages, as received and decoded. */
  readonly mostBytes?: number;
  /** Ask for the URL only if it is another version than this (RFC 9110, 13.1). Not sent after a redirect. */
  readonly unless?: { readonly etag: string } | { readonly lastModified: string };
  readonly signal: AbortSignal;
}

export interface Fetched {
  /** In order; the last one gave the body. */
  readonly hops: readonly Hop[];
  /** Decoded. Cut at the cap; null when there was none to read. */
  readonly body: Uint8Array | null;
  readonly failure: Failure | null;
}

export interface Hop {
  readonly url: string;
  readonly status: number;
  /** Names in lower case, in the order received. */
  readonly headers: readonly (readonly [string, string])[];
  /** The address that answered. */
  readonly address: string;
}

export interface Viewport {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly mobile: boolean;
}

export interface CaptureRequest {
  readonly url: string;
  readonly viewport: Viewport;
  readonly pin?: readonly string[];
  readonly anyCertificate?: boolean;
  /** Of a baseline's samples: what is different on purpose. Absent: as in every look. */
  readonly sampling?: Sampling;
  /** `off`: what is left of a page that fights being looked at, one screen of it. Default: `on`. */
  readonly scripts?: 'on' | 'off';
  /** CSS selectors whose boxes the caller wants to know (masks); an unknown selector gives no box. */
  readonly boxesOf: readonly string[];
  readonly signal: AbortSignal;
}

/** How one sample of a baseline differs from a look, so that what moves by itself is seen before it moves. */
export interface Sampling {
  /** Of the page's random numbers. */
  readonly seed: number;
  /** How far the page's clock is ahead. */
  readonly clockMs: number;
  /** The page is opened a second time, its resources in the cache and its cookies set. */
  readonly warm: boolean;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One page rendered in a fresh context. */
export interface Capture {
  readonly status: number | null;
  readonly finalUrl: string;
  readonly title: string;
  /** The serialised DOM after scripts ran. */
  readonly html: string;
  /** Text a visitor can see, in reading order, blocks separated by newlines. */
  readonly visibleText: string;
  /** PNG of the full page up to the height cap. */
  readonly screenshot: Artifact;
  readonly width: number;
  readonly height: number;
  /** True when the page is taller than what was photographed. */
  readonly cut: boolean;
  /** False when no two successive shots were the same within the time allowed. */
  readonly settled: boolean;
  /** Opaque boxes that cover more than half of the viewport: CSS paths. */
  readonly overlays: readonly string[];
  /** Elements that style rules hide and that hold links to other hosts, with the addresses of all links in them. */
  readonly concealed: readonly { readonly where: string; readonly links: readonly string[] }[];
  readonly boxes: readonly { readonly selector: string; readonly boxes: readonly Box[] }[];
  readonly layout: {
    /** Lines that would be seen if nothing opaque lay on top of them. */
    readonly covered: readonly string[];
    /** The first lines, the outermost boxes that hold nothing else, and the size of their letters in CSS pixels. */
    readonly top: readonly { readonly text: string; readonly box: Box; readonly size: number }[];
    /** Large pictures in the first screen, and where their bytes come from. */
    readonly pictures: readonly { readonly src: string; readonly box: Box }[];
  };
  /** What the page asked for, in order of first request. */
  readonly requests: readonly {
    readonly url: string;
    readonly type: string;
    readonly status: number | null;
    readonly address: string | null;
    /** Of a script, style sheet or framed page: the bytes as the browser decoded them. Absent: they could not be had. */
    readonly body?: Uint8Array;
  }[];
  /** Registered by the page, with the addresses they shall answer for and the script they run. */
  readonly serviceWorkers: readonly { readonly scope: string; readonly script: string }[];
  /** alert/confirm/prompt texts, dismissed. */
  readonly dialogs: readonly string[];
  /** Browser and settings that decide pixels: a difference means re-baseline, not alarm. */
  readonly renderer: string;
}

export interface HandshakeRequest {
  readonly address: string;
  readonly port: number;
  readonly serverName: string;
  readonly signal: AbortSignal;
}

export interface Handshake {
  readonly address: string;
  /** Null when the chain ends in a public root or one of `network.ca` and the name fits; else OpenSSL's or Node's code. */
  readonly problem: string | null;
  readonly protocol: string;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
}

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  /** SHA-256 of the subject public key info, hex. */
  readonly spki: string;
  readonly pem: string;
}

export interface DnsExchangeRequest {
  readonly resolver: Resolver;
  /** The query, without the length prefix of TCP. */
  readonly message: Uint8Array;
  /** UDP: is this datagram an answer to `message`? Others are counted and ignored. */
  readonly matches: (datagram: Uint8Array) => boolean;
  /** UDP: how long to keep listening after the first match, given the first answer's round trip. 0: not at all. */
  readonly holdMs?: (rttMs: number) => number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface DnsExchange {
  /** Every matching reply in order of arrival; empty when none came in time. */
  readonly replies: readonly { readonly message: Uint8Array; readonly rttMs: number }[];
  readonly ignored: number;
  /** Where it was sent; null when `system` has no server. */
  readonly server: string | null;
  /** Set when nothing came: whose fault and why. */
  readonly failure: Failure | null;
}
