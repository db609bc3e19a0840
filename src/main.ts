#!/usr/bin/env node
/** The composition root: argv -> command -> exit code, and the only place that builds real things. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { setLogger } from 'node-cron';
import type { ProbeIo } from './checks/check.js';
import { referenceLookup } from './checks/dns/lookup.js';
import { CHECKS } from './checks/index.js';
import { runAdd } from './cli/add.js';
import { runApprove, runDiff, runReject, runStatus } from './cli/baseline.js';
import { runCapture } from './cli/baseline-capture.js';
import { bundledAsns } from './cli/bundled-asns.js';
import { runCheck } from './cli/check.js';
import { runDns } from './cli/dns.js';
import { runDoctor } from './cli/doctor.js';
import { runIncidents } from './cli/incidents.js';
import { runInit } from './cli/init.js';
import { createLog } from './cli/log.js';
import { type Handlers, program } from './cli/program.js';
import { jsonText } from './cli/report/check-json.js';
import { selectSites, sitesInForce, withoutPassword } from './cli/selection.js';
import { problemText, runValidate } from './cli/validate.js';
import {
  BadConfiguration,
  CommandError,
  EXIT,
  type GlobalOptions,
  type Terminal,
  UsageError,
  type Workplace,
} from './cli/workplace.js';
import { adHocSite } from './config/ad-hoc.js';
import type { Config } from './config/config.js';
import { type LoadOptions, loadConfig } from './config/load.js';
import type { Site, Target } from './core/model.js';
import type { ApprovedBaseline } from './monitor.js';
import type { SharedBrowser } from './net/browser/browser.js';
import { createNetwork } from './net/network.js';
import { Courier, type Post } from './notify/deliver.js';
import { NOTIFIERS } from './notify/index.js';
import { type Baselines, openBaselines, tamperedFinding } from './store/baselines.js';
import { readProof } from './store/evidence.js';
import { type Store, StoreError } from './store/store.js';
import { localVantage } from './vantage/vantage.js';

const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

const now = (): number => Date.now();

/** `20260717T153000Z-4fa3c1`: sorts by time. */
function newId(at: number): string {
  return `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
}

/** The pause ends early when the operator does. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function terminalOf({ json, quiet, color }: GlobalOptions): Terminal {
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
function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** Mail under way, and what the last looks still owe, may take this long after the operator said stop. */
const LAST_MAIL_MS = 5_000;

function withGrace(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  signal.addEventListener('abort', () => setTimeout(() => controller.abort(), LAST_MAIL_MS).unref(), { once: true });
  return controller.signal;
}

function loading({ config: dir }: GlobalOptions, watchlist: 'required' | 'optional'): LoadOptions {
  return { dir, checks: CHECKS, notifiers: NOTIFIERS, env: process.env, watchlist };
}

async function configOf(options: GlobalOptions, watchlist: 'required' | 'optional'): Promise<Config> {
  const loaded = await loadConfig(loading(options, watchlist));
  if ('problems' in loaded) throw new BadConfiguration(loaded.problems);
  return loaded.config;
}

/** Builds the real things. Nothing is started before it is used; `close` ends what was. */
async function workplace(options: GlobalOptions, watchlist: 'required' | 'optional' = 'required'): Promise<Workplace> {
  const config = await configOf(options, watchlist);
  const terminal = terminalOf(options);
  const log = createLog(options.quiet ? 'error' : options.logLevel, terminal.live, terminal.err);
  setLogger({
    info: (message) => log.info({}, message),
    warn: (message) => log.warn({}, message),
    error: (message) => log.error({}, String(message)),
    debug: () => undefined,
  });
  const signal = interruption();
  const { network: net, resolvers, browser: browserSettings } = config.settings;
  const policy = { allow: net.allow, only: net.only };
  let started: Promise<SharedBrowser> | null = null;
  // Loaded when first needed, as the store and the daemon are: half of what starting costs is loading.
  const browser = (): Promise<SharedBrowser> =>
    (started ??= import('./net/browser/browser.js').then(({ createBrowser }) =>
      createBrowser({ ...browserSettings, ca: net.ca, policy, resolve: (name) => network.resolve(name) }),
    ));
  const network = createNetwork({
    policy,
    hosts: net.hosts,
    ca: net.ca,
    capture: async (request) => (await browser()).capture(request),
    lookup: (name) => lookup(name),
    now,
  });
  const lookup = referenceLookup(resolvers, (request) => network.exchange(request));
  const asnOf = bundledAsns(log);
  const io: Omit<ProbeIo, 'signal'> = { vantage: 'local', now, network, resolvers, asnOf };
  const baselines = openBaselines(options.baselines, CHECKS);
  let store: Promise<Store> | null = null;
  const post: Post = {
    notifiers: NOTIFIERS,
    receivers: config.settings.receivers,
    siteOf: (id) => config.sites.find((site) => site.id === id),
    readProof: (evidence) => readProof(evidence === null ? null : join(options.data, evidence)),
    io: { now, signal: withGrace(signal), connect: network.connect, trust: network.trust },
    random: Math.random,
    log,
  };
  return {
    version: VERSION,
    options,
    config,
    terminal,
    log,
    ...{ network, resolvers, asnOf },
    browserVersion: async () => (await browser()).version(),
    observatory: { vantages: [localVantage(io)], now, pause },
    baselines,
    approvedBaselines: (site) => approvedBaselines(baselines, site),
    courier: (outbox) => new Courier(outbox, post),
    newId,
    store: () => (store ??= openedStore(config.settings.store.url, options.data)),
    signal,
    async close() {
      await Promise.all([started?.then((open) => open.close()), network.close(), store?.then((open) => open.close())]);
    },
  };
}

/** What was approved for a site, verified now. A damaged record is a finding of every target it concerns. */
async function approvedBaselines(baselines: Baselines, site: Site): Promise<(target: Target) => ApprovedBaseline> {
  const { baselines: byKind, tampered } = await baselines.read(site.id);
  return ({ kind }) => ({
    baseline: byKind.get(kind) ?? null,
    findings: tampered
      .filter((damage) => damage.kind === null || damage.kind === kind)
      .map((damage) => tamperedFinding(site.id, damage)),
  });
}

async function openedStore(url: string, dataDir: string): Promise<Store> {
  const { openStore } = await import('./store/database.js');
  const store = openStore(url, dataDir);
  await store.open();
  return store;
}

async function at(
  options: GlobalOptions,
  work: (place: Workplace) => Promise<number>,
  watchlist: 'required' | 'optional' = 'required',
): Promise<number> {
  const place = await workplace(options, watchlist);
  try {
    return await work(place);
  } finally {
    await place.close();
  }
}

const ADDRESS = /^https?:\/\//i;

function siteAt(url: string): Site {
  const made = adHocSite(url, CHECKS);
  if ('wrong' in made) throw new UsageError(`${withoutPassword(url)}: ${made.wrong}.`);
  return made.site;
}

const handlers: Handlers = {
  init: (dir, globals) => runInit(dir, terminalOf(globals)),
  validate: (globals) => runValidate(loading(globals, 'required'), terminalOf(globals)),
  add: (url, { id, tag: tags }, globals) => {
    const capture = (_config: Config, siteId: string): Promise<number> =>
      at(globals, (place) => runCapture([siteId], { approve: false }, place));
    return runAdd(url, { id, tags }, { load: loading(globals, 'optional'), terminal: terminalOf(globals), capture });
  },
  check: (names, options, globals) => {
    const work = (place: Workplace): Promise<number> => {
      const sites = sitesInForce(place.config, now());
      const chosen = selectSites({ ...place.config, sites }, { names, tag: options.tag, event: options.event }, siteAt);
      return runCheck(chosen, { ...options, jobs: options.jobs ?? 2 * availableParallelism() }, place);
    };
    return at(globals, work, names.length > 0 && names.every((name) => ADDRESS.test(name)) ? 'optional' : 'required');
  },
  capture: (ids, options, globals) => at(globals, (place) => runCapture(ids, options, place)),
  diff: (id, options, globals) => at(globals, (place) => runDiff(id, options, place)),
  status: (globals) => at(globals, runStatus),
  approve: (ids, options, globals) => at(globals, (place) => runApprove(ids, options, place)),
  reject: (ids, globals) => at(globals, (place) => runReject(ids, place)),
  watch: async (options, globals) => {
    const { runWatch } = await import('./cli/watch.js');
    return at(globals, (place) => runWatch(options, place));
  },
  dns: (names, { type, ...views }, globals) =>
    at(globals, (place) => runDns(names, { types: type, ...views }, place), 'optional'),
  incidents: (options, globals) =>
    at(globals, async (place) => runIncidents(options, await place.store(), now(), place.terminal), 'optional'),
  doctor: (globals) => at(globals, runDoctor, 'optional'),
};

/**
 * A reader that went away (`| head`) has seen enough: the verdict still decides the exit code. Output that was lost
 * otherwise, on a full disk for example, must not end as a success that nobody can read.
 */
function outliveReaders(): void {
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
function failed(error: unknown, json: boolean): number {
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

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const root = program(VERSION, handlers, (code) => {
    exitCode = code;
  });
  try {
    await root.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return failed(error, root.opts<GlobalOptions>().json);
  }
}

outliveReaders();
process.exitCode = await main(process.argv);
