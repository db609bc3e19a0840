/** Control groups of the bench's own (version 1, cgroups(7)): what processes in one may use is set while they run. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Group {
  /** In front of a command line: it runs in here with all it starts. */
  readonly prefix: readonly string[];
  /** A number the group has: `memory.failcnt`, or the last of a line that begins so: `oom_kill` of `memory.oom_control`. */
  read(file: string, field?: string): number;
  /** @returns whether the kernel took it: memory that is in use cannot be refused afterwards */
  set(file: string, value: number | 'max'): boolean;
  /** Ends what is in it. */
  kill(): void;
  remove(): Promise<void>;
}

export function groupOf(controller: 'memory' | 'pids'): Group {
  const folder = `/sys/fs/cgroup/${controller}/siteward-faults-${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    mkdirSync(folder);
  } catch (error) {
    throw new Error(`this machine has no control groups of version 1 (${error})`, { cause: error });
  }
  const file = (name: string): string => join(folder, name);
  const killAll = (): void => {
    for (const pid of readFileSync(file('cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)) kill(pid);
  };
  // Whoever enters is root no more: a browser runs as nobody.
  chmodSync(file('cgroup.procs'), 0o666);
  return {
    prefix: ['sh', '-c', `echo $$ >${file('cgroup.procs')} && exec "$@"`, 'group'],
    read(name, field = '') {
      const line = readFileSync(file(name), 'utf8')
        .split('\n')
        .find((one) => one.startsWith(field));
      return Number(line?.trim().split(' ').at(-1));
    },
    set(name, value) {
      try {
        writeFileSync(file(name), String(value === 'max' && controller === 'memory' ? -1 : value));
        return true;
      } catch {
        return false; // EBUSY: memory(7) gives no page back that is in use
      }
    },
    kill: killAll,
    async remove() {
      killAll();
      for (let tries = 0; tries < 100; tries++) {
        try {
          return rmdirSync(folder);
        } catch {
          await pause(50); // EBUSY until the last one has ended
        }
      }
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended this moment.
  }
}

/** A browser that starts in the group: the path to give as `browser.executable`. */
export function browserIn(group: Group, executable: string): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-browser-in-'));
  chmodSync(folder, 0o755);
  const path = join(folder, 'browser');
  const [shell, option, script, name] = group.prefix;
  writeFileSync(path, `#!/bin/sh\nexec ${shell} ${option} '${script}' ${name} ${executable} "$@"\n`, { mode: 0o755 });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
