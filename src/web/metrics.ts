/** The numbers a running `watch` gives to Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Sight } from '../core/controls.js';
import { SEVERITIES, type Severity, type Suppression } from '../core/model.js';
import type { Inspection } from '../monitor.js';

/** One attempt to hand over an alert: see the courier's. */
interface Attempted {
  readonly channel: string;
  readonly result: string;
  readonly queuedMs: number;
  readonly sendMs: number;
  readonly detectToAcceptMs: number | null;
}

export interface Metrics {
  readonly registry: Registry;
  looked(inspection: Inspection): void;
  delivered(result: { readonly attempts: readonly Attempted[] }): void;
  /** A decision and all that follows from it is on the disk, so many milliseconds after it was taken. */
  committed(ms: number): void;
  /** Alerts that were not made, by why. */
  suppressed(suppressions: readonly Pick<Suppression, 'kind'>[]): void;
  /** A record of what was approved that did not verify. */
  unverifiable(siteId: string): void;
  sighted(sights: ReadonlyMap<string, Sight>): void;
  /** @param oldestAt since when the message of that severity that waits longest is owed; absent: none waits. */
  outbox(pending: number, oldestAt: ReadonlyMap<Severity, number>, now: number): void;
  scheduler(lagMs: number, running: number, waiting: number): void;
  incidents(open: number): void;
  /** Longest time that nothing at all was done. */
  blocked(ms: number): void;
  /** When a drill reached a receiver last, in epoch milliseconds. */
  drilled(at: number): void;
}

