/** What the two YAML files come to, checked and with every default filled in. */
import type { PathProbes, Resolver } from '../checks/check.js';
import type { LadderStep } from '../core/ladder.js';
import type { MaintenanceWindow, Severity, Site } from '../core/model.js';
import type { Signer } from '../core/signature.js';

export interface Config {
  readonly settings: Settings;
  readonly sites: readonly Site[];
  readonly events: readonly Event[];
  readonly maintenance: readonly MaintenanceWindow[];
}

export interface Settings {
  readonly network: {
    /** CIDRs that may be dialled although they are not public. */
    readonly allow: readonly string[];
    /** If not empty, nothing outside is ever dialled. */
    readonly only: readonly string[];
    /** Name or `*.name` -> fixed address. */
    readonly hosts: Readonly<Record<string, string>>;
    /** PEM texts, read from the files the settings name. */
    readonly ca: readonly string[];
  };
  readonly resolvers: readonly Resolver[];
  readonly dns: {
    readonly roots: readonly string[];
    readonly authorityPort: number;
    /** Networks of visitors elsewhere, for name servers that answer by region. */
    readonly clientSubnets: readonly string[];
    readonly trustAnchors: readonly string[];
    readonly pathProbes: PathProbes;
    /** As written, relative to the configuration folder; null: the bundled table. */
    readonly asnDatabase: string | null;
    /** Asked or not; a URL: which server is asked. */
    readonly rdap: boolean | string;
    readonly certificates: boolean | string;
  };
  readonly browser: {
    readonly executable: string;
    readonly pages: number;
    readonly sandbox: 'required' | 'off';
    readonly jail: 'auto' | 'required' | 'off';
  };
  readonly store: { readonly url: string };
  /** Whose signature a baseline must carry; empty: none is asked for. */
  readonly baselines: { readonly signers: readonly Signer[] };
  /** URL of a time stamping authority; null: none is asked. */
  readonly evidence: { readonly timestamps: string | null };
  readonly receivers: readonly Receiver[];
  readonly routes: readonly Route[];
  readonly heartbeat: {
    readonly urls: readonly string[];
    readonly everyMs: number;
    /** A receiver must have been reached within this time, or nobody could be alerted. */
    readonly provenWithinMs: number;
  };
  /** Who is told besides when nobody takes an incident. */
  readonly escalation: readonly LadderStep[];
  /** Addresses, `ip:port`, that answer as long as our own network works. */
  readonly controls: readonly string[];
  /** Daily, at this minute of the day in this time zone; `to` empty: to nobody. */
  readonly digest: { readonly to: readonly string[]; readonly atMinute: number; readonly timezone: string };
  /** `publicUrl`: where people reach the web server from outside; without it messages carry no links. */
  readonly web: { readonly listen: string; readonly publicUrl: string | null };
}

export interface Receiver {
  readonly id: string;
  readonly kind: string;
  /** Parsed by the notifier's own schema. */
  readonly settings: unknown;
}

export interface Route {
  readonly severity: Severity;
  readonly to: readonly string[];
}

/** A window in which some sites are watched more closely. */
export interface Event {
  readonly id: string;
  readonly title: string | null;
  readonly from: number;
  readonly to: number;
  /** The event's sites, flattened with its cadence and content: used instead of the everyday ones inside the window. */
  readonly sites: readonly Site[];
}

/** One thing wrong in a configuration file. */
export interface Problem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
