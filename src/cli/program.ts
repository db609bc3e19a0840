/** The command line: commands, flags and their help. What a command does is in its own file. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { QUERY_TYPES } from '../checks/dns/names.js';
import { readDuration } from '../config/values.js';
import { LOG_LEVELS } from './log.js';
import type { SilenceOptions } from './silence.js';
import type { VerifyOptions } from './verify.js';
import type { GlobalOptions } from './workplace.js';

/** What each command runs; the composition root fills these in. Each resolves to the exit code. */
export interface Handlers {
  init(dir: string, globals: GlobalOptions): Promise<number>;
  add(url: string, options: { id?: string; tag: string[] }, globals: GlobalOptions): Promise<number>;
  validate(globals: GlobalOptions): Promise<number>;
  check(names: string[], options: CheckFlags, globals: GlobalOptions): Promise<number>;
  capture(
    ids: string[],
    options: { approve: boolean; by?: string; note?: string },
    globals: GlobalOptions,
  ): Promise<number>;
  diff(id: string, options: { html?: string }, globals: GlobalOptions): Promise<number>;
  status(globals: GlobalOptions): Promise<number>;
  approve(
    ids: string[],
    options: { all: boolean; add: boolean; by?: string; note?: string; key?: string },
    globals: GlobalOptions,
  ): Promise<number>;
  reject(ids: string[], globals: GlobalOptions): Promise<number>;
  watch(options: { once: boolean }, globals: GlobalOptions): Promise<number>;
  dns(
    names: string[],
    options: { type: string[]; trace: boolean; dnssec: boolean },
    globals: GlobalOptions,
  ): Promise<number>;
  incidents(options: { open: boolean; digest: boolean }, globals: GlobalOptions): Promise<number>;
  ack(incident: string, options: { by: string; close?: string }, globals: GlobalOptions): Promise<number>;
  silence(options: SilenceOptions, globals: GlobalOptions): Promise<number>;
  drill(id: string | undefined, globals: GlobalOptions): Promise<number>;
  doctor(globals: GlobalOptions): Promise<number>;
  backup(file: string, globals: GlobalOptions): Promise<number>;
  audit(options: { export?: string; head?: string }, globals: GlobalOptions): Promise<number>;
  sign(ids: string[], options: { key: string; all: boolean }, globals: GlobalOptions): Promise<number>;
  verify(folder: string, options: VerifyOptions, globals: GlobalOptions): Promise<number>;
}

export interface CheckFlags {
  tag?: string;
  event?: string;
  jobs?: number;
  html?: string;
  junit?: string;
  nagios: boolean;
  explain: boolean;
}

const EXIT_CODES = `
Exit codes: 0 every site intact, 1 worst is a warning, 2 worst is critical or a site is unreachable,
3 something could not be verified, 64 wrong usage, 70 a bug in Siteward, 78 bad configuration.`;

