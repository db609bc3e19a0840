/**
 * The store of a daemon that goes on when its database does not. Everything that still concerns somebody is also kept in
 * memory; while the database takes nothing, that memory is the store, so incidents open, are told once and end as always.
 * What was decided meanwhile is written down, in order, as soon as the database takes it. What is never told is not lost
 * either, unless the process ends first: therefore people are told that the database fails (watchdog.ts).
 */
import pLimit from 'p-limit';
import type { Act, AuditRecord } from '../core/audit.js';
import type { Load } from '../core/grouping.js';
import type { Incident, Severity, Silence, Suppression, Transition } from '../core/model.js';
import { REOPEN_MS } from '../core/timing.js';
import { MOST_OWED, standingOf } from './standing.js';
import {
  type Delivery,
  type DeliveryState,
  type Entry,
  type Outbox,
  type Store,
  StoreConflict,
  StoreError,
  StoreUnfit,
  type Unheard,
  UnreadableRow,
  type VerdictRecord,
} from './store.js';

/** Why the database takes nothing, and since when. */
export interface Trouble {
  readonly reason: string;
  readonly since: number;
}

/** Anything that is written, to be written again where it could not be. */
type Work = (store: Store) => Promise<void>;

export interface ShelterIo {
  readonly now: () => number;
  /** An empty store in memory, opened. */
  readonly memory: () => Promise<Store>;
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export class ShelteredStore implements Store {
  readonly #disk: Store;
  readonly #io: ShelterIo;
  /** One after the other: what is written down late must not be overtaken by what is new. */
  readonly #turn = pLimit(1);
  #memory: Store | null = null;
  #isOpen = false;
  #trouble: Trouble | null = null;
  /** Not in the database yet, in order. */
  #owed: Work[] = [];
  /** Looks that nothing follows from: the newest of each target is enough, and memory needs none of them. */
  readonly #owedLooks = new Map<string, Work>();
  /** When each target was looked at, as far as this process did. */
  readonly #looked = new Map<string, number>();

  /** @param disk not opened yet */
  constructor(disk: Store, io: ShelterIo) {
    this.#disk = disk;
    this.#io = io;
  }

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** A database that cannot be opened now is tried again by `proveWritable`. Throws what only a person can mend. */
  async open(): Promise<void> {
    this.#memory = await this.#io.memory();
    try {
      await this.#openDisk();
      await this.#rememberAnew();
    } catch (error) {
      if (error instanceof StoreUnfit) throw error;
      this.#shelterFrom(error);
    }
  }

  /** What is owed to the database is tried once more: memory ends here. */
  async close(): Promise<void> {
    if (this.#trouble !== null) await this.proveWritable(this.#io.now());
    if (this.#owed.length > 0)
      this.#io.warn({ lost: this.#owed.length }, 'What was decided lately is not written down');
    await this.#memory?.close();
    await this.#disk.close();
  }

  /** Writes to the database and reads back; where it failed before, writes down first what it is owed. */
  async proveWritable(at: number): Promise<void> {
    await this.#turn(() =>
      this.#guarded(async () => {
        if (!this.#isOpen) await this.#openDisk();
        await this.#disk.proveWritable(at);
        if (this.#trouble === null) return;
        await this.#payBack();
        await this.#rememberAnew();
        this.#trouble = null;
      }),
    );
  }

  async record(entry: Entry): Promise<void> {
    const { verdict, incidents, transitions, alerts } = entry;
    const work: Work = (store) => store.record(entry);
    const concernsNobody = incidents.length + transitions.length + alerts.length === 0;
    if (verdict) this.#looked.set(verdict.targetId, verdict.at);
    await this.#write(work, concernsNobody ? (verdict?.targetId ?? null) : null);
  }

  async delivered(key: string, at: number): Promise<void> {
    await this.#write((store) => store.delivered(key, at));
  }

  async failed(...settled: Parameters<Store['failed']>): Promise<void> {
    await this.#write((store) => store.failed(...settled));
  }

  async keepSilence(silence: Silence, at: number): Promise<void> {
    await this.#write((store) => store.keepSilence(silence, at));
  }

  async fact(name: string): Promise<string | null> {
    try {
      return await this.#disk.fact(name);
    } catch (error) {
      this.#shelterFrom(error);
      return this.#inMemory.fact(name);
    }
  }

  async claim(name: string, value: string): Promise<boolean> {
    if (this.#trouble === null) {
      try {
        return await this.#disk.claim(name, value);
      } catch (error) {
        this.#shelterFrom(error);
      }
    }
    if ((await this.fact(name)) !== null) return false;
    const isFirst = await this.#inMemory.claim(name, value);
    if (isFirst) this.#owed.push(async (store) => void (await store.claim(name, value)));
    return isFirst;
  }

  async prune(before: number): Promise<number> {
    await this.#turn(() => this.#inMemory.prune(this.#io.now() - REOPEN_MS));
    return this.#disk.prune(before);
  }

  openIncidents = (siteId?: string): Promise<readonly Incident[]> => this.#read((store) => store.openIncidents(siteId));
  hasOpenMembers = (groupId: string, but: readonly string[]): Promise<boolean> =>
    this.#read((store) => store.hasOpenMembers(groupId, but));
  leadingIncidents = (): Promise<readonly Incident[]> => this.#read((store) => store.leadingIncidents());
  knownIncidents = (siteId: string, endedAfter: number): Promise<readonly Incident[]> =>
    this.#read((store) => store.knownIncidents(siteId, endedAfter));
  incident = (id: string): Promise<Incident | null> => this.#read((store) => store.incident(id));
  incidents = (limit: number): Promise<readonly Incident[]> => this.#read((store) => store.incidents(limit));
  transitions = (id: string): Promise<readonly Transition[]> => this.#read((store) => store.transitions(id));
  receiversTold = (id: string): Promise<readonly string[]> => this.#read((store) => store.receiversTold(id));
  latest = (): Promise<readonly VerdictRecord[]> => this.#read((store) => store.latest());
  dueDeliveries = (now: number, limit: number): Promise<readonly Delivery[]> =>
    this.#read((store) => store.dueDeliveries(now, limit));
  deliveriesOf = (id: string): Promise<readonly DeliveryState[]> => this.#read((store) => store.deliveriesOf(id));
  oldestOwed = (): Promise<ReadonlyMap<Severity, number>> => this.#read((store) => store.oldestOwed());
  outbox = (): Promise<Outbox> => this.#read((store) => store.outbox());
  unheard = (from: number, by: number): Promise<readonly Unheard[]> => this.#read((store) => store.unheard(from, by));
  load = (since: number): Promise<Load> => this.#read((store) => store.load(since));
  lookedAt = async (): Promise<ReadonlyMap<string, number>> =>
    new Map([...(await this.#read((store) => store.lookedAt())), ...this.#looked]);
  suppressions = (since: number): Promise<readonly Suppression[]> => this.#read((store) => store.suppressions(since));
  silences = (endingAfter: number): Promise<readonly Silence[]> => this.#read((store) => store.silences(endingAfter));

  // Of the database alone: the audit trail has one order.
  audit = (act: Act): Promise<void> => this.#disk.audit(act);
  act = (seq: number): Promise<AuditRecord | null> => this.#disk.act(seq);
  lastAct = (about?: { readonly action: string; readonly subject: string }): Promise<AuditRecord | null> =>
    this.#disk.lastAct(about);
  trail = (): Promise<readonly AuditRecord[]> => this.#disk.trail();

  get #inMemory(): Store {
    if (!this.#memory) throw new StoreError('The store was used before it was opened. This is a bug in Siteward.');
    return this.#memory;
  }

  async #read<T>(work: (store: Store) => Promise<T>): Promise<T> {
    if (this.#trouble === null) {
      try {
        return await work(this.#disk);
      } catch (error) {
        this.#shelterFrom(error);
      }
    }
    return work(this.#inMemory);
  }

  /** @param look id of the target, where nothing follows from what was seen of it */
  #write(work: Work, look: string | null = null): Promise<void> {
    return this.#turn(async () => {
      if (this.#trouble === null) {
        try {
          await work(this.#disk);
        } catch (error) {
          this.#shelterFrom(error);
        }
      }
      if (this.#trouble === null) {
        if (look === null) await this.#alsoInMemory(work);
        return;
      }
      if (look !== null) {
        this.#owedLooks.set(look, work);
        return;
      }
      await work(this.#inMemory);
      if (this.#owed.length < MOST_OWED) this.#owed.push(work);
    });
  }

  /** Others write to the database too, and memory does not know of it: where it cannot follow, it is made anew. */
  async #alsoInMemory(work: Work): Promise<void> {
    try {
      await work(this.#inMemory);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      await this.#guarded(() => this.#rememberAnew());
    }
  }

  async #openDisk(): Promise<void> {
    await this.#disk.open();
    this.#isOpen = true;
  }

  /** Reads into a fresh memory what is open, who was told of it, what is still owed, and what is silenced. */
  async #rememberAnew(): Promise<void> {
    const now = this.#io.now();
    const fresh = await this.#io.memory();
    for (const { incident, transition, owed, told } of await standingOf(this.#disk)) {
      const alerts = [...told, ...owed];
      await fresh.record({ verdict: null, incidents: [incident], transitions: [transition], alerts });
      for (const { key } of told) await fresh.delivered(key, transition.at);
    }
    for (const silence of await this.#disk.silences(now)) await fresh.keepSilence(silence, now);
    // The one before is not closed: somebody may be reading from it. It goes when nobody holds it any more.
    this.#memory = fresh;
  }

  async #payBack(): Promise<void> {
    const owed = this.#owed.length;
    for (let next = this.#owed[0]; next; next = this.#owed[0]) {
      await this.#paid(next);
      this.#owed.shift();
    }
    for (const [target, look] of this.#owedLooks) {
      await this.#paid(look);
      this.#owedLooks.delete(target);
    }
    if (owed > 0)
      this.#io.warn({ written: owed }, 'The database takes everything again; what it missed is written down');
  }

  async #paid(work: Work): Promise<void> {
    try {
      await work(this.#disk);
    } catch (error) {
      // Somebody else went on from there, or it was there after all: what is in the database counts.
      if (!(error instanceof StoreConflict)) throw error;
      this.#io.warn({ because: error.message }, 'Something decided while the database failed is not written down');
    }
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#shelterFrom(error);
    }
  }

  /** Goes on in memory, unless it is not the database that fails. */
  #shelterFrom(error: unknown): void {
    if (!(error instanceof StoreError) || error instanceof StoreConflict || error instanceof UnreadableRow) throw error;
    this.#trouble = { reason: error.message, since: this.#trouble?.since ?? this.#io.now() };
    this.#io.warn({ error: error.message }, 'The database fails: Siteward goes on in memory');
  }
}
