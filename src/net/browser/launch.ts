/**
 * Starts Chromium ourselves instead of letting puppeteer do it: as an unprivileged user with its sandbox on when we
 * are root, in its own process group, over pipes, with a home that vanishes. Puppeteer only speaks to it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import puppeteer, { type Browser, type CDPSession } from 'puppeteer-core';
import { ProbeFailure } from '../../checks/check.js';
import { BrowserSpent, RendererGone, regardless, within } from './deadline.js';
import { noBrowser } from './executable.js';
import { browserFlags } from './flags.js';
import { type Gate, JailGate } from './gate.js';
import { CHANNEL, type Jail, jailed, SYSTEM_PATH, takeListener } from './jail.js';
import { CONFINE, type Limits, watchUsage } from './limits.js';
import { PipeTransport } from './pipe-transport.js';
import {
  browserIdentity,
  type Identity,
  makeProfile,
  removeProfile,
  removeProfileNow,
  sweepProfiles,
} from './profile.js';

export interface LaunchOptions {
  readonly executable: string;
  readonly sandbox: 'required' | 'off';
  /** URL of a proxy that refuses everything, opened at `gate`. */
  readonly deadEnd: string;
  /** What it runs in; null: it shares our network. */
  readonly jail: Jail | null;
  /** A JailGate where there is a jail. */
  readonly gate: Gate;
  /** Of this browser. */
  readonly limits: Limits;
}

/** One running Chromium. */
export interface RunningBrowser {
  readonly browser: Browser;
  /** Speaks to the browser itself, not to a page. */
  readonly control: CDPSession;
  readonly pid: number;
  readonly profile: string;
  /** `Chrome/156.0.8078.79` */
  readonly version: string;
  /** Hash of the installed fonts: with the version, what decides pixels. */
  readonly fonts: string;
  /** Where its proxies are opened. */
  readonly gate: Gate;
  /** Fires when it ends, with a RendererGone. */
  readonly gone: AbortSignal;
  alive(): boolean;
  /** Ends the whole process group and removes the profile. Safe to call twice. */
  close(): Promise<void>;
}

const START_MS = 20_000;
/** Longer than any step of a capture: a step that hangs is ended by its own deadline. */
const PROTOCOL_MS = 30_000;
const STDERR_KEPT = 8_192;
/** Its last words may come after its end. */
const LAST_WORDS_MS = 500;

/**
 * @throws ProbeFailure `no-sandbox` when Chromium cannot build its sandbox here, `no-browser` when it does not start
 * for another reason.
 */
export async function launchBrowser(options: LaunchOptions): Promise<RunningBrowser> {
  // Another user's leavings cannot be removed; they do not stop us.
  await regardless(sweepProfiles());
  const identity = browserIdentity();
  const profile = await makeProfile(identity);
  const child = start(options, profile, identity);
  const close = endOf(child, profile);
  if (options.gate instanceof JailGate) takeListener(child, options.gate);
  const complaints = stderrOf(child);
  const spent = watched(child, options.limits);
  try {
    const [browser, fonts] = await within(Promise.all([connect(child), fontsFingerprint()]), START_MS, 'starting');
    const version = (await browser.version()).replace(/^Headless/, '');
    const alive = () => child.exitCode === null && child.signalCode === null && browser.connected;
    const control = await browser.target().createCDPSession();
    const gone = new AbortController();
    const [pid, { gate }] = [child.pid ?? 0, options];
    browser.once('disconnected', () => gone.abort(spent() ?? new RendererGone('the browser ended')));
    return { browser, control, pid, profile, version, fonts, gate, gone: gone.signal, alive, close };
  } catch (cause) {
    await close();
    throw startFailure(options.executable, await complaints(), identity, cause);
  }
}

function start(options: LaunchOptions, profile: string, identity: Identity | null): ChildProcess {
  const { jail } = options;
  const command = [options.executable, ...browserFlags({ ...options, proxies: options.gate.hosts, profile })];
  const [program = '', ...args] = jail ? jailed(jail, command) : confined(command);
  const pipes: ('ignore' | 'pipe')[] = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'];
  return spawn(program, args, {
    ...(jail ? jail.identity : identity),
    // Its own group: one signal ends the browser with all its children, and ctrl-C reaches us alone.
    detached: true,
    cwd: profile,
    stdio: jail ? [...pipes.slice(0, CHANNEL), 'ipc'] : pipes,
    // Nothing of ours: the environment may hold secrets.
    env: { HOME: profile, TMPDIR: profile, PATH: SYSTEM_PATH, LANG: 'en_US.UTF-8', TZ: 'UTC' },
  });
}

