/**
 * The vocabulary: every word Siteward uses for what it sees, thinks and does: types, and the orders in
 * which the worst comes first.
 *
 * Facts (Observation, evidence), judgement (Finding, Reading, Verdict) and action (Incident, Transition, Alert) are
 * three kinds of value made by three kinds of function. Times are epoch milliseconds, durations milliseconds.
 */

/** Worst first. Nobody is woken for a `notice`. */
export const SEVERITIES = ['critical', 'warning', 'notice'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a person is told about a target or a site, worst first. `unverified` is never green. */
export const STATES = ['altered', 'unreachable', 'unverified', 'intact'] as const;
export type State = (typeof STATES)[number];

/** How far a divergence reaches. A label on the verdict, never a gate for the alarm. */
export type Scope = 'global' | 'regional' | 'single';

/** Most specific cause first: of several equally severe findings the earliest of these names the incident. */
export const DIAGNOSES = [
  'delegation-hijacked',
  'dns-redirected',
  'tls-intercepted',
  'redirected',
  'defaced',
  'injected',
  'stream-broken',
  'blocked',
  'denied',
  'bot-walled',
  'certificate-changed',
  'changed',
  'down',
  'monitor-fault',
] as const;
export type Diagnosis = (typeof DIAGNOSES)[number];

/** `frozen`: nothing may change. `living`: editors work on it. */
export type Content = 'frozen' | 'living';

/** Bytes with their name. Stores and wires keep the bytes apart, by hash. */
export interface Artifact {
  readonly sha256: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** Every `everyMs`, or whenever the cron expression says. */
export type Schedule = { readonly everyMs: number } | { readonly cron: string; readonly timezone: string };

/** How a site's readings are weighed and its people told. */
export interface Policy {
  readonly content: Content;
  /** Pause before the second look that confirms a divergence. */
  readonly confirmAfterMs: number;
  /** An open critical incident is repeated this often until it ends; null: as often as its age and mode ask (timing.ts). */
  readonly remindEveryMs: number | null;
  /** No divergence is over before it was gone for this long. */
  readonly resolveAfterMs: number;
  /** Inside an event window: suspicions are told at once, and everything is repeated sooner. */
  readonly inEvent: boolean;
}

/** One thing to watch in one way: a site times a kind of check. `id` is `<site>/<kind>`. */
export interface Target {
  readonly id: string;
  readonly siteId: string;
  readonly kind: string;
  /** Made and understood by the kind's own check. */
  readonly settings: unknown;
  readonly schedule: Schedule;
  readonly policy: Policy;
}

/** What the watchlist calls a site: a page, or only a name whose path matters. */
export interface Site {
  readonly id: string;
  readonly url: string | null;
  /** The host name watched. */
  readonly name: string;
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly targets: readonly Target[];
  /** Receiver ids the watchlist names for this site; empty: the routes decide alone. */
  readonly receivers: readonly string[];
}

// ---------------------------------------------------------------- facts

/** Who is at fault. Only a failure of the target may say anything about the target. */
export interface Failure {
  readonly blame: 'target' | 'resolver' | 'monitor';
  /** Stable, kebab-case: `connect-refused`, `no-browser`, ... */
  readonly code: string;
  /** One sentence for the operator: which target, what was expected, what came, what to do. */
  readonly detail: string;
  /** When the failure itself names the cause: `denied`, `bot-walled`, `blocked`. */
  readonly diagnosis?: Diagnosis;
}

export type Outcome<E> =
  | { readonly ok: true; readonly evidence: E }
  | { readonly ok: false; readonly failure: Failure };

/** One look at one target from one vantage. */
export interface Observation<E = unknown> {
  readonly targetId: string;
  readonly kind: string;
  /** `Check.version` of the evidence. */
  readonly version: number;
  readonly vantage: string;
  readonly at: number;
  readonly tookMs: number;
  readonly outcome: Outcome<E>;
}

/** Evidence a person accepted as genuine. */
export interface Accepted<E = unknown> {
  readonly version: number;
  readonly evidence: E;
  readonly at: number;
  readonly by: string;
  readonly note: string;
}

/** What a target may look like. Several are accepted for A/B pages and GeoDNS. */
export interface Baseline<E = unknown> {
  readonly targetId: string;
  readonly accepted: readonly Accepted<E>[];
}

// ------------------------------------------------------------ judgement

/** One difference that one comparer saw, worded for a person. */
export interface Finding {
  /** `kind/what-happened`, stable, listed in docs/findings.md. */
  readonly code: string;
  readonly severity: Severity;
  /** 0..1: how sure we are that what the code says is so. */
  readonly confidence: number;
  /** One plain sentence. */
  readonly summary: string;
  readonly diagnosis: Diagnosis;
  /** One look proves it: nothing a second one could show would take it back. */
  readonly certain?: true;
  readonly expected?: string;
  readonly actual?: string;
  /** Where to look: a CSS path, a resolver, a region. */
  readonly where?: string;
  /** Pictures and texts that show it. */
  readonly proof?: readonly Artifact[];
}

/** What one vantage's observation means. Both lists empty: it looks as accepted. */
export interface Reading {
  readonly vantage: string;
  readonly findings: readonly Finding[];
  /** What could not be seen, and whose fault that was. */
  readonly failures: readonly Failure[];
}

/** A finding and where it was seen from. */
export interface SeenFinding extends Finding {
  readonly vantage: string;
}

/** What all vantages together say about one target. */
export interface Verdict {
  readonly state: State;
  readonly severity: Severity | null;
  readonly diagnosis: Diagnosis | null;
  readonly scope: Scope | null;
  /** 0..1, of the findings that decided; null where nothing was decided by findings. */
  readonly confidence: number | null;
  /** `intact` carries notices only. */
  readonly findings: readonly SeenFinding[];
  readonly failures: readonly Failure[];
  /** Vantages that saw the divergence, and those that looked and did not. */
  readonly seenBy: readonly string[];
  readonly notSeenBy: readonly string[];
  /** One plain sentence: what happened and how sure we are. */
  readonly summary: string;
}

/** What a person is shown of one look: pictures, the resolver table, and every file of the evidence folder. */
export interface Exhibits {
  readonly pictures: readonly Picture[];
  readonly resolvers: readonly ResolverRow[];
  /** Texts to be shown as a difference: title, visible text, headers. */
  readonly texts: readonly { readonly name: string; readonly before: string; readonly after: string }[];
  /** Files of the evidence folder. Names are ours, never a site's: `dom.html`, `chain.pem`, `dns/quad9-A-1.bin`. */
  readonly members: readonly { readonly name: string; readonly artifact: Artifact }[];
  /** What was fetched, in order, for the archive. */
  readonly exchanges?: readonly Exchange[];
}

/** One HTTP answer. */
export interface Exchange {
  readonly url: string;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whose answer it was. */
  readonly address: string;
  /** Decoded; null where it was not read, as behind a redirect. */
  readonly body: Artifact | null;
}

export interface Picture {
  readonly label: 'before' | 'after' | 'difference' | 'victim';
  /** `desktop`, or for a victim's picture the address and whose resolver gave it. */
  readonly caption: string;
  readonly artifact: Artifact;
}

/** One line of the resolver table, ready to show. */
export interface ResolverRow {
  readonly resolver: string;
  readonly transport: string;
  readonly role: 'reference' | 'witness';
  /** Query type: `A`, `AAAA`. */
  readonly type: string;
  /** Verdict id of the ladder: `CONSISTENT_IP`, `REDIRECT_BOGON`. */
  readonly verdict: string;
  readonly confidence: number;
  readonly rcode: string | null;
  readonly answers: readonly string[];
  readonly rttMs: number | null;
}

// --------------------------------------------------------------- action

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
