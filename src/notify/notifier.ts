/** The shelf of notifiers: how one alert reaches one receiver. Retrying, order and memory are deliver.ts's. */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type * as z from 'zod';
import type { Alert, Picture, ResolverRow, SeenFinding, Site } from '../core/model.js';

export interface Notifier<S = unknown> {
  readonly kind: string;
  /** The receiver's own keys in settings.yaml, besides `id` and `kind`. Secrets are `secret()` strings. */
  readonly settings: z.ZodType<S>;
  /** Resolves when the other side accepted it. Throws SendError. */
  send(alert: Alert, site: Site, proof: Proof, settings: S, io: NotifyIo): Promise<void>;
}

/** What goes with an alert, read back from the evidence folder; empty when that is gone. */
export interface Proof {
  /** Where the operator finds everything, as a path. */
  readonly folder: string | null;
  readonly pictures: readonly Picture[];
  readonly resolvers: readonly ResolverRow[];
  /** What was found, worst first. `deliverDue` takes them from the store. */
  readonly findings?: readonly SeenFinding[];
}

export interface NotifyIo {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** A guarded connection: address classes and `network.only` apply. `host` may be a name. */
  readonly connect: (host: string, port: number, signal: AbortSignal) => Promise<Socket>;
  /** Whose certificates are believed, `network.ca` included; absent: Node's own roots. */
  readonly trust?: SecureContext;
  /** Addresses of the receiver that took this alert at an earlier attempt: they are left out. */
  readonly accepted?: readonly string[];
}

/** A send that failed, wholly or for some of the receiver's addresses. The message never holds a secret. */
export class SendError extends Error {
  /** The same message may succeed later. */
  readonly retryable: boolean;
  /** Addresses that have it by now, from this attempt and earlier ones. */
  readonly accepted: readonly string[];
  constructor(message: string, retryable: boolean, accepted: readonly string[] = []) {
    super(message);
    this.name = 'SendError';
    this.retryable = retryable;
    this.accepted = accepted;
  }
}
