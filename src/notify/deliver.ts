/**
 * Drains the outbox: every due alert to its receiver, at least once, in order per receiver and incident.
 *
 * Receivers do not wait for each other: a mail server that hangs holds back no pager. An alert is settled only after
 * the other side accepted it; a crash in between sends it again under the same key.
 */
import pLimit from 'p-limit';
import { shortHead } from '../core/audit.js';
import { type Crash, noCrash } from '../core/crash-points.js';
import type { Alert, Change, Site } from '../core/model.js';
import { type Delivery, type Store, StoreError } from '../store/store.js';
import { alternates, HEARD_WITHIN_MS } from './alternates.js';
import { type Links, type Notifier, type NotifyIo, type Proof, SendError } from './notifier.js';
import { formerReceiver, retryAt } from './retry.js';

/** What delivering needs beside the store. */
export interface Post {
  readonly notifiers: readonly Notifier[];
  /** Of settings.yaml; `settings` as parsed by the notifier of that kind. */
  readonly receivers: readonly { readonly id: string; readonly kind: string; readonly settings: unknown }[];
  /** Undefined for a site that is no longer watched. */
  readonly siteOf: (id: string) => Site | undefined;
  /** What the evidence folder holds; empty when it is gone. A throw is taken as empty. @param evidence as in Delivery. */
  readonly readProof: (evidence: string | null) => Promise<Proof>;
  /** Where the reader of an alert can go on; absent: nowhere. */
  readonly linksOf?: (alert: Alert) => Links;
  readonly io: NotifyIo;
  /** 0..1, for the jitter of retries. */
  readonly random: () => number;
  readonly crash?: Crash;
  readonly log: {
    warn(fields: Readonly<Record<string, unknown>>, message: string): void;
    error(fields: Readonly<Record<string, unknown>>, message: string): void;
  };
}

type OutboxStore = Pick<Store, 'dueDeliveries' | 'delivered' | 'failed' | 'unheard' | 'record' | 'lastAct'>;

export type AttemptResult = 'accepted' | 'retry' | 'failed';

/** What one pass did. */
export interface Delivered {
  readonly sent: number;
  readonly failed: number;
  /** One per attempt. */
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  /** Kind of the receiver. */
  readonly channel: string;
  readonly result: AttemptResult;
  /** From when it was due until it was begun, and from there to the answer. */
  readonly queuedMs: number;
  readonly sendMs: number;
  /** From the first sign of the incident until somebody took the news of it; null for any other message or result. */
  readonly detectToAcceptMs: number | null;
}

const FIRST_NEWS: readonly Change[] = ['suspected', 'opened'];

/** Longest one attempt may take. */
const SEND_DEADLINE_MS = 120_000;
/** Sends to one receiver at a time. */
const PARALLEL_PER_RECEIVER = 4;
/** More than the alerts of one storm that wait for one receiver, so that those of the others are among them. */
const BATCH = 2_000;
/** Who was not heard of for a day is told of by other means. */
const UNHEARD_FOR_MS = 24 * 3_600_000;

/** Sends what is due and returns when all of that was tried. For one pass; a daemon keeps one Courier. */
export function deliverDue(store: OutboxStore, post: Post): Promise<Delivered> {
  return new Courier(store, post).deliverDue();
}

/** Carries alerts for as long as the process lives, and knows which it has in hand. */
export class Courier {
  readonly #store: OutboxStore;
  readonly #post: Post;
  /** Incident and receiver of what is being sent: a newer message to the same waits for its turn. */
  readonly #inHand = new Set<string>();
  /** Accepted a moment ago: a list read from the store before that may still name those. */
  readonly #accepted = new Set<string>();
  /** Accepted, but the store could not note it: noted as soon as it can, and not sent again meanwhile. */
  readonly #unsettled = new Map<string, number>();
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
  async deliverDue(): Promise<Delivered> {
    const { now } = this.#post.io;
    this.#crash('deliver/begin');
    await this.#tellOthers(now() - HEARD_WITHIN_MS);
    this.#crash('deliver/unheard-told');
    return this.#deliver(now);
  }

