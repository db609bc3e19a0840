/** `validate`: every problem of the configuration at its place, or what it comes to. */
import type { Config, Problem } from '../config/config.js';
import { type LoadOptions, loadConfig } from '../config/load.js';
import { formatProblem } from '../config/problems.js';
import { EXIT, type Terminal } from './workplace.js';

export async function runValidate(options: LoadOptions, terminal: Terminal): Promise<number> {
  const loaded = await loadConfig(options);
  if ('problems' in loaded) {
    terminal.out(terminal.json ? report(loaded.problems, null) : problemText(loaded.problems));
    return EXIT.config;
  }
  terminal.out(terminal.json ? report([], loaded.config) : summary(loaded.config, options.dir));
  return 0;
}

/** One line per problem, then how many there are. Any command that needs the configuration ends with this. */
export function problemText(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${problems.map(formatProblem).join('\n')}\n${count} in the configuration.\n`;
}

function counts({ sites, events, settings }: Config) {
  return {
    sites: sites.length,
    checks: sites.reduce((sum, site) => sum + site.targets.length, 0),
    events: events.length,
    resolvers: settings.resolvers.length,
    receivers: settings.receivers.length,
  };
}

function summary(config: Config, dir: string): string {
  const of = counts(config);
  const phrase = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  const parts = Object.entries(of).map(([name, count]) => phrase(count, name.slice(0, -1)));
  const hints = [
    ...(of.sites === 0 ? ['No site is watched yet: siteward add URL'] : []),
    ...(of.receivers === 0 ? ['Nobody is told of anything yet: see "receivers" in settings.yaml'] : []),
  ];
  return `${[`${dir} is valid: ${parts.join(', ')}.`, ...hints].join('\n')}\n`;
}

function report(problems: readonly Problem[], config: Config | null): string {
  const counted = config && counts(config);
  return `${JSON.stringify({ schema: 'siteward/validate/1', valid: config !== null, problems, ...counted }, null, 2)}\n`;
}
