/** What every command is given: the configuration, the real things built from it, and where its words go. */
import type { Network, Resolver } from '../checks/check.js';
import type { Config, Problem } from '../config/config.js';
import type { Crash } from '../core/crash-points.js';
import type { Finding, Site, Target } from '../core/model.js';
import type { ApprovedBaseline, Observatory } from '../monitor.js';
import type { Walls } from '../net/browser/host.js';
import type { Courier } from '../notify/deliver.js';
import type { Baselines, RecordHead } from '../store/baselines.js';
import type { DatabaseLock } from '../store/database-lock.js';
import type { ShelteredStore } from '../store/sheltered.js';
import type { Store } from '../store/store.js';
import type { AsnOf } from './asns.js';
import type { Log } from './log.js';
import type { Stamping } from './stamping.js';

/** The global flags. */
export interface GlobalOptions {
  readonly config: string;
  readonly baselines: string;
  readonly data: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly logLevel: string;
}

/** Results go to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly color: boolean;
  /** Columns of stdout. */
  readonly width: number;
  /** Progress may rewrite its line. */
  readonly live: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

export interface Workplace {
  readonly version: string;
  readonly options: GlobalOptions;
  readonly config: Config;
  readonly terminal: Terminal;
  readonly log: Log;
  readonly network: Network;
  readonly resolvers: readonly Resolver[];
  /** Number of the autonomous system that announces the address; null when unknown. */
  readonly asnOf: AsnOf;
  /** Starts the browser. Throws ProbeFailure with the fix. */
  readonly browserVersion: () => Promise<string>;
  /** What holds the browser in. Starts it too. */
  readonly browserWalls: () => Promise<Walls>;
  readonly observatory: Observatory;
  readonly baselines: Baselines;
  /** What was approved for a site's targets, read anew and verified. */
  readonly approvedBaselines: (
    site: Site,
    /** What is known against the record beside what stands in it. */
    against?: (approval: RecordHead | null) => Promise<Finding | null>,
  ) => Promise<(target: Target) => ApprovedBaseline>;
  /** Carries alerts from the outbox to their receivers. */
  readonly courier: (outbox: Store) => Promise<Courier>;
  /** Whether the way to a receiver is open, in one sentence. Throws SendError. */
  readonly examineReceiver: (id: string) => Promise<string>;
  /** Whether something takes a connection there. Never rejects. */
  readonly opens: (host: string, port: number, signal: AbortSignal) => Promise<boolean>;
  /** Has a time stamping authority witness evidence, where one is named. */
  readonly stamps: Stamping;
  /** Sorts by time; names incidents and evidence folders. */
  readonly newId: (at: number) => string;
  /** Opened at first use: the one-shot check needs none. */
  readonly store: () => Promise<Store>;
  /** For a daemon: it goes on when the database does not. */
  readonly shelteredStore: () => Promise<ShelteredStore>;
  /** For whoever looks on and carries alone. Throws StoreTaken. */
  readonly lockStore: () => Promise<DatabaseLock>;
  readonly crash: Crash;
  /** Aborts at ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Exit codes of the contract that no site's verdict gave. */
export const EXIT = { unverified: 3, usage: 64, bug: 70, config: 78 } as const;

/** The command was called wrongly. The message says how to call it. */
export class UsageError extends Error {}

/** The configuration has problems; all of them. */
export class BadConfiguration extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super('The configuration has problems.');
    this.problems = problems;
  }
}

/** Something outside is not as the command needs it; the message has the fix. @param exitCode of the contract. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
