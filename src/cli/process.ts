/** The edges of the process: its terminal, its signals, its exit code, and readers that go away. */
import { setMaxListeners } from 'node:events';
import { CommanderError } from 'commander';
import { type Crash, crashAt } from '../core/crash-points.js';
import { StoreError } from '../store/store.js';
import { jsonText } from './report/check-json.js';
import { problemText } from './validate.js';
import { BadConfiguration, CommandError, EXIT, type GlobalOptions, type Terminal, UsageError } from './workplace.js';

export function terminalOf({ json, quiet, color }: GlobalOptions): Terminal {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    color: color && stdout.isTTY === true && !process.env['NO_COLOR'],
    width: stdout.columns ?? 100,
    live: stderr.isTTY === true,
    quiet,
    json,
  };
}

/** The first ctrl-C or SIGTERM lets what is under way end and be reported; the second ends at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  // Every look under way listens, and on a large machine there are dozens: that is no leak.
  setMaxListeners(0, controller.signal);
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** For the tests that kill us where it would hurt most. */
export function crashing(): Crash {
  try {
    return crashAt(process.env['SITEWARD_CRASH_AT'], () => process.kill(process.pid, 'SIGKILL'));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Mail under way, and what the last looks still owe, may take this long after the operator said stop. */
const LAST_MAIL_MS = 5_000;

/** Aborts a little after `signal`. */
export function withGrace(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  signal.addEventListener('abort', () => setTimeout(() => controller.abort(), LAST_MAIL_MS).unref(), { once: true });
  return controller.signal;
}

/**
 * A reader that went away (`| head`) has seen enough: the verdict still decides the exit code. Output that was lost
 * otherwise, on a full disk for example, must not end as a success that nobody can read.
 */
export function outliveReaders(): void {
  for (const [name, stream] of Object.entries({ stdout: process.stdout, stderr: process.stderr })) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      if (name === 'stdout') say(`the result could not be written to stdout: ${error.message}.`);
      process.once('exit', () => {
        process.exitCode ||= EXIT.unverified;
      });
    });
  }
}

function say(text: string): void {
  process.stderr.write(`siteward: ${text}\n`);
}

/** The machine refused something: a full disk, a folder that may not be written. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** What went wrong, said once on stderr, and the exit code of the contract for it. */
export function failed(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof BadConfiguration) {
    if (json) process.stdout.write(jsonText({ schema: 'siteward/validate/1', valid: false, problems: error.problems }));
    else process.stderr.write(problemText(error.problems));
    return EXIT.config;
  }
  if (error instanceof UsageError) say(error.message);
  else if (error instanceof CommandError) say(error.message);
  else if (error instanceof StoreError) say(error.message);
  else if (isSystemError(error)) say(`this machine refused what the command needs: ${error.message}.`);
  else say(`this is a bug in Siteward, please report it: ${error instanceof Error ? error.stack : String(error)}`);
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof CommandError) return error.exitCode;
  return error instanceof StoreError || isSystemError(error) ? EXIT.unverified : EXIT.bug;
}
