/** The words for what follows: incidents, what happens to them, who is told and what is kept back. */
import type { Diagnosis, Scope, Severity } from './facts.js';

/**
 * `integrity`: what is served is not what was approved. `availability`: nothing usable is served. `monitor`: Siteward
 * itself cannot see or cannot tell.
 */
export const CAUSES = ['integrity', 'availability', 'monitor'] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * `suspected`: seen once in an event window and told at once; the next look decides. `recovering`: every vantage that
 * saw the divergence saw it gone, but not for long enough yet. `resolved`: over.
 */
export const INCIDENT_STATUSES = ['suspected', 'open', 'recovering', 'resolved'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/**
 * `steady`: seen look after look. `transient`: seen once and gone at the next look, kept as a record. `intermittent`:
 * that more than once in half an hour, as when one response in ten is defaced.
 */
export const PATTERNS = ['steady', 'transient', 'intermittent'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** One per site and cause, fed by all the site's checks. A value: the store keeps it, functions make the next one. */
export interface Incident {
  readonly id: string;
  readonly siteId: string;
  readonly cause: Cause;
  readonly status: IncidentStatus;
  readonly pattern: Pattern;
  readonly diagnosis: Diagnosis;
  readonly severity: Severity;
  readonly confidence: number | null;
  readonly scope: Scope | null;
  readonly summary: string;
  /** Per target that diverged: what it showed last, and who saw it. Kept until the incident is over, and after. */
  readonly diverging: Readonly<Record<string, DivergingTarget>>;
  readonly since: number;
  readonly updatedAt: number;
  readonly resolvedAt: number | null;
  /** When people were last told of it after its opening. */
  readonly remindedAt: number | null;
  readonly acknowledged: Acknowledgement | null;
  /** From when the escalation ladder counts, and how many of its steps were taken. */
  readonly ladder: { readonly from: number; readonly level: number };
  /** How often it came back while it was recovering, and how often within half an hour of its end. */
  readonly relapses: number;
  readonly reopenCount: number;
  /** How often people had to be called anew while it went on: whoever took it no longer has it, or it became graver. */
  readonly alarms: number;
  /** It comes and goes so often that its updates are folded. */
  readonly flapping: boolean;
  /** A silence or a maintenance window kept a page of it back; when that ends and it does not, the page goes out. */
  readonly muted: boolean;
  /** The incident of many sites that speaks for this one. */
  readonly parent: string | null;
  /** Of an incident of many sites: of how many of them people were told. */
  readonly membersTold: number;
  /** What a person reads below the summary, one line each: the sites of a storm, the lines of a digest. */
  readonly lines: readonly string[];
  /** Played, not real: marked as such wherever it is shown. */
  readonly drill: boolean;
  /** Counts transitions; with the id it names each of them. */
  readonly seq: number;
}

/** Somebody has it in hand until then. */
export interface Acknowledgement {
  readonly by: string;
  readonly at: number;
  readonly until: number;
}

export interface DivergingTarget {
  readonly severity: Severity;
  readonly diagnosis: Diagnosis;
  readonly confidence: number | null;
  readonly scope: Scope | null;
  readonly summary: string;
  /** Codes of the findings of warning and critical severity, sorted. */
  readonly codes: readonly string[];
  /** Cause keys: what sites hit by one cause have in common (grouping.ts). */
  readonly keys: readonly string[];
  /** Per vantage that saw it: its looks since that showed nothing of it. Only these may say that it is over. */
  readonly witnesses: Readonly<Record<string, number>>;
  /** Since when every witness saw it gone; null while one of them has not. */
  readonly clearSince: number | null;
  /** The last looks at it, newest last: true where it diverged. */
  readonly looks: readonly boolean[];
}

/** What happened to an incident. Alerts are written from these. */
export const CHANGES = [
  /** Seen once in an event window; the confirming look is under way. */
  'suspected',
  'opened',
  /** More than people knew: graver, more specific, another finding, wider. */
  'worsened',
  /** Back while it was recovering. */
  'relapsed',
  /** Back within half an hour of its end. */
  'reopened',
  'flapping',
  'escalated',
  'reminder',
  'acknowledged',
  /** Nobody's any more: the acknowledgement ran out. */
  'unacknowledged',
  /** Still there after the silence or the maintenance that kept it back. */
  'unmuted',
  'resolved',
  /** A suspicion that the next look did not confirm. */
  'stood-down',
  /** A record of something seen once and gone. Nobody is woken for it. */
  'transient',
  /** No incident of a site: Siteward started, a silence was made, the digest of the day. */
  'announced',
] as const;
export type Change = (typeof CHANGES)[number];

/** Immutable. Alerts are written from it, never from live state. */
export interface Transition {
  readonly incident: Incident;
  readonly change: Change;
  readonly at: number;
  /** Why, in words an operator can argue with: "page/title-replaced is new". */
  readonly because: string;
}

/** One message owed to one receiver. */
export interface Alert {
  /** The same for every attempt: receivers and we deduplicate by it. */
  readonly key: string;
  readonly receiver: string;
  readonly reason: string;
  readonly transition: Transition;
  /** Changes this receiver was owed before and was not told of: this one message tells them too. Oldest first. */
  readonly supersedes?: readonly Change[];
}

/** An alert that was not made, or not then: nothing is kept back without a record of who, why and until when. */
export interface Suppression {
  readonly incidentId: string;
  readonly seq: number;
  readonly kind: 'silence' | 'maintenance' | 'grouped' | 'inhibited' | 'flapping' | 'cap';
  /** Who kept it back: a person's name, or `siteward`. */
  readonly actor: string;
  readonly reason: string;
  readonly at: number;
  /** When it ends by itself; null: with the incident. */
  readonly until: number | null;
}

/** A person keeps the pages of one site or one cause back for a while. */
export interface Silence {
  readonly id: string;
  /** One of the two is given: nothing silences everything. */
  readonly siteId: string | null;
  /** A finding code, a diagnosis or a cause key. */
  readonly cause: string | null;
  readonly by: string;
  readonly reason: string;
  readonly from: number;
  readonly until: number;
}

/** Planned work on some sites: changes of content and short outages are expected, everything else is not. */
export interface MaintenanceWindow {
  readonly siteIds: readonly string[];
  readonly by: string;
  readonly reason: string;
  readonly from: number;
  readonly until: number;
}
