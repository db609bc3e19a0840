import { describe, expect, it } from 'vitest';
import { acknowledge, tick } from '../../src/core/ladder.js';
import type { Severity, Verdict } from '../../src/core/model.js';
import { aFinding, aTarget, aVerdict, intactVerdict, unreachableVerdict } from '../contracts/samples.js';
import { changes, defaced, dns, eventPage, History, page, transient } from './history.js';

const lied = (severity: Severity = 'warning'): Verdict =>
  aVerdict({ findings: [aFinding({ code: 'dns/redirected', diagnosis: 'dns-redirected', severity })] });

/** Somebody has it. */
function take(history: History): void {
  const [open] = history.open();
  if (!open) throw new Error('Nothing is open.');
  history.take(acknowledge(open, 'Ada', page.policy, history.at));
}

const isTaken = (history: History): boolean => history.open()[0]?.acknowledged !== null;

describe('what somebody has in hand', () => {
  it('stays so while a detail of it rotates, or the same is seen again', () => {
    const history = new History();
    history.see(defaced());
    take(history);
    for (let round = 0; round < 30; round++) {
      const rotating = aFinding({ actual: `Hacked by ${round}`, summary: `Now it says ${round}.` });
      expect(history.see(aVerdict({ findings: [rotating] }), page, 15_000)).toEqual([]);
    }
    expect(isTaken(history)).toBe(true);
  });

  it('is nobody’s any more at a second cause, and the ladder begins anew', () => {
    const history = new History();
    history.see(defaced());
    take(history);
    const [told] = history.see(lied('critical'), dns);
    expect(told).toMatchObject({ change: 'worsened', incident: { acknowledged: null, ladder: { from: history.at } } });
  });

  it('is an alarm of its own when it is taken away, and when it becomes graver', () => {
    const history = new History();
    const alarms = (): number | undefined => history.open()[0]?.alarms;
    history.see(lied(), dns);
    history.see(defaced('page/x', 'warning'));
    expect(alarms()).toBe(0);
    history.see(defaced());
    expect(alarms()).toBe(1);
    take(history);
    history.see(defaced('page/script-added'));
    expect(alarms()).toBe(2);
    take(history);
    const [open] = history.open();
    if (!open) throw new Error('Nothing is open.');
    history.take(tick(open, page.policy, [], false, history.at + 3_600_000));
    expect(history.open()[0]).toMatchObject({ alarms: 3, acknowledged: null });
  });

  it('stays so when the worse of two goes and comes back at once: that is a relapse, folded like one', () => {
    const history = new History();
    history.see(lied(), dns);
    history.see(defaced());
    take(history);
    for (let round = 0; round < 40; round++) {
      history.see(intactVerdict(), page, 15_000);
      history.see(defaced(), page, 15_000);
    }
    expect(isTaken(history)).toBe(true);
    expect(changes(history.transitions)).not.toContain('reopened');
    // Twenty minutes of that: told until it flaps, then once in ten minutes.
    expect(history.transitions.length).toBeLessThanOrEqual(10);
  });

  it('is taken no more at a relapse that shows something new, which is told as that', () => {
    const history = new History();
    history.see(defaced());
    take(history);
    history.see(intactVerdict());
    const [told] = history.see(defaced('page/script-added'));
    expect(told).toMatchObject({ change: 'worsened', incident: { acknowledged: null, relapses: 1 } });
    expect(told?.because).toContain('page/script-added is new');
  });

  it('stays so where all that is new follows from it', () => {
    const history = new History();
    history.see(aVerdict({ findings: [aFinding({ code: 'dns/hijacked', diagnosis: 'delegation-hijacked' })] }), dns);
    take(history);
    history.see(defaced('page/title-replaced'));
    expect(isTaken(history)).toBe(true);
  });
});

describe('a second resolver that lies', () => {
  const lieOf = (...resolvers: string[]): Verdict => {
    const where = resolvers.map((name) => `resolver ${name} (udp), A`).join('; ');
    return aVerdict({ findings: [aFinding({ code: 'dns/redirect', diagnosis: 'dns-redirected', where })] });
  };

  it('is news though the finding is the same, and each of them once', () => {
    const history = new History();
    history.see(lieOf('isp'), dns);
    take(history);
    const [told] = history.see(lieOf('isp', 'cafe'), dns);
    expect(told).toMatchObject({ change: 'worsened', incident: { acknowledged: null } });
    expect(told?.because).toBe('resolver cafe (udp) lies too');
    for (const names of [['isp'], ['cafe'], ['isp', 'cafe']]) expect(history.see(lieOf(...names), dns)).toEqual([]);
  });
});

