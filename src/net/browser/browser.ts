/** The browser all captures share: started when first needed, replaced when it dies or grows old, ended at the end. */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { type Capture, type CaptureRequest, ProbeFailure } from '../../checks/check.js';
import type { DialPolicy } from '../dial-policy.js';
import { failure } from '../failures.js';
import { trustIn } from '../trust.js';
import { Control, type Pace } from './control.js';
import { BrowserSpent, RendererGone, TimedOut } from './deadline.js';
import type { EgressRules } from './egress-dial.js';
import { BrowserHost, type HostOptions, type JailMode, type Walls } from './host.js';
import { type Limits, limitsFor } from './limits.js';

export interface BrowserOptions {
  /** A path, or `auto`. */
  readonly executable: string;
  readonly sandbox: 'required' | 'off';
  readonly jail: JailMode;
  /** Captures at a time; 0: as many as the machine has processors. */
  readonly pages: number;
  /** PEM texts of roots accepted beside the public ones. */
  readonly ca: readonly string[];
  readonly policy: DialPolicy;
  /** Addresses of a name a page wants. Throws ProbeFailure. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /** Of a browser. Default: what `pages` pages need, and more. */
  readonly limits?: Limits;
  /** Milliseconds, never set back. Default: `performance.now`. */
  readonly now?: () => number;
}

export interface SharedBrowser {
  /** @throws ProbeFailure `no-browser`, `no-sandbox`, `render-timeout`, `render-crashed`, or why the page did not open. */
  capture(request: CaptureRequest): Promise<Capture>;
  /** `Chrome/156.0.8078.79`. Starts the browser. */
  version(): Promise<string>;
  /** What holds it in. Starts the browser. */
  walls(): Promise<Walls>;
  /** Ends captures under way. */
  close(): Promise<void>;
}

/** Longest a capture may take in all, second attempt included. */
const WALL_MS = 20_000;
/** A browser that has shown this many pages is replaced: nothing that leaks leaks for long. */
const RECYCLE_AFTER = 300;
/** Those that resisted longest ago are tried among the others again. */
const MOST_RESISTING = 1_000;

/** Starts nothing yet. */
export function createBrowser(options: BrowserOptions): SharedBrowser {
  return new Shared(options);
}

class Shared implements SharedBrowser {
  readonly #options: HostOptions;
  readonly #rules: EgressRules;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #apart = pLimit(1);
  readonly #control: Control;
  /** URLs whose last capture was denied. */
  readonly #resisting = new Set<string>();
  /** Captures under way; `company`: another was, at any time meanwhile. */
  readonly #active = new Set<{ company: boolean }>();
  #host: Promise<BrowserHost> | null = null;
  /** All that have not ended: a retired one may still be serving. */
  readonly #hosts = new Set<Promise<BrowserHost>>();
  #closed = false;

  constructor(options: BrowserOptions) {
    this.#control = new Control(options.now ?? (() => performance.now()));
    const { policy, resolve, ca } = options;
    const pages = options.pages > 0 ? options.pages : availableParallelism();
    this.#options = { ...options, limits: options.limits ?? limitsFor(pages) };
    this.#rules = { policy, resolve, trust: ca.length > 0 ? trustIn(ca) : null };
    this.#limit = pLimit(pages);
  }

  capture(request: CaptureRequest): Promise<Capture> {
    // What resisted the last time keeps to itself: it may cost its own time, not that of the others.
    return this.#resisting.has(request.url)
      ? this.#apart(() => this.#attended(() => this.#alone(request)))
      : this.#limit(() => this.#attended((self) => this.#together(request, self)));
  }

