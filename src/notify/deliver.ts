/**
 * Drains the outbox: every due alert to its receiver, at least once, in order per receiver and incident.
 *
 * Receivers do not wait for each other: a mail server that hangs holds back no pager. An alert is settled only after
 * the other side accepted it; a crash in between sends it again under the same key.
 */
import pLimit from 'p-limit';
import type { Site } from '../core/model.js';
import type { Delivery, Store } from '../store/store.js';
import { type Notifier, type NotifyIo, type Proof, SendError } from './notifier.js';

/** What delivering needs beside the store. */
export interface Post {
  readonly notifiers: readonly Notifier[];
  /** Of settings.yaml; `settings` as parsed by the notifier of that kind. */
  readonly receivers: readonly { readonly id: string; readonly kind: string; readonly settings: unknown }[];
  /** Undefined for a site that is no longer watched. */
  readonly siteOf: (id: string) => Site | undefined;
  /** What the evidence folder holds; empty when it is gone. A throw is taken as empty. @param evidence as in Delivery. */
  readonly readProof: (evidence: string | null) => Promise<Proof>;
  readonly io: NotifyIo;
  /** 0..1, for the jitter of retries. */
  readonly random: () => number;
  readonly log: {
    warn(fields: Readonly<Record<string, unknown>>, message: string): void;
    error(fields: Readonly<Record<string, unknown>>, message: string): void;
  };
}

type OutboxStore = Pick<Store, 'dueDeliveries' | 'delivered' | 'failed'>;

/** Pause after the first failure, the second and so on; the last one repeats. */
const BACK_OFF_MS = [5_000, 15_000, 45_000, 120_000, 300_000, 600_000, 900_000];
const JITTER = 0.2;
/** An alert this old that was tried often enough is given up. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const LEAST_ATTEMPTS = BACK_OFF_MS.length;
/** Longest one attempt may take. */
const SEND_DEADLINE_MS = 120_000;
/** Sends to one receiver at a time. */
const PARALLEL_PER_RECEIVER = 4;
/** More than the alerts of one storm that wait for one receiver, so that those of the others are among them. */
const BATCH = 2_000;

/** Sends what is due and returns when all of that was tried. For one pass; a daemon keeps one Courier. */
export function deliverDue(store: OutboxStore, post: Post): Promise<{ sent: number; failed: number }> {
  return new Courier(store, post).deliverDue();
}

/** Carries alerts for as long as the process lives, and knows which it has in hand. */
export class Courier {
  readonly #store: OutboxStore;
  readonly #post: Post;
  /** Being sent, or just accepted: a list read from the store a moment ago may still name those. */
  readonly #taken = new Set<string>();
  readonly #accepted: string[] = [];
  readonly #lanes = new Map<string, ReturnType<typeof pLimit>>();

  constructor(store: OutboxStore, post: Post) {
    this.#store = store;
    this.#post = post;
  }

  /**
   * Sends everything that is due, and what that makes due, but what an earlier call has in hand; resolves when all of
   * it was tried. Call it every second without waiting for the call before, else the slowest receiver delays the
   * others. Rejects only when the store fails; a receiver that fails is retried at a later call.
   */
  deliverDue(): Promise<{ sent: number; failed: number }> {
    return this.#deliver(() => this.#post.io.now());
  }

  /** Also what waits for its next attempt, each once: for a pass that nobody can say when another will follow. */
  deliverPending(): Promise<{ sent: number; failed: number }> {
    return this.#deliver(() => Number.MAX_SAFE_INTEGER);
  }

