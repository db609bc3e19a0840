/** What Prometheus reads: each number under the name and the unit that the alarm rules of others rely on. */
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics.js';
import { inspection, verdict } from '../cli/report/sample.js';

const made = createMetrics();
const read = async (): Promise<string> => (await made.registry.metrics()).replace(/^#.*\n/gm, '');

describe('metrics', () => {
  test('time from the first sign to the first acceptance, and where a piece of news spent it', async () => {
    const attempt = { channel: 'webhook', queuedMs: 40, sendMs: 2_000 };
    made.committed(120);
    made.delivered({
      attempts: [
        { ...attempt, result: 'accepted', detectToAcceptMs: 4_000 },
        { ...attempt, result: 'retry', detectToAcceptMs: null },
      ],
    });
    const text = await read();
    expect(text).toContain('siteward_incident_detect_to_accept_seconds_sum{channel="webhook"} 4\n');
    expect(text).toContain('siteward_incident_detect_to_accept_seconds_count{channel="webhook"} 1\n');
    expect(text).toContain('siteward_notify_attempts_total{channel="webhook",result="retry"} 1\n');
    expect(text).toContain('siteward_stage_seconds_sum{stage="commit"} 0.12\n');
    expect(text).toContain('siteward_stage_seconds_sum{stage="queue"} 0.08\n');
    expect(text).toContain('siteward_stage_seconds_sum{stage="send"} 4\n');
  });

  test('what was kept back, and why', async () => {
    made.suppressed([{ kind: 'grouped' }, { kind: 'cap' }, { kind: 'grouped' }]);
    const text = await read();
    expect(text).toContain('siteward_notify_suppressed_total{reason="grouped"} 2\n');
    expect(text).toContain('siteward_notify_suppressed_total{reason="cap"} 1\n');
  });

  test('how late looks are, how many wait, whether we see and whether anything stood still', async () => {
    made.scheduler(1_500, 3, 7);
    made.blocked(2_250);
    made.sighted(new Map([['local', 'degraded']]));
    made.unverifiable('live');
    made.outbox(5, new Map([['warning' as const, 1_000]]), 62_000);
    const text = await read();
    for (const line of [
      'siteward_scheduler_lag_seconds 1.5',
      'siteward_look_lag_seconds_sum 1.5',
      'siteward_looks_running 3',
      'siteward_looks_waiting 7',
      'siteward_event_loop_blocked_seconds 2.25',
      'siteward_vantage_sighted{vantage="local"} 0.5',
      'siteward_baseline_verify_failures_total{site="live"} 1',
      'siteward_outbox_pending 5',
      'siteward_outbox_oldest_seconds{sev="critical"} 0',
      'siteward_outbox_oldest_seconds{sev="warning"} 61',
    ])
      expect(text).toContain(`${line}\n`);
  });

  test('what the answers of each resolver came to, and how long they took', async () => {
    const row = { transport: 'udp', role: 'witness', type: 'A', confidence: 1, rcode: null, answers: [] } as const;
    const looked = inspection('live', 'dns', verdict('intact'), {
      exhibits: {
        pictures: [],
        texts: [],
        members: [],
        resolvers: [
          { ...row, resolver: 'isp', verdict: 'CONSISTENT_IP', rttMs: 40 },
          { ...row, resolver: 'isp', verdict: 'UNMEASURABLE', rttMs: null },
        ],
      },
    });
    made.looked(looked);
    const text = await read();
    expect(text).toContain('siteward_resolver_answers_total{resolver="isp",verdict="UNMEASURABLE"} 1\n');
    expect(text).toContain('siteward_resolver_seconds_sum{resolver="isp"} 0.04\n');
    expect(text).toContain('siteward_resolver_seconds_count{resolver="isp"} 1\n');
  });

  test('nothing a site, a resolver or a receiver says becomes a label, however much of it there is', async () => {
    const subject = createMetrics();
    const labels = async (): Promise<readonly string[]> =>
      (await subject.registry.metrics()).split('\n').filter((line) => line.startsWith('siteward_'));
    const look = (said: string): void => {
      const finding = { code: `page/${said}`, severity: 'critical', confidence: 1, summary: said } as const;
      const found = { ...finding, diagnosis: 'defaced', vantage: 'local', expected: said, actual: said } as const;
      const resolvers = [
        { ...({ resolver: 'isp', transport: 'udp', role: 'witness', type: 'A', confidence: 1, rttMs: 40 } as const) },
      ].map((row) => ({ ...row, verdict: 'CONSISTENT_IP', rcode: said, answers: [said] }) as const);
      const exhibits = { pictures: [], texts: [], members: [], resolvers };
      const judged = { ...verdict('altered'), severity: 'critical', summary: said, findings: [found] } as const;
      subject.looked(inspection('live', 'dns', judged, { exhibits }));
    };
    look('a"} 1\nsiteward_forged 1 \u202e');
    const before = await labels();
    for (let index = 0; index < 1_000; index++) look(`another ${index}`);
    expect(await labels()).toHaveLength(before.length);
    expect((await labels()).join('\n')).not.toMatch(/forged|another|\u202e/);
  });
});