  async version(): Promise<string> {
    return (await this.#current()).version;
  }

  async walls(): Promise<Walls> {
    return (await this.#current()).walls;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#host = null;
    await Promise.all([...this.#hosts].map((host) => end(host, true)));
  }

  async #attended(capture: (self: { company: boolean }) => Promise<Capture>): Promise<Capture> {
    const self = { company: this.#active.size > 0 };
    for (const other of this.#active) other.company = true;
    this.#active.add(self);
    try {
      return await capture(self);
    } finally {
      this.#active.delete(self);
    }
  }

  /** In the browser all share. */
  async #together(request: CaptureRequest, self: { readonly company: boolean }): Promise<Capture> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WALL_MS)]);
    for (let attempt = 1; ; attempt += 1) {
      request.signal.throwIfAborted();
      const host = await this.#current();
      try {
        return await host.capture({ ...request, signal });
      } catch (error) {
        request.signal.throwIfAborted();
        // A renderer may die of our machine's troubles as well as of the page: one more try tells.
        if (attempt === 1 && error instanceof RendererGone) continue;
        if (this.#closed || !isStruggle(error, signal)) throw error;
        if ((await this.#paceOf(await this.#current())) !== 'at once') {
          // A page can drag the browser down with it: another one, to itself, tells whose fault it is.
          this.#retire();
        } else if (!self.company) throw this.#denied(request, error);
        // Whoever was shown beside it may have held it up, and be gone by now.
        return this.#alone(request, error);
      }
    }
  }

  /** In a browser of its own, which harms nobody else's when it is dragged down. @param before why it is needed */
  async #alone(request: CaptureRequest, before: unknown = null): Promise<Capture> {
    const starting = this.#start();
    try {
      const host = await starting;
      const pace = await this.#paceOf(host);
      if (pace !== 'at once') throw ownFault(request.url, before, pace);
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WALL_MS)]);
      try {
        const capture = await host.capture({ ...request, signal });
        if (request.scripts !== 'off') this.#resisting.delete(request.url);
        return capture;
      } catch (error) {
        request.signal.throwIfAborted();
        throw this.#closed || !isStruggle(error, signal) ? error : this.#denied(request, error);
      }
    } finally {
      await end(starting, true);
      this.#hosts.delete(starting);
    }
  }

  #paceOf(host: BrowserHost): Promise<Pace> {
    return this.#control.pace(() => host.rendersControl());
  }

  #denied({ url }: CaptureRequest, error: unknown): ProbeFailure {
    this.#resisting.delete(url);
    this.#resisting.add(url);
    const [oldest] = this.#resisting;
    if (this.#resisting.size > MOST_RESISTING && oldest !== undefined) this.#resisting.delete(oldest);
    const detail = `${url} ${struggleOf(error)}, while a control page was shown at once: the page resists being looked at.`;
    return new ProbeFailure(failure('target', codeOf(error), detail, 'denied'), { cause: error });
  }

  async #current(): Promise<BrowserHost> {
    if (this.#closed) throw new ProbeFailure(failure('monitor', 'interrupted', 'The browser was closed.'));
    const current = this.#host;
    if (current !== null) {
      // One that never started is tried again: the operator may have installed a browser meanwhile.
      const host = await current.catch(() => null);
      if (host?.usable(RECYCLE_AFTER)) return host;
      if (this.#host === current) this.#retire();
    }
    this.#host ??= this.#start();
    return this.#host;
  }

  #start(): Promise<BrowserHost> {
    const host = BrowserHost.start(this.#options, this.#rules);
    this.#hosts.add(host);
    host.catch(() => this.#hosts.delete(host));
    return host;
  }

  /** The next capture starts another; this one ends with its last. */
  #retire(): void {
    const host = this.#host;
    this.#host = null;
    if (host !== null) end(host, false).finally(() => this.#hosts.delete(host));
  }
}

async function end(host: Promise<BrowserHost>, now: boolean): Promise<void> {
  const started = await host.catch(() => null);
  await started?.end(now);
}

/** The page took too long, or killed what showed it: its own doing, if a control page is shown meanwhile. */
function isStruggle(error: unknown, wall: AbortSignal): boolean {
  return wall.aborted || error instanceof TimedOut || error instanceof RendererGone;
}

function codeOf(error: unknown): 'render-crashed' | 'render-timeout' {
  return error instanceof RendererGone ? 'render-crashed' : 'render-timeout';
}

function struggleOf(error: unknown): string {
  if (error instanceof BrowserSpent) return `used up the browser, which ${error.message}`;
  if (error instanceof RendererGone) return 'crashed the browser';
  const step = error instanceof TimedOut ? error.message : `it took longer than ${WALL_MS / 1000} s`;
  return `could not be photographed (${step})`;
}

function ownFault(url: string, error: unknown, pace: Pace): ProbeFailure {
  const [control, remedy] =
    pace === 'slowly'
      ? [
          'a control page took many times as long as it should',
          'this machine is overloaded. Give it fewer pages at a time or more processors.',
        ]
      : [
          'nor could a control page in a browser started anew',
          'the browser on this machine is at fault. Check free memory.',
        ];
  const struggle = error === null ? 'resisted the last time' : struggleOf(error);
  const detail = `${url} ${struggle}, ${control}: ${remedy} The page was not looked at.`;
  return new ProbeFailure(failure('monitor', codeOf(error), detail), { cause: error });
}
