/** Runs the built Siteward as a user would: the same command line, in its own process. */
import { join } from 'node:path';
import * as z from 'zod';
import { command } from './narration.js';
import { type Finished, run } from './processes.js';

export interface Siteward {
  /** Shows the command and what it prints; gives its exit code. */
  show(...args: readonly string[]): Promise<number>;
  /** Shows the command only and collects what it prints. */
  collect(...args: readonly string[]): Promise<Finished>;
}

/** What the demo reads of `check --json`. */
export const checkReport = z.object({
  state: z.string(),
  exitCode: z.number(),
  sites: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      diagnosis: z.string().nullable(),
      summary: z.string(),
      evidence: z.string().nullable(),
      findings: z.array(z.object({ check: z.string(), code: z.string(), severity: z.string(), summary: z.string() })),
    }),
  ),
});
export type CheckReport = z.infer<typeof checkReport>;

/** @param program the built `main.js`. @param folder holds config, baselines and data. */
export function sitewardIn(program: string, folder: string): Siteward {
  const places = ['config', 'baselines', 'data'].flatMap((name) => [`--${name}`, join(folder, name)]);
  return {
    show: async (...args) => {
      command(`siteward ${args.map(quoted).join(' ')}`);
      return (await run(process.execPath, [program, ...places, ...args], true)).code;
    },
    collect: (...args) => {
      command(`siteward ${args.map(quoted).join(' ')}`);
      return run(process.execPath, [program, ...places, ...args]);
    },
  };
}

function quoted(argument: string): string {
  return /\s/.test(argument) ? `"${argument}"` : argument;
}
