/** Memory: verdicts, incidents and the outbox. One transaction holds what belongs together. */
import type { Alert, Incident, SeenFinding, Transition, Verdict } from '../core/model.js';

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
}

export interface Delivery {
  readonly alert: Alert;
  /** Folder below `data/` with the pictures, or null. */
  readonly evidence: string | null;
  /** Findings of the verdict that caused the transition, or of the last that did before a reminder. */
  readonly findings: readonly SeenFinding[];
  readonly attempts: number;
  readonly dueAt: number;
  /** Addresses of the receiver that took it at an earlier attempt and must not get it again. */
  readonly accepted: readonly string[];
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
  incidents(limit: number): Promise<readonly Incident[]>;
  transitions(incidentId: string): Promise<readonly Transition[]>;
  /** Receivers that got, or are owed, an alert of the incident. */
  receiversTold(incidentId: string): Promise<readonly string[]>;
  /** The newest verdict of every target. */
  latest(): Promise<readonly VerdictRecord[]>;
  /** Unsettled deliveries due by `now`, oldest first; of one receiver and incident only the oldest, so order is kept. */
  dueDeliveries(now: number, limit: number): Promise<readonly Delivery[]>;
  delivered(key: string, at: number): Promise<void>;
  /** `retryAt` null: given up for good. `accepted`: see Delivery. */
  failed(key: string, at: number, error: string, retryAt: number | null, accepted: readonly string[]): Promise<void>;
  outbox(): Promise<{ readonly pending: number; readonly oldestAt: number | null; readonly givenUp: number }>;
  /**
   * Forgets, in slices between which others get their turn, verdicts before that time but the newest of each target,
   * and incidents resolved before it whose alerts are settled. Returns how many verdicts and incidents went.
   */
  prune(before: number): Promise<number>;
}

/** The store could not be opened, read or written. The message says which, why, and what the operator can do. */
export class StoreError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
  }
}