function confined(command: readonly string[]): string[] {
  return ['/bin/sh', '-c', `${CONFINE}; exec "$@"`, 'browser', ...command];
}

async function connect(child: ChildProcess): Promise<Browser> {
  const [toBrowser, fromBrowser] = [child.stdio[3], child.stdio[4]];
  if (!(toBrowser instanceof Writable) || !(fromBrowser instanceof Readable))
    throw new Error('no pipes to the browser');
  const connecting = puppeteer.connect({
    transport: new PipeTransport(toBrowser, fromBrowser),
    protocolTimeout: PROTOCOL_MS,
    defaultViewport: null,
    issuesEnabled: false,
  });
  const gone = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`it ended at once (${signal ?? `code ${code}`})`)));
  });
  return Promise.race([connecting, gone]);
}

/** What must be undone if our own process ends first. */
const running = new Map<ChildProcess, string>();

process.once('exit', () => {
  for (const [child, profile] of running) {
    killGroup(child);
    removeProfileNow(profile);
  }
});

function endOf(child: ChildProcess, profile: string): () => Promise<void> {
  running.set(child, profile);
  // `error` without `exit`: it was never started.
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    killGroup(child);
    await ended;
    await removeProfile(profile);
    running.delete(child);
  };
  return () => {
    closing ??= close();
    return closing;
  };
}

/** Ends it when it uses up more than it may. @returns whether that is why it ended */
function watched(child: ChildProcess, limits: Limits): () => BrowserSpent | null {
  let spent: BrowserSpent | null = null;
  const unwatch = watchUsage(child.pid ?? 0, limits, (what) => {
    spent = new BrowserSpent(what);
    killGroup(child);
  });
  child.once('exit', unwatch);
  child.once('error', unwatch);
  return () => spent;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already, which is what we want.
  }
}

/** @returns waits for the end of what it says */
function stderrOf(child: ChildProcess): () => Promise<string> {
  let text = '';
  const silence = new Promise<void>((resolve) => child.stderr?.once('close', () => resolve()));
  child.stderr?.on('data', (chunk: Buffer) => {
    text = `${text}${chunk.toString('utf8')}`.slice(-STDERR_KEPT);
  });
  return async () => {
    await regardless(within(silence, LAST_WORDS_MS, 'its last words'));
    return text;
  };
}

function startFailure(executable: string, stderr: string, identity: Identity | null, cause: unknown): ProbeFailure {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (/no usable sandbox|setuid sandbox|user namespace|sandbox_host_linux|without --no-sandbox/i.test(stderr)) {
    const detail =
      `The browser ${executable} cannot build its sandbox on this machine. Allow unprivileged user namespaces ` +
      '(Ubuntu: an AppArmor profile with `userns,`; Docker: `--security-opt seccomp=docs/seccomp.json`), or install ' +
      '`chromium-sandbox`. Only where the whole machine is a throw-away: settings.yaml `browser: { sandbox: off }`.';
    return new ProbeFailure({ blame: 'monitor', code: 'no-sandbox', detail }, { cause });
  }
  if (/EACCES|Permission denied/.test(`${why} ${stderr}`) && identity !== null) {
    return noBrowser(
      `The browser ${executable} may not be executed by uid ${identity.uid}, as whom it must run because Siteward ` +
        'runs as root. Put it where everybody may read, /opt for example, or run Siteward as another user.',
    );
  }
  const library = /error while loading shared libraries: (\S+)/.exec(stderr)?.[1]?.replace(/:$/, '');
  const reason = library === undefined ? `${why}. ${lastLine(stderr)}` : `the library ${library} is missing`;
  return noBrowser(
    `The browser ${executable} does not start: ${reason.trim().replace(/\.+$/, '')}. Run \`${executable} --version\` to see why, or ` +
      'install another: `apt-get install chromium-headless-shell`.',
  );
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? '';
}

/** The same fonts give the same fingerprint; without fontconfig there is nothing to tell them by. */
async function fontsFingerprint(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('fc-list', ['--format', '%{file}:%{fontversion}\n'], {
      timeout: 5_000,
      maxBuffer: 16 * 1024 * 1024,
    });
    const list = stdout.trim().split('\n').sort().join('\n');
    return createHash('sha256').update(list).digest('hex').slice(0, 12);
  } catch {
    return 'unknown';
  }
}