/** @param done is told the exit code of the command that ran. */
export function program(version: string, handlers: Handlers, done: (exitCode: number) => void): Command {
  const root = new Command('siteward')
    .description('Tells you within seconds, with proof, when your website is defaced or its DNS is hijacked.')
    .version(version)
    .option('--config <dir>', 'folder with settings.yaml and watchlist.yaml', './config')
    .option('--baselines <dir>', 'folder with what was approved', './baselines')
    .option('--data <dir>', 'folder for the database and the evidence, created when needed', './data')
    .option('--json', 'one JSON document on stdout and nothing else', false)
    .option('--quiet', 'no progress on stderr', false)
    .option('--no-color', 'no colours')
    .addOption(new Option('--log-level <level>', 'what is logged to stderr').choices([...LOG_LEVELS]).default('info'))
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(add --help for what the command takes)')
    .exitOverride();
  const run = (work: (globals: GlobalOptions) => Promise<number>) => async (): Promise<void> =>
    done(await work(root.opts<GlobalOptions>()));

  root
    .command('init')
    .argument('[dir]', 'where', '.')
    .description('Write a commented config/, an empty baselines/, and say what to do next')
    .action((dir: string) => run((globals) => handlers.init(dir, globals))());
  root
    .command('add')
    .argument('<url>', 'the page to watch')
    .option('--id <id>', 'its name in commands and folders (default: made from the URL)')
    .option('--tag <tag>', 'a tag, may be repeated', collect, [])
    .description('Add a site to the watchlist and capture a candidate baseline')
    .action((url: string, options) => run((globals) => handlers.add(url, options, globals))());
  root
    .command('validate')
    .description('Check the configuration only; every problem with file, line and column')
    .action(() => run((globals) => handlers.validate(globals))());
  addCheck(root, handlers, run);
  addBaseline(root, handlers, run);
  root
    .command('watch')
    .option('--once', 'run every target once through the whole pipeline, alerts included, and exit', false)
    .description('The daemon: look at every site at its cadence, open incidents, alert')
    .action((options) => run((globals) => handlers.watch(options, globals))());
  root
    .command('dns')
    .argument('<name...>', 'names to ask for')
    .option('--type <type>', `${QUERY_TYPES.join(', ')}; may be repeated`, collect, [])
    .option('--trace', 'also walk from the root and show what every authoritative server says', false)
    .option('--dnssec', 'also check the signatures from the root down and explain each step', false)
    .description('Ask every resolver for a name and say which answer is genuine')
    .action((names: string[], options) => run((globals) => handlers.dns(names, options, globals))());
  addPeople(root, handlers, run);
  addUpkeep(root, handlers, run);
  return root;
}

type Run = (work: (globals: GlobalOptions) => Promise<number>) => () => Promise<void>;

/** Siteward itself, its memory, and whether the records are as they were written. */
function addUpkeep(root: Command, handlers: Handlers, run: Run): void {
  root
    .command('doctor')
    .description('What on this machine works or not, with the fix for each')
    .action(() => run((globals) => handlers.doctor(globals))());
  root
    .command('backup')
    .argument('<file>', 'where the copy goes; it must not exist yet')
    .description('Copy the database into one file while the daemon works, and read the copy back')
    .action((file: string) => run((globals) => handlers.backup(file, globals))());
  root
    .command('audit')
    .option('--export <file>', 'also write it as JSON lines, for verify on another machine')
    .option('--head <head>', 'a head that an alert or heartbeat told: shows whether the end was cut off')
    .description('What was decided, by whom and why, and whether the record of it is whole')
    .action((options) => run((globals) => handlers.audit(options, globals))());
  root
    .command('verify')
    .argument('<bundle>', 'folder of evidence, a baseline, or an exported audit trail')
    .option('--signer <key>', 'public key that must have signed it, or a file of them; may be repeated', collect, [])
    .option('--head <head>', 'of an audit trail: the head an alert or heartbeat told')
    .option('--authority <file>', 'certificate of a time stamping authority (PEM); may be repeated', collect, [])
    .description('Check offline that evidence, a baseline or an audit trail is as it was written, and who signed it')
    .action((folder: string, options) => run((globals) => handlers.verify(folder, options, globals))());
}

function addCheck(root: Command, handlers: Handlers, run: Run): void {
  root
    .command('check')
    .argument('[site...]', 'ids or URLs (default: the whole watchlist)')
    .option('--tag <tag>', 'only sites with this tag')
    .option('--event <id>', 'only the sites of this event, as strictly as the event asks')
    .option('--jobs <n>', 'sites looked at together', positiveInteger)
    .option('--html <file>', 'also write a report with pictures, in one file')
    .option('--junit <file>', 'also write JUnit XML')
    .option('--explain', 'also say what every comparer went by, quiet ones too, and how the verdict came of it', false)
    .option('--nagios', 'one line for Nagios or Icinga instead of the table', false)
    .description('Look once, judge against the baseline, report; the exit code is the verdict')
    .addHelpText('after', EXIT_CODES)
    .action((names: string[], options) => run((globals) => handlers.check(names, options, globals))());
}

