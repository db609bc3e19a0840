/** Memory: verdicts, incidents and the outbox. One transaction holds what belongs together. */
import type { Act, AuditRecord } from '../core/audit.js';
import type { Load } from '../core/grouping.js';
import type {
  Alert,
  Change,
  Incident,
  SeenFinding,
  Severity,
  Silence,
  Suppression,
  Transition,
  Verdict,
} from '../core/model.js';

export interface VerdictRecord {
  readonly targetId: string;
  readonly siteId: string;
  readonly kind: string;
  readonly at: number;
  readonly tookMs: number;
  readonly verdict: Verdict;
  /** Folder below `data/`, or null when nothing was kept. */
  readonly evidence: string | null;
}

/** A verdict and all that follows from it. Committed whole or not at all, before anything is sent. */
export interface Entry {
  /** Null where time, not a look, caused the step: a reminder. */
  readonly verdict: VerdictRecord | null;
  readonly incidents: readonly Incident[];
  readonly transitions: readonly Transition[];
  readonly alerts: readonly Alert[];
  /** Alerts that were not made, and why. */
  readonly suppressions?: readonly Suppression[];
  /** Incidents whose unsent alerts one of this entry's replaces. */
  readonly absorbed?: readonly string[];
}

export interface DeliveryState {
  readonly receiver: string;
  readonly change: Change;
  readonly state: 'pending' | 'delivered' | 'given-up' | 'superseded';
  readonly attempts: number;
  readonly error: string | null;
}

export interface Outbox {
  readonly pending: number;
  /** Since when the one that waits longest is owed. */
  readonly oldestAt: number | null;
  /** Alerts given up by receivers that took nothing since. */
  readonly givenUp: number;
  /** Those receivers. */
  readonly failing: readonly string[];
  /** When a receiver took a message last. */
  readonly provenAt: number | null;
}

export interface Delivery {
  readonly alert: Alert;
  /** Folders below `data/` with the pictures: of the transition, then of those its message replaces. */
  readonly evidence: readonly string[];
  /**
   * Findings of the verdict that caused the transition, or of the last that did before a reminder, and of those its
   * message replaces. Worst first.
   */
  readonly findings: readonly SeenFinding[];
  readonly attempts: number;
  readonly dueAt: number;
  /** Addresses of the receiver that took it at an earlier attempt and must not get it again. */
  readonly accepted: readonly string[];
}

/** A transition of which nobody took a message, nor of what came after it. */
export interface Unheard {
  readonly transition: Transition;
  /** Receivers that were to be told. */
  readonly owed: readonly string[];
}

export interface Store {
  /** Creates or upgrades the tables. Throws StoreError. */
  open(): Promise<void>;
  close(): Promise<void>;
  /**
   * Throws StoreError when it could not be made durable; then nothing of it is there. Of two entries that
   * take the same incident on from the same state the second is refused: read the open incidents and decide anew.
   */
  record(entry: Entry): Promise<void>;
  openIncidents(siteId?: string): Promise<readonly Incident[]>;
  /** Open incidents that speak for themselves: those of many sites, and those no other speaks for. */
  leadingIncidents(): Promise<readonly Incident[]>;
  /** Whether the incident of many sites speaks for any open one, these aside. */
  hasOpenMembers(groupId: string, but: readonly string[]): Promise<boolean>;
  /** A site's incidents that are not over, and those that ended after that time. */
  knownIncidents(siteId: string, endedAfter: number): Promise<readonly Incident[]>;
  incident(id: string): Promise<Incident | null>;
  incidents(limit: number): Promise<readonly Incident[]>;
  transitions(incidentId: string): Promise<readonly Transition[]>;
  /** Receivers that got, or are owed, an alert of the incident. */
  receiversTold(incidentId: string): Promise<readonly string[]>;
  /** The newest verdict of every target. */
  latest(): Promise<readonly VerdictRecord[]>;
  /** Unsettled deliveries due by `now`, oldest first; of one receiver and incident only the oldest, so order is kept. */
  dueDeliveries(now: number, limit: number): Promise<readonly Delivery[]>;
  /** What became of the incident's alerts, in the order they were made. */
  deliveriesOf(incidentId: string): Promise<readonly DeliveryState[]>;
  delivered(key: string, at: number): Promise<void>;
  /** `retryAt` null: given up for good. `accepted`: see Delivery. */
  failed(key: string, at: number, error: string, retryAt: number | null, accepted: readonly string[]): Promise<void>;
  outbox(): Promise<Outbox>;
  /** Since when the message that waits longest is owed, by severity of its incident; none waits: no entry. */
  oldestOwed(): Promise<ReadonlyMap<Severity, number>>;
  /** Transitions of that span that begin or go on, and that nobody was told of. The newest first. */
  unheard(from: number, by: number): Promise<readonly Unheard[]>;
  /** Messages since that time to the receiver that got most. */
  load(since: number): Promise<Load>;
  /** When each target was last looked at. */
  lookedAt(): Promise<ReadonlyMap<string, number>>;
  suppressions(since: number): Promise<readonly Suppression[]>;
  /** Silences that end after that time. */
  silences(endingAfter: number): Promise<readonly Silence[]>;
  /** Adds it, or changes the one of that id. */
  keepSilence(silence: Silence, at: number): Promise<void>;
  fact(name: string): Promise<string | null>;
  /** Keeps a fact for good; false when it is known already, with whatever value. */
  claim(name: string, value: string): Promise<boolean>;
  /** Adds to the audit trail what no entry tells. */
  audit(act: Act): Promise<void>;
  /** The record of that number, from 1. */
  act(seq: number): Promise<AuditRecord | null>;
  /** The newest record of the audit trail, or the newest of that action on that subject. */
  lastAct(about?: { readonly action: string; readonly subject: string }): Promise<AuditRecord | null>;
  /** The whole audit trail, oldest first. */
  trail(): Promise<readonly AuditRecord[]>;
  /**
   * Forgets, in slices between which others get their turn, verdicts before that time but the newest of each target,
   * and incidents resolved before it whose alerts are settled. Returns how many verdicts and incidents went.
   */
  prune(before: number): Promise<number>;
  /** Writes a value and reads it back. Throws StoreError where either fails. */
  proveWritable(at: number): Promise<void>;
}

/** The store could not be opened, read or written. The message says which, why, and what the operator can do. */
export class StoreError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** Another process works with it already. */
export class StoreTaken extends StoreError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreTaken';
  }
}

/** Somebody else was faster: read again and decide anew. */
export class StoreConflict extends StoreError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreConflict';
  }
}

/** What is there is no sound database. Reading on would be believing it. */
export class StoreDamaged extends StoreError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreDamaged';
  }
}

/** No fault of the moment: a person must change something first. */
export class StoreUnfit extends StoreError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnfit';
  }
}

/** One row is not what was written there; the others are. */
export class UnreadableRow extends StoreError {
  constructor(row: string, options?: ErrorOptions) {
    super(
      `The store's ${row} cannot be read: it was changed by other hands or the disk is failing. Restore a backup.`,
      options,
    );
    this.name = 'UnreadableRow';
  }
}
