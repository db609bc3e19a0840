/**
 * The whole pipeline on a clock that stands still until it is moved: real judging, deciding, store and delivery; what
 * vantages see is played, and every receiver writes down what it is sent, and when.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import pLimit from 'p-limit';
import * as z from 'zod';
import { checkOf } from '../../src/checks/index.js';
import { acknowledge, close } from '../../src/core/ladder.js';
import type { Alert, Baseline, Incident, Site, Target } from '../../src/core/model.js';
import { decide, type Memory, watch } from '../../src/memory.js';
import { Courier } from '../../src/notify/deliver.js';
import { SendError } from '../../src/notify/notifier.js';
import { passTime } from '../../src/passing-time.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import type { Vantage } from '../../src/vantage/vantage.js';
import { T0 } from '../contracts/samples.js';
import { notifyIo } from '../support/notify.js';

const SECOND = 1_000;
const TICK_EVERY_MS = 10_000;

/** What a vantage sees of a target at a time in milliseconds since the beginning; null: it is gone. */
export type Scene = (target: Target, at: number, vantage: string) => unknown;

export interface Script {
  readonly sites: readonly Site[];
  readonly vantages?: readonly string[];
  readonly scene: Scene;
  /** What is approved of a target. */
  readonly approved: (target: Target, at: number) => readonly unknown[];
  readonly everyMs: number;
  /** What time moves by; a second unless given. */
  readonly tickMs?: number;
  readonly terms?: Partial<Pick<Memory, 'routes' | 'ladder' | 'windows'>>;
  /** Receivers take nothing while this holds. */
  readonly isDeaf?: (at: number) => boolean;
  /** Done once when that time has come. */
  readonly acts?: readonly { readonly at: number; readonly act: (stage: Stage) => Promise<unknown> }[];
}

export interface Sent {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly receiver: string;
  readonly change: string;
  readonly siteId: string;
  readonly alert: Alert;
}

const RECEIVERS = ['pager', 'mail', 'hook', 'lead', 'everyone'];

/** Time that passes only when nobody has anything left to do. */
class Clock {
  now = T0;
  busy = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  async sleep(ms: number): Promise<void> {
    this.busy -= 1;
    await new Promise<void>((wake) => this.#sleepers.push({ at: this.now + ms, wake }));
  }
  /** Whatever was started goes on until it ends or sleeps. */
  async settle(): Promise<void> {
    while (this.busy > 0) await turn();
  }
  async moveTo(at: number): Promise<void> {
    for (;;) {
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers[0];
      if (!next || next.at > at) break;
      this.#sleepers.shift();
      this.now = Math.max(this.now, next.at);
      this.busy += 1;
      next.wake();
      await this.settle();
    }
    this.now = at;
  }
}

export class Stage {
  readonly store: Store;
  readonly sent: Sent[] = [];
  readonly evidence: string[] = [];
  readonly #script: Script;
  readonly #clock = new Clock();
  readonly #memory: Memory;
  readonly #courier: Courier;
  readonly #looking = new Set<string>();
  readonly #done = new Set<object>();
  #ids = 0;

  constructor(script: Script, store: Store) {
    this.store = store;
    this.#script = script;
    const turns = new Map<string, ReturnType<typeof pLimit>>();
    this.#memory = {
      store,
      routes: [
        { severity: 'critical', to: ['pager', 'mail', 'hook'] },
        { severity: 'warning', to: ['mail'] },
      ],
      ladder: [],
      windows: [],
      siteOf: (id) => script.sites.find((site) => site.id === id),
      newIncidentId: () => `i${String(++this.#ids).padStart(5, '0')}`,
      keepEvidence: async ({ target }) => {
        this.evidence.push(target.id);
        return null;
      },
      inTurn: (id, work) => {
        const own = turns.get(id) ?? pLimit(1);
        turns.set(id, own);
        return own(work);
      },
      ...script.terms,
    };
    this.#courier = new Courier(store, {
      notifiers: [
        { kind: 'sink', settings: z.unknown(), examine: async () => 'here', send: (alert) => this.#take(alert) },
      ],
      receivers: RECEIVERS.map((id) => ({ id, kind: 'sink', settings: null })),
      siteOf: (id) => script.sites.find((site) => site.id === id),
      readProof: async () => ({ folder: null, pictures: [], resolvers: [] }),
      io: notifyIo({ now: () => this.#clock.now }),
      random: () => 0.5,
      log: { warn: () => undefined, error: () => undefined },
    });
  }

  get at(): number {
    return this.#clock.now - T0;
  }

