/** The shelf of notifiers: how one alert reaches one receiver. Retrying, order and memory are deliver.ts's. */
import type { Socket } from 'node:net';
import type * as z from 'zod';
import type { Alert, Picture, ResolverRow, Site } from '../core/model.js';

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
}

export interface NotifyIo {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** A guarded connection: address classes and `network.only` apply. `host` may be a name. */
  readonly connect: (host: string, port: number, signal: AbortSignal) => Promise<Socket>;
}

/** A send that failed. `retryable`: the same message may succeed later. The message never holds a secret. */
export class SendError extends Error {
  readonly retryable: boolean;
  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SendError';
    this.retryable = retryable;
  }
}
