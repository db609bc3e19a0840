/** The shelf of notifiers: how one alert reaches one receiver. Retrying, order and memory are deliver.ts's. */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type * as z from 'zod';
import type { Alert, Picture, ResolverRow, SeenFinding, Site } from '../core/model.js';
import type { Message } from './notice.js';

export interface Notifier<S = unknown> {
  readonly kind: string;
  /** The receiver's own keys in settings.yaml, besides `id` and `kind`. Secrets are `secret()` strings. */
  readonly settings: z.ZodType<S>;
  /** It can tell the other side that somebody took an incident; absent: such alerts are not made for it. */
  readonly heedsTaking?: boolean;
  /** Resolves when the other side accepted it. Throws SendError. */
  send(alert: Alert, site: Site, proof: Proof, settings: S, io: NotifyIo): Promise<void>;
  /** How far the way to the receiver is open, without telling it anything: one sentence. Throws SendError. */
  examine(settings: S, io: NotifyIo): Promise<string>;
}

/** What goes with an alert. Pictures and resolvers are read back from the evidence folder; empty when that is gone. */
export interface Proof {
  /** Where the operator finds everything, as a path. */
  readonly folder: string | null;
  readonly pictures: readonly Picture[];
  readonly resolvers: readonly ResolverRow[];
  /** What was found, worst first. `deliverDue` takes them from the store. */
  readonly findings?: readonly SeenFinding[];
  readonly links?: Links;
  /** Head of the audit trail at the record of this transition, for `siteward audit --head`. */
  readonly trail?: string | null;
}

/** Where the person who reads it can go on. https URLs of our own dashboard. */
export interface Links {
  readonly incident?: string;
  /** A page that asks whether to acknowledge; opening it does nothing yet, because mail scanners open every link. */
  readonly acknowledge?: string;
  /** Pictures that the whole Internet may fetch, for receivers that take addresses only. */
  readonly pictures?: readonly { readonly src: string; readonly alt: string }[];
}

/** What came of a fresh connection. `verified`: the other side proved by its certificate that it is the host. */
export interface Greeted<T> {
  readonly value: T;
  readonly verified: boolean;
}

export interface Place {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Where the host also stands, tried after what DNS and memory say. */
  readonly addresses?: readonly string[];
  readonly signal: AbortSignal;
}

export interface WebRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly addresses?: readonly string[];
  readonly signal: AbortSignal;
}

export interface WebReply {
  readonly status: number;
  /** The header as it was sent. */
  readonly retryAfter: string | null;
  /** The first 64 KiB. */
  readonly text: string;
}

/** The one way out. Address classes and `network.only` apply to all of it. */
export interface NotifyIo {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Connects and greets, at the next address of the host where one fails. */
  readonly reach: <T>(place: Place, greet: (socket: Socket, signal: AbortSignal) => Promise<Greeted<T>>) => Promise<T>;
  /** A POST that follows no redirect, ends in time and reads a bounded reply. Throws where there is no reply. */
  readonly post: (request: WebRequest) => Promise<WebReply>;
  /** Connects to the host of a URL, with TLS where it says https, and says nothing. */
  readonly touch: (url: string, place: Pick<Place, 'addresses' | 'signal'>) => Promise<void>;
  /** Whose certificates are believed, `network.ca` included; absent: Node's own roots. */
  readonly trust?: SecureContext;
  /** Writes the message on a thread of its own, as its pictures take long; absent: it is written here. */
  readonly compose?: (alert: Alert, site: Site, proof: Proof) => Promise<Message>;
  /** Addresses of the receiver that took this alert at an earlier attempt: they are left out. */
  readonly accepted?: readonly string[];
}

/** A send that failed, wholly or for some of the receiver's addresses. The message never holds a secret. */
export class SendError extends Error {
  /** The same message may succeed later. */
  readonly retryable: boolean;
  /** Addresses that have it by now, from this attempt and earlier ones. */
  readonly accepted: readonly string[];
  /** What the receiver asked us to wait; null when it did not say. */
  readonly retryAfterMs: number | null;
  constructor(
    message: string,
    retryable: boolean,
    accepted: readonly string[] = [],
    retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = 'SendError';
    this.retryable = retryable;
    this.accepted = accepted;
    this.retryAfterMs = retryAfterMs;
  }
}