  /** Lets time pass. */
  async playUntil(end: number): Promise<void> {
    const { everyMs, sites } = this.#script;
    while (this.at < end) {
      const at = this.at;
      for (const one of this.#script.acts ?? []) {
        if (at < one.at || this.#done.has(one)) continue;
        this.#done.add(one);
        await one.act(this);
      }
      if (at % everyMs === 0) for (const site of sites) for (const target of site.targets) this.#look(site, target);
      await this.#clock.settle();
      const policyOf = (incident: Incident): Target['policy'] => this.#policyOf(incident);
      if (at % TICK_EVERY_MS === 0) await passTime(this.#memory, policyOf, this.#clock.now);
      await this.#courier.deliverDue();
      await this.#clock.moveTo(this.#clock.now + (this.#script.tickMs ?? SECOND));
    }
  }

  async acknowledge(by: string): Promise<void> {
    for (const { id, siteId } of await this.store.openIncidents()) {
      await decide(this.#memory, siteId, this.#clock.now, (known) => {
        const incident = known.find((one) => one.id === id);
        if (!incident) return { incidents: [], transitions: [] };
        return acknowledge(incident, by, this.#policyOf(incident), this.#clock.now);
      });
    }
  }

  /** A person ends those incidents although what they tell of goes on. */
  async close(by: string, isMeant: (incident: Incident) => boolean): Promise<void> {
    for (const { id, siteId } of (await this.store.openIncidents()).filter(isMeant)) {
      await decide(this.#memory, siteId, this.#clock.now, (known) => {
        const incident = known.find((one) => one.id === id);
        return incident ? close(incident, by, 'seen', this.#clock.now) : { incidents: [], transitions: [] };
      });
    }
  }

  #policyOf({ siteId, diverging }: Incident): Target['policy'] {
    const { sites } = this.#script;
    const site = sites.find(({ id }) => id === siteId) ?? sites[0];
    const policy = site?.targets[0]?.policy;
    if (!policy) throw new Error(`No policy for ${siteId}, which has ${Object.keys(diverging).length} targets.`);
    return policy;
  }

  #look(site: Site, target: Target): void {
    if (this.#looking.has(target.id)) return;
    this.#looking.add(target.id);
    this.#clock.busy += 1;
    const observatory = {
      vantages: this.#vantages(),
      now: () => this.#clock.now,
      pause: (ms: number) => this.#clock.sleep(ms),
    };
    const baseline: Baseline = {
      targetId: target.id,
      accepted: this.#script
        .approved(target, this.at)
        .map((evidence) => ({ version: 1, evidence, at: 0, by: 'Ada', note: '' })),
    };
    const signal = new AbortController().signal;
    void watch(site, target, { baseline, findings: [] }, observatory, this.#memory, signal).finally(() => {
      this.#looking.delete(target.id);
      this.#clock.busy -= 1;
    });
  }

  #vantages(): readonly [Vantage, ...Vantage[]] {
    const [first = 'local', ...others] = (this.#script.vantages ?? ['local']).filter(
      (name, index) => index === 0 || this.#script.scene(ANY_TARGET, this.at, name) !== null,
    );
    const named = (name: string): Vantage => ({
      name,
      observe: async (target) => ({
        targetId: target.id,
        kind: target.kind,
        version: checkOf(target.kind).version,
        vantage: name,
        at: this.#clock.now,
        tookMs: 0,
        outcome: { ok: true, evidence: this.#script.scene(target, this.at, name) },
      }),
    });
    return [named(first), ...others.map(named)];
  }

  async #take(alert: Alert): Promise<void> {
    if (this.#script.isDeaf?.(this.at)) throw new SendError('nobody hears us', true);
    const { incident, change } = alert.transition;
    this.sent.push({ at: this.at, receiver: alert.receiver, change, siteId: incident.siteId, alert });
  }
}

/** What survives a crash is asserted elsewhere: here a disk that is really written to would only cost time. */
const MEMORY = '/dev/shm';

/** Asked for only to learn whether a vantage is there at all. */
export const ANY_TARGET: Target = {
  id: '',
  siteId: '',
  kind: '',
  settings: {},
  schedule: { everyMs: 0 },
  policy: { content: 'frozen', confirmAfterMs: 0, remindEveryMs: null, resolveAfterMs: 0, inEvent: false },
};

/** Plays the script to its end and gives what came of it. */
export async function play(
  script: Script,
  untilMs: number,
  look: (stage: Stage) => Promise<void> | void,
): Promise<void> {
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'siteward-timeline-'));
  const store = openStore('sqlite:siteward.db', folder);
  await store.open();
  try {
    const stage = new Stage(script, store);
    await stage.playUntil(untilMs);
    await look(stage);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}
