#!/usr/bin/env node
/** The composition root: argv -> command -> exit code, and the only place that builds real things. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeIo } from './checks/check.js';
import { referenceLookup } from './checks/dns/lookup.js';
import { CHECKS } from './checks/index.js';
import { judgingWith } from './checks/judging.js';
import { runAdd } from './cli/add.js';
import { approvedBaselines } from './cli/approved.js';
import { asnsFrom } from './cli/asns.js';
import { runAudit } from './cli/audit.js';
import { runApprove, runDiff, runReject, runSign, runStatus } from './cli/baseline.js';
import { runCapture } from './cli/baseline-capture.js';
import { runCheck } from './cli/check.js';
import { approvedNames, runDns } from './cli/dns.js';
import { runDoctor } from './cli/doctor.js';
import { runIncidents } from './cli/incidents.js';
import { runInit } from './cli/init.js';
import { linking } from './cli/links.js';
import { createLog } from './cli/log.js';
import { crashing, failed, interruption, outliveReaders, terminalOf, withGrace } from './cli/process.js';
import { type Handlers, program } from './cli/program.js';
import { registrySources } from './cli/registry-sources.js';
import { selectSites, sitesInForce, withoutPassword } from './cli/selection.js';
import { stamping } from './cli/stamping.js';
import { storesOf } from './cli/stores.js';
import { runValidate } from './cli/validate.js';
import { runVerify } from './cli/verify.js';
import { BadConfiguration, type GlobalOptions, UsageError, type Workplace } from './cli/workplace.js';
import { adHocSite } from './config/ad-hoc.js';
import type { Config } from './config/config.js';
import { type LoadOptions, loadConfig } from './config/load.js';
import { pseudoSite } from './core/announcement.js';
import type { Site } from './core/model.js';
import type { SharedBrowser } from './net/browser/browser.js';
import { knownAddresses } from './net/known-addresses.js';
import { createNetwork, type GuardedNetwork } from './net/network.js';
import { Courier, type Post } from './notify/deliver.js';
import { examineReceiver } from './notify/examine.js';
import { NOTIFIERS } from './notify/index.js';
import { openBaselines } from './store/baselines.js';
import { readProof } from './store/evidence.js';
import { createThreads, judgingOn, type Threads } from './threads.js';
import { Recollections } from './vantage/recollections.js';
import { localVantage } from './vantage/vantage.js';

const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

/** Judging is CPU work: more threads than cores only make all late. */
const THREADS = { size: Math.max(1, Math.min(2, availableParallelism() - 1)), timeoutMs: 60_000, maxHeapMb: 1_024 };

const now = (): number => Date.now();