function addPeople(root: Command, handlers: Handlers, run: Run): void {
  root
    .command('incidents')
    .option('--open', 'only those that are not over', false)
    .option('--digest', 'the last 24 hours in a few lines', false)
    .description('What happened, newest first')
    .action((options) => run((globals) => handlers.incidents(options, globals))());
  root
    .command('ack')
    .argument('<incident>', 'its id, or how it begins')
    .requiredOption('--by <name>', 'who takes it')
    .option('--close <reason>', 'end it although not every vantage that saw it saw it gone')
    .description('Take an incident: nobody else is asked for an hour')
    .action((id: string, options) => run((globals) => handlers.ack(id, options, globals))());
  root
    .command('silence')
    .option('--site <id>', 'keep back the messages about this site')
    .option('--cause <cause>', 'or about this finding code, diagnosis or cause key, on every site')
    .option('--for <duration>', 'how long, at most 4h', durationOption, 3_600_000)
    .option('--by <name>', 'who silences')
    .option('--reason <text>', 'why')
    .option('--end <silence>', 'end a silence now')
    .description('List what is silenced; keep messages back for a while, and tell everybody so')
    .action((options) => run((globals) => handlers.silence(options, globals))());
  root
    .command('drill')
    .argument('[site]', 'whose receivers are tried (default: the routes)')
    .description('Play a defacement and a hijack to the real receivers, marked as a drill')
    .action((id: string | undefined) => run((globals) => handlers.drill(id, globals))());
}

function addBaseline(root: Command, handlers: Handlers, run: Run): void {
  const baseline = root.command('baseline').description('Capture, review and approve what a site may look like');
  baseline
    .command('capture')
    .argument('[id...]', 'sites (default: all)')
    .option('--approve', 'approve at once, without a review', false)
    .option('--by <name>', 'who approves')
    .option('--note <text>', 'why')
    .description('Take candidates: several samples each, to learn what moves by itself')
    .action((ids: string[], options) => run((globals) => handlers.capture(ids, options, globals))());
  baseline
    .command('diff')
    .argument('<id>', 'the site')
    .option('--html <file>', 'where to write the review with pictures (default: data/review/<id>.html)')
    .description('Show what differs between the candidate and what is approved')
    .action((id: string, options) => run((globals) => handlers.diff(id, options, globals))());
  baseline
    .command('status')
    .description('What is approved, by whom, and what waits for a review')
    .action(() => run((globals) => handlers.status(globals))());
  baseline
    .command('approve')
    .argument('[id...]', 'sites')
    .option('--all', 'every site with a candidate', false)
    .option('--add', 'accept it beside what is approved, for pages that come in several forms', false)
    .option('--by <name>', 'who approves')
    .option('--note <text>', 'why')
    .option('--key <file>', 'also sign it, with this Ed25519 key of ssh-keygen')
    .description('Accept the candidate as genuine')
    .action((ids: string[], options) => run((globals) => handlers.approve(ids, options, globals))());
  baseline
    .command('sign')
    .argument('[id...]', 'sites')
    .requiredOption('--key <file>', 'Ed25519 key of ssh-keygen, or the public key of one your agent holds')
    .option('--all', 'every site', false)
    .description('Sign what was approved, with a key the settings name in baselines.signers')
    .action((ids: string[], options) => run((globals) => handlers.sign(ids, options, globals))());
  baseline
    .command('reject')
    .argument('<id...>', 'sites')
    .description('Throw the candidate away')
    .action((ids: string[]) => run((globals) => handlers.reject(ids, globals))());
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function durationOption(value: string): number {
  const read = readDuration(value, 60_000);
  if ('wrong' in read) throw new InvalidArgumentError(`It ${read.wrong}.`);
  return read.value;
}

function positiveInteger(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(value);
}
