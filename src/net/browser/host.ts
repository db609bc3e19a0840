/** One running Chromium and the captures it is serving. */
import { type Capture, type CaptureRequest, ProbeFailure } from '../../checks/check.js';
import { failure } from '../failures.js';
import { captureOn } from './capture.js';
import { RendererGone, regardless, rejectionOf, within } from './deadline.js';
import type { EgressRules } from './egress-dial.js';
import { EgressProxy } from './egress-proxy.js';
import { findExecutable } from './executable.js';
import { JailGate, LOOPBACK_GATE } from './gate.js';
import { findJail } from './jail.js';
import { launchBrowser, type RunningBrowser } from './launch.js';
import type { Limits } from './limits.js';
import { browserIdentity } from './profile.js';
import { Stage } from './stage.js';
import { Stills } from './stills.js';

export interface HostOptions {
  readonly executable: string;
  readonly sandbox: 'required' | 'off';
  readonly jail: JailMode;
  readonly limits: Limits;
}

/** Whether the browser must have a network of its own, has one where it can, or has ours. */
export type JailMode = 'auto' | 'required' | 'off';

/** What stands between a page that takes the browser over and the machine. */
export interface Walls {
  readonly sandbox: 'required' | 'off';
  /** Null: the browser is in a network of its own. Else why not, in a sentence. */
  readonly unjailed: string | null;
}

const CRASH_NEWS_MS = 50;
const CONTROL_MS = 4_000;
const CONTROL_PAGE = 'data:text/html,<title>control</title><p>control';
/** Refuses every address there is. */
const NOWHERE: EgressRules = {
  policy: { allow: [], only: ['0.0.0.0/32'] },
  resolve: (name) =>
    Promise.reject(new ProbeFailure(failure('monitor', 'blocked-address', `${name} was asked for by no page.`))),
  trust: null,
};

export class BrowserHost {
  readonly version: string;
  readonly walls: Walls;
  readonly #running: RunningBrowser;
  readonly #rules: EgressRules;
  /** Where Chromium's own calls end. */
  readonly #deadEnd: EgressProxy;
  readonly #renderer: string;
  readonly #stills = new Stills();
  readonly #active = new Set<Promise<void>>();
  #spare: Promise<Stage | null> | null = null;
  #served = 0;
  #ending = false;

  static async start(options: HostOptions, rules: EgressRules): Promise<BrowserHost> {
    const executable = await findExecutable(options.executable);
    const jail =
      options.jail === 'off'
        ? 'switched off in settings.yaml (`browser: { jail: off }`)'
        : await findJail(browserIdentity());
    if (options.jail === 'required' && typeof jail === 'string') throw noJail(jail);
    const gate = typeof jail === 'string' ? LOOPBACK_GATE : new JailGate();
    const deadEnd = await EgressProxy.open(NOWHERE, gate);
    const walls = { sandbox: options.sandbox, unjailed: typeof jail === 'string' ? jail : null };
    try {
      const launch = {
        ...options,
        executable,
        deadEnd: deadEnd.url,
        jail: typeof jail === 'string' ? null : jail,
        gate,
      };
      return new BrowserHost(await launchBrowser(launch), rules, deadEnd, executable, walls);
    } catch (error) {
      await deadEnd.close();
      await gate.close();
      throw error;
    }
  }

  private constructor(
    running: RunningBrowser,
    rules: EgressRules,
    deadEnd: EgressProxy,
    executable: string,
    walls: Walls,
  ) {
    this.#running = running;
    this.#rules = rules;
    this.#deadEnd = deadEnd;
    this.version = running.version;
    this.walls = walls;
    const mode = executable.includes('headless') ? 'headless shell' : 'headless';
    this.#renderer = `${running.version} ${mode}; fonts ${running.fonts}`;
  }

  usable(maxServed: number): boolean {
    return !this.#ending && this.#running.alive() && this.#served < maxServed;
  }

  /** @throws ProbeFailure, TimedOut, RendererGone; the signal's reason when it fires. */
  async capture(request: CaptureRequest): Promise<Capture> {
    this.#served += 1;
    const shoot = (stage: Stage) => captureOn(stage, request, this.#renderer, this.#stills);
    const capture = this.#on(this.#stage(), shoot, request.signal);
    this.#track(capture);
    return capture;
  }

  /** Whether a page of our own is shown at once. */
  async rendersControl(): Promise<boolean> {
    const show = async (stage: Stage) => {
      await stage.page.goto(CONTROL_PAGE);
      await stage.cdp.send('Page.captureScreenshot');
    };
    try {
      await this.#on(Stage.open(this.#running, NOWHERE), show, AbortSignal.timeout(CONTROL_MS));
      return true;
    } catch {
      return false; // That is the answer.
    }
  }

  /** Ends the browser, when its captures have ended or `now`, which fails them. Safe to call again. */
  async end(now: boolean): Promise<void> {
    this.#ending = true;
    if (!now) await this.#idle();
    await this.#running.close();
    await this.#idle();
    await this.#deadEnd.close();
    await this.#running.gate.close();
  }

  async #on<T>(opening: Promise<Stage>, act: (stage: Stage) => Promise<T>, signal: AbortSignal): Promise<T> {
    const stopped = rejectionOf(signal);
    // However late it opens and whatever happens on it, it is closed.
    const closed = async () => (await opening).close();
    try {
      const stage = await Promise.race([opening, stopped.promise]);
      this.#prepare();
      return await Promise.race([act(stage), stage.crashed, stopped.promise]).catch((error) => causeOf(error, stage));
    } catch (error) {
      // What killed this renderer may have killed the one that waits.
      if (error instanceof RendererGone) this.#track(this.#dropSpare());
      throw error;
    } finally {
      stopped.release();
      this.#track(closed());
    }
  }

  /** The one made ready in advance, if there is one. */
  async #stage(): Promise<Stage> {
    const ready = this.#spare;
    this.#spare = null;
    const spare = await ready;
    if (spare?.alive) return spare;
    if (spare) this.#track(spare.close());
    return Stage.open(this.#running, this.#rules);
  }

  async #dropSpare(): Promise<void> {
    const spare = this.#spare;
    this.#spare = null;
    await (await spare)?.close();
  }

  /** Opening a context and a page takes a good part of a capture's time, and can be done before anybody asks. */
  #prepare(): void {
    if (this.#ending || this.#spare !== null || !this.#running.alive()) return;
    this.#spare = Stage.open(this.#running, this.#rules).catch(() => null);
    this.#track(this.#spare);
  }

  #track(work: Promise<unknown>): void {
    const tracked = regardless(work); // Whoever started it handles its failure.
    this.#active.add(tracked);
    tracked.finally(() => this.#active.delete(tracked));
  }

  async #idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.all(this.#active);
    await this.#dropSpare();
  }
}

function noJail(why: string): ProbeFailure {
  const detail = `settings.yaml wants the browser in a network of its own (\`browser: { jail: required }\`), but ${why}.`;
  return new ProbeFailure(failure('monitor', 'no-sandbox', detail));
}

/** A step may fail of a crash before the crash itself is told. */
async function causeOf(error: unknown, stage: Stage): Promise<never> {
  if (stage.alive) await regardless(within(stage.crashed, CRASH_NEWS_MS, 'news of a crash'));
  throw stage.alive ? error : stage.causeOfDeath;
}
