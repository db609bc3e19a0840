/** The words for what is watched and seen, and the orders in which the worst comes first. */

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