  async #deliver(dueBy: () => number): Promise<{ sent: number; failed: number }> {
    const result = { sent: 0, failed: 0 };
    const tried = new Set<string>();
    for (;;) {
      const due = await this.#store.dueDeliveries(dueBy(), BATCH);
      const fresh = due.filter(({ alert }) => !this.#taken.has(alert.key) && !tried.has(alert.key));
      if (fresh.length === 0 || this.#post.io.signal.aborted) return result;
      for (const { alert } of fresh) tried.add(alert.key);
      for (const isSent of await Promise.all(fresh.map((delivery) => this.#carry(delivery)))) {
        if (isSent) result.sent++;
        else result.failed++;
      }
    }
  }

  async #carry(delivery: Delivery): Promise<boolean> {
    const { key, receiver } = delivery.alert;
    const lane = this.#lanes.get(receiver) ?? pLimit(PARALLEL_PER_RECEIVER);
    this.#lanes.set(receiver, lane);
    this.#taken.add(key);
    let isSent = false;
    try {
      isSent = await lane(() => attempt(delivery, this.#store, this.#post));
      return isSent;
    } finally {
      if (isSent) this.#rememberAccepted(key);
      else this.#taken.delete(key);
    }
  }

  #rememberAccepted(key: string): void {
    this.#accepted.push(key);
    const forgotten = this.#accepted.length > BATCH ? this.#accepted.shift() : undefined;
    if (forgotten !== undefined) this.#taken.delete(forgotten);
  }
}

/** Whether the receiver has it. */
async function attempt(delivery: Delivery, store: OutboxStore, post: Post): Promise<boolean> {
  const { key } = delivery.alert;
  try {
    await send(delivery, post);
  } catch (error) {
    await settleFailure(delivery, error, store, post);
    return false;
  }
  await store.delivered(key, post.io.now());
  return true;
}

async function send(delivery: Delivery, post: Post): Promise<void> {
  const { alert, accepted } = delivery;
  const receiver = post.receivers.find((candidate) => candidate.id === alert.receiver);
  if (!receiver) {
    throw new SendError(`settings.yaml has no receiver "${alert.receiver}" any more; put it back or wait`, true);
  }
  const notifier = post.notifiers.find((candidate) => candidate.kind === receiver.kind);
  if (!notifier) throw new SendError(`there is no notifier of kind "${receiver.kind}"`, true);
  const proof = { ...(await proofOf(delivery, post)), findings: delivery.findings };
  const { siteId } = alert.transition.incident;
  const signal = AbortSignal.any([post.io.signal, AbortSignal.timeout(SEND_DEADLINE_MS)]);
  await notifier.send(alert, post.siteOf(siteId) ?? formerSite(siteId), proof, receiver.settings, {
    ...post.io,
    signal,
    accepted,
  });
}

/** Pictures are worth waiting for, but no reason to keep an alert back. */
async function proofOf({ alert, evidence }: Delivery, { readProof, log }: Post): Promise<Proof> {
  try {
    return await readProof(evidence);
  } catch (error) {
    log.warn(
      { alert: alert.key, evidence, error: String(error) },
      'The evidence cannot be read; the alert goes without',
    );
    return { folder: evidence, pictures: [], resolvers: [] };
  }
}

function formerSite(id: string): Site {
  return { id, url: null, name: id, title: null, tags: [], targets: [], receivers: [] };
}

async function settleFailure(delivery: Delivery, error: unknown, store: OutboxStore, post: Post): Promise<void> {
  const { alert, attempts } = delivery;
  const at = post.io.now();
  const words = error instanceof Error ? error.message : String(error);
  // What is not a SendError is a bug of ours: trying again costs little, losing the alert may cost much.
  const retryable = !(error instanceof SendError) || error.retryable;
  const accepted = error instanceof SendError ? error.accepted : delivery.accepted;
  const isTooOld = at - alert.transition.at >= GIVE_UP_AFTER_MS && attempts + 1 >= LEAST_ATTEMPTS;
  const retryAt = retryable && !isTooOld ? at + backOff(attempts, post.random) : null;
  await store.failed(alert.key, at, words, retryAt, accepted);
  const { id, siteId } = alert.transition.incident;
  const fields = { receiver: alert.receiver, incident: id, site: siteId, attempt: attempts + 1, error: words };
  if (retryAt === null) post.log.error(fields, 'AN ALERT WAS NOT DELIVERED and will not be tried again');
  else post.log.warn({ ...fields, retryInMs: Math.round(retryAt - at) }, 'An alert was not accepted yet');
}

/** @param failures before this one. */
function backOff(failures: number, random: () => number): number {
  const pause = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
  return Math.round(pause * (1 + JITTER * (2 * random() - 1)));
}