/** `20260717T153000Z-4fa3c1`: sorts by time. */
function newId(at: number): string {
  return `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
}

/** The pause ends early when the operator does. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function loading({ config: dir }: GlobalOptions, watchlist: 'required' | 'optional'): LoadOptions {
  return { dir, checks: CHECKS, notifiers: NOTIFIERS, env: process.env, watchlist };
}

/** That somebody takes the connection is all we want to know. */
async function connectable(socket: Socket): Promise<{ value: true; verified: false }> {
  socket.destroy();
  return { value: true, verified: false };
}

async function configOf(options: GlobalOptions, watchlist: 'required' | 'optional'): Promise<Config> {
  const loaded = await loadConfig(loading(options, watchlist));
  if ('problems' in loaded) throw new BadConfiguration(loaded.problems);
  return loaded.config;
}

/** What asks the world: nothing of it is started before it is used. */
function senses(options: GlobalOptions, { settings }: Config, { log, crash }: Pick<Workplace, 'log' | 'crash'>) {
  const { network: net, resolvers, dns } = settings;
  const policy = { allow: net.allow, only: net.only };
  let started: Promise<SharedBrowser> | null = null;
  // Loaded when first needed, as the store and the daemon are: half of what starting costs is loading.
  const browser = (): Promise<SharedBrowser> =>
    (started ??= import('./net/browser/browser.js').then(({ createBrowser }) =>
      createBrowser({ ...settings.browser, ca: net.ca, policy, resolve: (name) => network.resolve(name) }),
    ));
  const warn = (message: string): void => log.warn({}, message);
  const network = createNetwork({
    policy,
    hosts: net.hosts,
    ca: net.ca,
    capture: async (request) => (await browser()).capture(request),
    lookup: (name) => lookup(name),
    ...{ now, crash },
    known: knownAddresses({ file: join(options.data, 'alert-hosts.json'), now, warn }),
  });
  const lookup = referenceLookup(resolvers, (request) => network.exchange(request));
  const asnOf = asnsFrom(dns.asnDatabase === null ? null : resolve(options.config, dns.asnDatabase), log);
  const { roots, authorityPort: port, trustAnchors: anchors, clientSubnets: subnets } = dns;
  const registry = registrySources(dns, { fetch: (request) => network.fetch(request), now }, log);
  const asked = { network, resolvers, asnOf, authority: { roots, port, anchors, subnets }, pathProbes: dns.pathProbes };
  const io: Omit<ProbeIo, 'signal'> = { vantage: 'local', now, ...asked, ...(registry ? { registry } : {}) };
  const close = async (): Promise<void> => {
    await Promise.all([started?.then((open) => open.close()), network.close()]);
  };
  return { network, browser, asnOf, io, close };
}

/** Builds the real things. Nothing is started before it is used; `close` ends what was. */
async function workplace(options: GlobalOptions, watchlist: 'required' | 'optional' = 'required'): Promise<Workplace> {
  const crash = crashing();
  const config = await configOf(options, watchlist);
  crash('start/configured');
  const terminal = terminalOf(options);
  const log = createLog(options.quiet ? 'error' : options.logLevel, terminal.live, terminal.err);
  const signal = interruption();
  const { network, browser, asnOf, io, close } = senses(options, config, { log, crash });
  const baselines = openBaselines(options.baselines, CHECKS, config.settings.baselines.signers);
  const threads = createThreads(THREADS);
  const stores = storesOf(config.settings.store.url, options.data, { door: network.database, ...{ crash, now, log } });
  const stamps = stamping(config.settings.evidence.timestamps, { ...network, nonce: () => randomBytes(8), pause, log });
  const post = postOf(options, config, { network, threads, signal, log, crash });
  return {
    version: VERSION,
    options,
    config,
    terminal,
    log,
    ...{ network, resolvers: config.settings.resolvers, asnOf },
    browserVersion: async () => (await browser()).version(),
    browserWalls: async () => (await browser()).walls(),
    observatory: {
      vantages: [localVantage(io)],
      ...{ now, pause, recollections: new Recollections() },
      judging: judgingWith(judgingOn(threads)),
    },
    baselines,
    approvedBaselines: (site, against) => approvedBaselines(baselines, site, against),
    examineReceiver: (id) => examineReceiver(id, post),
    courier: async (outbox) =>
      new Courier(outbox, { ...post, ...(await linking(outbox, config.settings.web.publicUrl)) }),
    opens: (host, port, signal) =>
      network.reach({ host, port, signal }, connectable).then(
        () => true,
        () => false,
      ),
    ...{ newId, crash, signal, stamps },
    store: stores.store,
    shelteredStore: stores.shelteredStore,
    lockStore: stores.lockStore,
    async close() {
      crash('stop/store-closing');
      await Promise.all([close(), stamps.close(), stores.closeStores(), threads.close()]);
      crash('stop/store-closed');
    },
  };
}

/** What carrying alerts needs. */
function postOf(
  { data }: GlobalOptions,
  config: Config,
  parts: Pick<Workplace, 'signal' | 'log' | 'crash'> & { network: GuardedNetwork; threads: Threads },
): Post {
  const { network, threads, signal, log, crash } = parts;
  return {
    notifiers: NOTIFIERS,
    receivers: config.settings.receivers,
    siteOf: (id) => config.sites.find((site) => site.id === id) ?? pseudoSite(id),
    readProof: (evidence) => readProof(evidence === null ? null : join(data, evidence)),
    io: {
      now,
      signal: withGrace(signal),
      reach: network.reach,
      post: network.post,
      touch: network.touch,
      trust: network.trust,
      compose: (alert, site, proof) => threads.run('compose', alert, site, proof),
    },
    random: Math.random,
    ...{ log, crash },
  };
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
    at(
      globals,
      (place) => runDns(names, { types: type, ...views }, { ...place, approved: approvedNames(place) }),
      'optional',
    ),
  incidents: async (options, globals) => {
    const { runDigest } = await import('./cli/digest.js');
    const list = async (place: Workplace) => runIncidents(options, await place.store(), now(), place.terminal);
    return at(globals, options.digest ? runDigest : list, 'optional');
  },
  sign: (ids, options, globals) => at(globals, (place) => runSign(ids, options, place)),
  audit: (options, globals) =>
    at(globals, async (place) => runAudit(options, await place.store(), place.terminal), 'optional'),
  verify: (folder, options, globals) => runVerify(folder, options, terminalOf(globals)),
  ack: async (incident, options, globals) => {
    const { runAck } = await import('./cli/ack.js');
    return at(globals, (place) => runAck(incident, options, place));
  },
  silence: async (options, globals) => {
    const { runSilence } = await import('./cli/silence.js');
    return at(globals, (place) => runSilence(options, place));
  },
  drill: async (siteId, globals) => {
    const { runDrill } = await import('./cli/drill.js');
    return at(globals, (place) => runDrill(siteId, place), 'optional');
  },
  backup: async (file, globals) => {
    const { runBackup } = await import('./cli/backup.js');
    return at(globals, (place) => runBackup(file, place), 'optional');
  },
  doctor: (globals) => at(globals, runDoctor, 'optional'),
};

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
