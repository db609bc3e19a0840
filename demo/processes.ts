/** Child processes of the demo: started in the foreground, waited for, and never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const running = new Set<ChildProcess>();

export interface Daemon {
  readonly process: ChildProcess;
  /** What it said on stderr and stdout, for the message when it does not come up. */
  readonly said: () => string;
}

/** Where a command is, also in the folders of servers that a user's PATH leaves out. Throws with what to do. */
export function commandPath(command: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const path = folders.map((folder) => join(folder, command)).find(isProgram);
  if (path === undefined) throw new Error(`${command} is not installed. Run: node scripts/setup.mjs --demo`);
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not in this folder
  }
}

/**
 * The server's own copy of a system program. Distributions confine their DNS servers to /etc by the path of the
 * program (AppArmor), and the demo's configuration is elsewhere.
 */
export async function ownCopy(command: string, folder: string): Promise<string> {
  const copy = join(folder, command);
  await copyFile(commandPath(command), copy);
  return copy;
}

export function startDaemon(program: string, args: readonly string[]): Daemon {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const keep = (chunk: Buffer): void => {
    said = `${said}${chunk.toString('utf8')}`.slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => {
    said += error.message;
  });
  track(child);
  return { process: child, said: () => said.trim() };
}

function track(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const grace = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(grace);
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. `show`: its output goes to the terminal as it comes instead of being collected. */
export async function run(program: string, args: readonly string[], show = false): Promise<Finished> {
  const child = spawn(program, args, { stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'] });
  track(child);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? 1));
  });
  return { code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
}

/** As `run`, for programs that must succeed. */
export async function succeed(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0)
    throw new Error(`${program} ${args[0] ?? ''} ended with exit code ${code}: ${stderr.trim().slice(-500)}`);
  return stdout;
}