  /**
   * Also what waits for its next attempt, each once, and the other receivers where nobody took a critical one: for a
   * pass that nobody can say when another will follow.
   */
  async deliverPending(): Promise<Delivered> {
    const first = await this.#deliver(() => Number.MAX_SAFE_INTEGER);
    if (!(await this.#tellOthers(this.#post.io.now()))) return first;
    const second = await this.#deliver(this.#post.io.now);
    return {
      sent: first.sent + second.sent,
      failed: first.failed + second.failed,
      attempts: [...first.attempts, ...second.attempts],
    };
  }

  /** Owes critical alerts that nobody took by then to every receiver there is. @returns whether there were any. */
  async #tellOthers(by: number): Promise<boolean> {
    const unheard = await this.#store.unheard(by - UNHEARD_FOR_MS, by);
    const receivers = this.#post.receivers.map(({ id }) => id);
    const alerts = alternates(unheard, receivers);
    for (const alert of alerts) {
      await this.#store.record({ verdict: null, incidents: [], transitions: [], alerts: [alert] });
      const { id } = alert.transition.incident;
      this.#post.log.error({ incident: id, receiver: alert.receiver }, 'Nobody took a critical alert: telling others');
    }
    return alerts.length > 0;
  }

  async #deliver(dueBy: () => number): Promise<Delivered> {
    const attempts: Attempt[] = [];
    const tried = new Set<string>();
    for (;;) {
      await this.#settleAccepted();
      const due = await this.#store.dueDeliveries(dueBy(), BATCH);
      const fresh = due.filter(({ alert }) => this.#isFree(alert) && !tried.has(alert.key));
      if (fresh.length === 0 || this.#post.io.signal.aborted) break;
      this.#crash('deliver/due-read');
      for (const { alert } of fresh) tried.add(alert.key);
      attempts.push(...(await Promise.all(fresh.map((delivery) => this.#carry(delivery)))));
    }
    const sent = attempts.filter(({ result }) => result === 'accepted').length;
    return { sent, failed: attempts.length - sent, attempts };
  }

  get #crash(): Crash {
    return this.#post.crash ?? noCrash;
  }

  #isFree(alert: Alert): boolean {
    return !this.#inHand.has(pairOf(alert)) && !this.#accepted.has(alert.key) && !this.#unsettled.has(alert.key);
  }

  async #carry(delivery: Delivery): Promise<Attempt> {
    const { alert } = delivery;
    const lane = this.#lanes.get(alert.receiver) ?? pLimit(PARALLEL_PER_RECEIVER);
    this.#lanes.set(alert.receiver, lane);
    this.#inHand.add(pairOf(alert));
    const channel = this.#post.receivers.find(({ id }) => id === alert.receiver)?.kind ?? 'unknown';
    try {
      return { channel, ...(await lane(() => this.#timed(delivery))) };
    } finally {
      this.#inHand.delete(pairOf(alert));
    }
  }

  async #timed(delivery: Delivery): Promise<Omit<Attempt, 'channel'>> {
    const { now } = this.#post.io;
    const begunAt = now();
    const result = await this.#attempt(delivery);
    const { incident, change } = delivery.alert.transition;
    const isFirst = result === 'accepted' && FIRST_NEWS.includes(change);
    return {
      result,
      queuedMs: Math.max(0, begunAt - delivery.dueAt),
      sendMs: now() - begunAt,
      detectToAcceptMs: isFirst ? now() - incident.since : null,
    };
  }

  async #attempt(delivery: Delivery): Promise<AttemptResult> {
    try {
      this.#crash('send/begin');
      await send(delivery, this.#post, await trailHead(delivery.alert, this.#store, this.#post.log));
    } catch (error) {
      this.#crash('send/refused');
      const result = await settleFailure(delivery, error, this.#store, this.#post);
      this.#crash('failure/noted');
      return result;
    }
    this.#crash('send/accepted');
    this.#unsettled.set(delivery.alert.key, this.#post.io.now());
    await this.#settleAccepted();
    return 'accepted';
  }

  /** A store that fails here is no reason to send again what arrived: it is asked at every pass until it notes it. */
  async #settleAccepted(): Promise<void> {
    for (const [key, at] of this.#unsettled) {
      try {
        this.#crash('settle/begin');
        await this.#store.delivered(key, at);
        this.#crash('settle/end');
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.#post.log.error({ alert: key, error: error.message }, 'An alert was accepted but that cannot be noted');
        return;
      }
      this.#unsettled.delete(key);
      this.#accepted.add(key);
      const [oldest] = this.#accepted;
      if (this.#accepted.size > BATCH && oldest !== undefined) this.#accepted.delete(oldest);
    }
  }
}

function pairOf({ receiver, transition }: Alert): string {
  return `${transition.incident.id}|${receiver}`;
}

/** The record that tells this very transition: whoever keeps the message can tell later whether the trail was cut. */
async function trailHead({ transition }: Alert, store: OutboxStore, log: Post['log']): Promise<string | null> {
  try {
    const record = await store.lastAct({ action: transition.change, subject: transition.incident.id });
    return record && shortHead(record);
  } catch (error) {
    log.warn({ incident: transition.incident.id, error: String(error) }, 'An alert goes without the head of the trail');
    return null;
  }
}

async function send(delivery: Delivery, post: Post, trail: string | null): Promise<void> {
  const { alert, accepted } = delivery;
  const receiver = post.receivers.find((candidate) => candidate.id === alert.receiver);
  if (!receiver) throw formerReceiver(alert, post.io.now());
  const notifier = post.notifiers.find((candidate) => candidate.kind === receiver.kind);
  if (!notifier) throw new SendError(`there is no notifier of kind "${receiver.kind}"`, true);
  const links = post.linksOf?.(alert);
  const proof = { ...(await proofOf(delivery, post)), findings: delivery.findings, trail, ...(links && { links }) };
  const { siteId } = alert.transition.incident;
  const signal = AbortSignal.any([post.io.signal, AbortSignal.timeout(SEND_DEADLINE_MS)]);
  await notifier.send(alert, post.siteOf(siteId) ?? formerSite(siteId), proof, receiver.settings, {
    ...post.io,
    signal,
    accepted,
  });
}

/** Of all that the message tells. Pictures are worth waiting for, but no reason to keep an alert back. */
async function proofOf({ alert, evidence }: Delivery, { readProof, log }: Post): Promise<Proof> {
  const proofs = await Promise.all(
    evidence.map(async (folder): Promise<Proof> => {
      try {
        return await readProof(folder);
      } catch (error) {
        const fields = { alert: alert.key, evidence: folder, error: String(error) };
        log.warn(fields, 'The evidence cannot be read; the alert goes without');
        return { folder, pictures: [], resolvers: [] };
      }
    }),
  );
  return {
    folder: proofs[0]?.folder ?? null,
    pictures: proofs.flatMap(({ pictures }) => pictures),
    resolvers: proofs.flatMap(({ resolvers }) => resolvers),
  };
}

function formerSite(id: string): Site {
  return { id, url: null, name: id, title: null, tags: [], targets: [], receivers: [] };
}

async function settleFailure(
  delivery: Delivery,
  error: unknown,
  store: OutboxStore,
  post: Post,
): Promise<'retry' | 'failed'> {
  const { alert, attempts } = delivery;
  const at = post.io.now();
  const words = error instanceof Error ? error.message : String(error);
  const accepted = error instanceof SendError ? error.accepted : delivery.accepted;
  const again = retryAt(delivery, error, at, post.random);
  await store.failed(alert.key, at, words, again, accepted);
  const { id, siteId } = alert.transition.incident;
  const fields = { receiver: alert.receiver, incident: id, site: siteId, attempt: attempts + 1, error: words };
  if (again === null) {
    post.log.error(fields, 'AN ALERT WAS NOT DELIVERED and will not be tried again');
    return 'failed';
  }
  post.log.warn({ ...fields, retryInMs: Math.round(again - at) }, 'An alert was not accepted yet');
  return 'retry';
}
