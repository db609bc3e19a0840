/** The words for what Siteward makes of what it saw. */
import type { Artifact, Diagnosis, Failure, Scope, Severity, State } from './facts.js';

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
