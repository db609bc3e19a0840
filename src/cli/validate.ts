/** `validate`: every problem of the configuration at its place, or what it comes to. */
import type { Config, Problem } from '../config/config.js';
import { type LoadOptions, loadConfig } from '../config/load.js';
import { formatProblem } from '../config/problems.js';
import { jsonText } from './report/check-json.js';
import { EXIT, type Terminal } from './workplace.js';

/** The problems are this command's result, so they go to stdout. @returns the exit code */
export async function runValidate(options: LoadOptions, terminal: Terminal): Promise<number> {
  const loaded = await loadConfig(options);
  if ('problems' in loaded) {
    terminal.out(terminal.json ? report(loaded.problems, null) : problemText(loaded.problems));
    return EXIT.config;
  }
  const counted = counts(loaded.config);
  terminal.out(terminal.json ? report([], counted) : summary(counted));
  return 0;
}

/** One line per problem, then how many there are. Every command that needs the configuration ends with this. */
export function problemText(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${problems.map(formatProblem).join('\n')}\n${count} in the configuration.\n`;
}

type Counts = Readonly<Record<'sites' | 'checks' | 'events' | 'resolvers' | 'receivers', number>>;

function counts({ sites, events, settings }: Config): Counts {
  return {
    sites: sites.length,
    checks: sites.reduce((sum, site) => sum + site.targets.length, 0),
    events: events.length,
    resolvers: settings.resolvers.length,
    receivers: settings.receivers.length,
  };
}

function summary(counted: Counts): string {
  const phrases = Object.entries(counted).map(
    ([plural, count]) => `${count} ${count === 1 ? plural.slice(0, -1) : plural}`,
  );
  const hints = [
    ...(counted.sites === 0 ? ['No site is watched yet; add one with: siteward add URL'] : []),
    ...(counted.receivers === 0 ? ['Nobody is told of anything: settings.yaml names no receivers'] : []),
  ];
  return `${[`The configuration is valid: ${phrases.join(', ')}.`, ...hints].join('\n')}\n`;
}

function report(problems: readonly Problem[], counted: Counts | null): string {
  return jsonText({ schema: 'siteward/validate/1', valid: counted !== null, problems, ...counted });
}
