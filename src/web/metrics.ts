/** The numbers a running `watch` gives to Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Inspection } from '../monitor.js';

export interface Metrics {
  readonly registry: Registry;
  looked(inspection: Inspection): void;
  delivered(result: { readonly attempts: readonly { readonly channel: string; readonly result: string }[] }): void;
  outbox(pending: number, oldestSeconds: number): void;
  scheduler(lagMs: number, running: number): void;
  incidents(open: number): void;
  /** Longest time that nothing at all was done. */
  blocked(ms: number): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
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
  const attempts = new Counter({
    name: 'siteward_notify_attempts_total',
    help: 'Alerts handed to a receiver: accepted, to be tried again (retry), or given up (failed)',
    labelNames: ['channel', 'result'],
    registers,
  });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const pending = gauge('siteward_outbox_pending', 'Alerts not yet accepted by their receiver');
  const oldest = gauge('siteward_outbox_oldest_seconds', 'Age of the oldest alert not yet accepted');
  const lag = gauge('siteward_scheduler_lag_seconds', 'How late the latest look started');
  const running = gauge('siteward_looks_running', 'Looks under way');
  const blocked = gauge('siteward_event_loop_blocked_seconds', 'Longest time that nothing was done, of the last pulse');
  const open = gauge('siteward_incidents_open', 'Open incidents');
  return {
    registry,
    looked({ target, verdict, tookMs }) {
      looks.inc({ kind: target.kind, state: verdict.state });
      seconds.observe({ kind: target.kind }, tookMs / 1000);
      state.set({ site: target.siteId, kind: target.kind }, severityNumber(verdict));
    },
    delivered({ attempts: made }) {
      for (const { channel, result } of made) attempts.inc({ channel, result });
    },
    outbox(count, oldestSeconds) {
      pending.set(count);
      oldest.set(oldestSeconds);
    },
    scheduler(lagMs, count) {
      lag.set(lagMs / 1000);
      running.set(count);
    },
    incidents: (count) => open.set(count),
    blocked: (ms) => blocked.set(ms / 1000),
  };
}

function severityNumber({ state, severity }: Inspection['verdict']): number {
  if (state === 'unverified') return 3;
  if (state === 'unreachable' || severity === 'critical') return 2;
  return severity === 'warning' ? 1 : 0;
}
