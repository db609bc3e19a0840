/** The built command line, run as a user runs it: in its own process, with configuration and folders of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type CheckReport, checkReportSchema } from '../../src/cli/report/check-json.js';

const HERE = join(import.meta.dirname, '../..');
/** A bench runs the compiled copy of this file, which lies one folder deeper. */
const PROGRAM = join(basename(HERE) === 'build' ? join(HERE, '..') : HERE, 'dist/main.js');

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface Running {
  readonly pid: number;
  /** What it wrote so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
  /** Nobody reads its stdout any more, as when `head` has seen enough. */
  hangUp(): void;
  /** Rejects when what it said is not fit for a user. */
  readonly finished: Promise<Finished>;
}

export interface Workplace {
  /** Holds `config/`, `baselines/` and `data/`; the commands run in it. */
  readonly folder: string;
  /** A path inside the folder. */
  readonly path: (...parts: readonly string[]) => string;
  /** Writes the operators' file. */
  settings(text: string): void;
  /** Writes the site admins' file. */
  watchlist(text: string): void;
  siteward(...args: readonly string[]): Promise<Finished>;
  /** `check --json`, its document read by the schema it promises. */
  check(...args: readonly string[]): Promise<Finished & { readonly report: CheckReport }>;
  start(args: readonly string[], options?: StartOptions): Running;
  /** Ends what still runs and removes the folder. */
  remove(): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Started through this: `ip netns exec ...`. */
  readonly through?: readonly string[];
}

export function newWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-e2e-'));
  const path = (...parts: readonly string[]): string => join(folder, ...parts);
  const children = new Set<ChildProcess>();
  const write = (name: string, text: string): void => {
    mkdirSync(path('config'), { recursive: true });
    writeFileSync(path('config', name), text);
  };
  const start = (args: readonly string[], { env = {}, through = [] }: StartOptions = {}): Running => {
    const [program = '', ...rest] = [...through, process.execPath, PROGRAM, ...args];
    const child = spawn(program, rest, {
      cwd: folder,
      // Colours are for people: what a test runner sets for itself is not the user's wish.
      env: { ...withoutColour(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return runningOf(child, args);
  };
  const siteward = (...args: readonly string[]): Promise<Finished> => start(args).finished;
  return {
    folder,
    path,
    settings: (text) => write('settings.yaml', text),
    watchlist: (text) => write('watchlist.yaml', text),
    siteward,
    async check(...args) {
      const finished = await siteward('--json', 'check', ...args);
      return { ...finished, report: checkReportSchema.parse(JSON.parse(finished.stdout)) };
    },
    start,
    async remove() {
      const gone = [...children].map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(gone);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function withoutColour(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...env } = process.env;
  return env;
}

function runningOf(child: ChildProcess, args: readonly string[]): Running {
  const startedAt = performance.now();
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  const stdout = (): string => Buffer.concat(out).toString('utf8');
  const stderr = (): string => Buffer.concat(err).toString('utf8');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const complaint = unfit(stdout()) ?? unfit(stderr());
      if (complaint === null)
        resolve({ code, stdout: stdout(), stderr: stderr(), tookMs: performance.now() - startedAt });
      else reject(new Error(`siteward ${args.join(' ')} showed its user ${complaint}:\n${stderr()}\n${stdout()}`));
    });
  });
  // Whoever waits for it is told; a test that failed before that must not fail a second time.
  finished.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    kill: (signal) => void child.kill(signal),
    hangUp: () => void child.stdout?.destroy(),
    finished,
  };
}

/** What no command may ever show: a stack trace, a value printed by accident, Node's own warnings. */
function unfit(text: string): string | null {
  if (/^\s+at (async )?\S.*[:(]\S*:\d+:\d+\)?\s*$/m.test(text)) return 'a stack trace';
  if (/\[object \w+\]|\bundefined\b/.test(text)) return 'a value that is no text';
  return /\(node:\d+\) |\(Use `node --trace/.test(text) ? "Node's own warning" : null;
}

/** Waits until the condition holds, asking again and again. @throws naming `what` after the deadline. */
export async function until<T>(
  what: string,
  condition: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  deadlineMs = 15_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  while (performance.now() < end) {
    const held = await condition();
    if (held !== null && held !== undefined && held !== false) return held;
    await pause(25);
  }
  throw new Error(`${what}: not so after ${deadlineMs} ms.`);
}