describe('what was over while the rest stood', () => {
  it('is told again when it comes back, though its findings were told before', () => {
    const history = new History();
    history.see(lied('critical'), dns);
    history.see(defaced());
    take(history);
    expect(changes(history.heal([page]))).toEqual([]);
    const [told] = history.see(defaced());
    expect(told).toMatchObject({ change: 'worsened', incident: { acknowledged: null } });
    expect(told?.because).toContain('live/page is back');
    expect(history.see(defaced())).toEqual([]);
  });

  it('is told again where it was an outage', () => {
    const history = new History();
    history.see(unreachableVerdict(), dns);
    history.see(unreachableVerdict());
    history.heal([page]);
    expect(changes(history.see(unreachableVerdict()))).toEqual(['worsened']);
  });
});

describe('news of what flaps', () => {
  it('waits ten minutes and is told then, not forgotten', () => {
    const history = new History();
    for (let round = 0; round < 20; round++) {
      history.see(defaced(), page, 15_000);
      history.see(intactVerdict(), page, 15_000);
    }
    expect(history.open()[0]?.flapping).toBe(true);
    const before = history.transitions.length;
    for (let round = 0; round < 45; round++) history.see(defaced('page/script-added'), page, 15_000);
    const told = history.transitions.slice(before);
    expect(told.map(({ because }) => because).join()).toContain('page/script-added is new');
    expect(told.length).toBeLessThanOrEqual(2);
  });

  it('is told at once where it is of another check', () => {
    const history = new History();
    for (let round = 0; round < 20; round++) {
      history.see(defaced(), page, 15_000);
      history.see(intactVerdict(), page, 15_000);
    }
    expect(changes(history.see(lied(), dns, 1_000))).toEqual(['worsened']);
  });
});

describe('what is seen once and gone while something else is open', () => {
  it('is noted in its own words', () => {
    const history = new History();
    history.see(lied('critical'), dns);
    const [note] = history.see(transient());
    expect(note).toMatchObject({ change: 'transient', incident: { diagnosis: 'defaced', severity: 'warning' } });
    expect(history.open()[0]).toMatchObject({ diagnosis: 'dns-redirected', severity: 'critical', status: 'open' });
  });

  it('is a cause of its own the second time: some visitors are served it', () => {
    const history = new History();
    history.see(lied('critical'), dns);
    take(history);
    history.see(transient());
    for (let round = 0; round < 9; round++) expect(history.see(intactVerdict())).toEqual([]);
    const [told] = history.see(transient());
    expect(told).toMatchObject({ change: 'worsened', incident: { acknowledged: null, pattern: 'intermittent' } });
    expect(told?.because).toMatch(/live\/page: .*some visitors/);
    for (let round = 0; round < 9; round++) history.see(intactVerdict());
    expect(history.see(transient())).toEqual([]);
  });

  it('is two notes with more than half an hour between', () => {
    const history = new History();
    history.see(lied('critical'), dns);
    history.see(transient());
    for (let round = 0; round < 33; round++) history.see(intactVerdict());
    expect(changes(history.see(transient()))).toEqual(['transient']);
  });
});

describe('a suspicion', () => {
  it('does not hold up what another check is sure of', () => {
    const history = new History();
    history.suspect(defaced());
    const [told] = history.see(lied('critical'), dns, 1_000);
    expect(told).toMatchObject({ change: 'opened', because: 'dns/redirected', incident: { status: 'open' } });
    expect(Object.keys(told?.incident.diverging ?? {})).toEqual(['live/page', 'live/dns']);
    // What was suspected is confirmed, and told already.
    expect(history.see(defaced(), eventPage, 1_000)).toEqual([]);
  });
});

describe('one fault of ours that shows at one target after the other', () => {
  const unseen = (many: number): Verdict => {
    const targets = Array.from({ length: many }, (_, index) => `site${index}/page`);
    const findings = targets.map((one) =>
      aFinding({ code: `monitor/not-observed ${one}`, severity: 'warning', diagnosis: 'monitor-fault' }),
    );
    return aVerdict({ findings });
  };
  const monitor = { ...aTarget('page'), id: '_siteward/not-observed', kind: 'monitor' };

  it('is told of together, once a minute', () => {
    const history = new History();
    for (let many = 1; many <= 10; many++) history.see(unseen(many), monitor, 10_000);
    expect(changes(history.transitions)).toEqual(['opened', 'worsened']);
    history.see(unseen(10), monitor, 60_000);
    expect(changes(history.transitions)).toEqual(['opened', 'worsened', 'worsened']);
    const codes = Object.values(history.open()[0]?.diverging ?? {}).flatMap((one) => one.codes);
    expect(codes).toHaveLength(10);
  });
});