/** Of looks: how many, how long, how late, and what they came to. */
function lookInstruments(registers: Registry[]) {
  const looks = new Counter({
    name: 'siteward_looks_total',
    help: 'Targets looked at and judged',
    labelNames: ['kind', 'state'],
    registers,
  });
  const seconds = new Histogram({
    name: 'siteward_look_seconds',
    help: 'Time from the first look at a target to its verdict',
    labelNames: ['kind'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const state = new Gauge({
    name: 'siteward_target_state',
    help: '0 intact, 1 warning, 2 critical or unreachable, 3 unverified',
    labelNames: ['site', 'kind'],
    registers,
  });
  const broken = new Counter({
    name: 'siteward_baseline_verify_failures_total',
    help: 'Looks whose record of what was approved did not verify',
    labelNames: ['site'],
    registers,
  });
  const sight = new Gauge({
    name: 'siteward_vantage_sighted',
    help: '1 sees, 0.5 some of its controls do not answer, 0 blind',
    labelNames: ['vantage'],
    registers,
  });
  const lags = new Histogram({
    name: 'siteward_look_lag_seconds',
    help: 'How late looks start, asked every second',
    buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  });
  return { looks, seconds, state, broken, sight, lags };
}

/** Of resolvers: what their answers came to, and how long they took. */
function resolverInstruments(registers: Registry[]) {
  const verdicts = new Counter({
    name: 'siteward_resolver_answers_total',
    help: 'Answers asked of each resolver, by what they came to; UNMEASURABLE: it does not work',
    labelNames: ['resolver', 'verdict'],
    registers,
  });
  const rtt = new Histogram({
    name: 'siteward_resolver_seconds',
    help: 'Time from a question to the first answer of a resolver',
    labelNames: ['resolver'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  return { verdicts, rtt };
}

/** Of news: how it got to people. */
function newsInstruments(registers: Registry[]) {
  const attempts = new Counter({
    name: 'siteward_notify_attempts_total',
    help: 'Alerts handed to a receiver: accepted, to be tried again (retry), or given up (failed)',
    labelNames: ['channel', 'result'],
    registers,
  });
  const stage = new Histogram({
    name: 'siteward_stage_seconds',
    help: 'Time that a piece of news spent: commit (decision to disk), queue (due to attempt), send (attempt to answer)',
    labelNames: ['stage'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  });
  const accept = new Histogram({
    name: 'siteward_incident_detect_to_accept_seconds',
    help: 'Time from the first sign of an incident until a receiver took the news of it',
    labelNames: ['channel'],
    buckets: [0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 75, 300, 1800],
    registers,
  });
  const kept = new Counter({
    name: 'siteward_notify_suppressed_total',
    help: 'Alerts that were not made, by reason; the digest lists each',
    labelNames: ['reason'],
    registers,
  });
  return { attempts, stage, accept, kept };
}

function gauges(registers: Registry[]) {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const pending = gauge('siteward_outbox_pending', 'Alerts not yet accepted by their receiver');
  const oldest = new Gauge({
    name: 'siteward_outbox_oldest_seconds',
    help: 'Age of the oldest alert not yet accepted, by severity of its incident',
    labelNames: ['sev'],
    registers,
  });
  const lag = gauge('siteward_scheduler_lag_seconds', 'How late the latest look started');
  const waiting = gauge('siteward_looks_waiting', 'Looks that are due and wait for their host or a free place');
  const running = gauge('siteward_looks_running', 'Looks under way');
  const blocked = gauge('siteward_event_loop_blocked_seconds', 'Longest time that nothing was done, of the last pulse');
  const open = gauge('siteward_incidents_open', 'Open incidents');
  const drill = gauge(
    'siteward_drill_last_success_timestamp',
    'When a drill reached a receiver last, Unix seconds; 0: never',
  );
  return { pending, oldest, lag, waiting, running, blocked, open, drill };
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { looks, seconds, state, broken, sight, lags } = lookInstruments([registry]);
  const { verdicts, rtt } = resolverInstruments([registry]);
  const { attempts, stage, accept, kept } = newsInstruments([registry]);
  const { pending, oldest, lag, waiting, running, blocked, open, drill } = gauges([registry]);
  return {
    registry,
    looked({ target, verdict, tookMs, exhibits }) {
      looks.inc({ kind: target.kind, state: verdict.state });
      seconds.observe({ kind: target.kind }, tookMs / 1000);
      state.set({ site: target.siteId, kind: target.kind }, severityNumber(verdict));
      for (const { resolver, verdict: id, rttMs } of exhibits.resolvers) {
        verdicts.inc({ resolver, verdict: id });
        if (rttMs !== null) rtt.observe({ resolver }, rttMs / 1000);
      }
    },
    delivered({ attempts: made }) {
      for (const { channel, result, queuedMs, sendMs, detectToAcceptMs } of made) {
        attempts.inc({ channel, result });
        stage.observe({ stage: 'queue' }, queuedMs / 1000);
        stage.observe({ stage: 'send' }, sendMs / 1000);
        if (detectToAcceptMs !== null) accept.observe({ channel }, detectToAcceptMs / 1000);
      }
    },
    committed: (ms) => stage.observe({ stage: 'commit' }, ms / 1000),
    suppressed: (rows) => {
      for (const { kind } of rows) kept.inc({ reason: kind });
    },
    unverifiable: (site) => broken.inc({ site }),
    sighted: (sights) => {
      for (const [vantage, one] of sights) sight.set({ vantage }, SIGHT[one]);
    },
    outbox(count, oldestAt, now) {
      pending.set(count);
      for (const sev of SEVERITIES) oldest.set({ sev }, (now - (oldestAt.get(sev) ?? now)) / 1000);
    },
    scheduler(lagMs, count, queued) {
      lag.set(lagMs / 1000);
      lags.observe(lagMs / 1000);
      running.set(count);
      waiting.set(queued);
    },
    incidents: (count) => open.set(count),
    blocked: (ms) => blocked.set(ms / 1000),
    drilled: (at) => drill.set(at / 1000),
  };
}

const SIGHT: Readonly<Record<Sight, number>> = { sighted: 1, degraded: 0.5, blind: 0 };

function severityNumber({ state, severity }: Inspection['verdict']): number {
  if (state === 'unverified') return 3;
  if (state === 'unreachable' || severity === 'critical') return 2;
  return severity === 'warning' ? 1 : 0;
}
