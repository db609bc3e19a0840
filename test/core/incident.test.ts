import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withdraw } from '../../src/core/incident.js';
import type { Incident, Scope, Severity, Target, Transition, Verdict } from '../../src/core/model.js';
import { missingWitnesses } from '../../src/core/recovery.js';
import {
  aFinding,
  aTarget,
  aVerdict,
  intactVerdict,
  T0,
  unreachableVerdict,
  unverifiedVerdict,
} from '../contracts/samples.js';
import { changes, defaced, dns, eventPage, History, page, transient } from './history.js';

const from = (verdict: Verdict, seenBy: string[], notSeenBy: string[] = []): Verdict => ({
  ...verdict,
  seenBy,
  notSeenBy,
});

describe('an incident', () => {
  it('opens at the first altered verdict and says what was found', () => {
    const [opened] = new History().see(defaced());
    expect(opened).toMatchObject({
      change: 'opened',
      because: 'page/title-replaced',
      incident: { cause: 'integrity', status: 'open', severity: 'critical', diagnosis: 'defaced', seq: 1 },
    });
    expect(opened?.incident.since).toBe(opened?.at);
  });

  it('is told once however long the same divergence lasts, but keeps its summary up to date', () => {
    const history = new History();
    history.see(defaced());
    const later = { ...defaced(), summary: 'Now with music.' };
    expect(history.see(later)).toEqual([]);
    expect(history.open()[0]).toMatchObject({ summary: 'Now with music.', seq: 1, updatedAt: T0 + 120_000 });
  });

  it('is fed by all targets of the site and ends only when the last of them is as approved', () => {
    const history = new History();
    history.see(defaced());
    history.see(aVerdict({ findings: [aFinding({ code: 'dns/redirected', diagnosis: 'dns-redirected' })] }), dns);
    expect(history.open()).toHaveLength(1);
    expect(changes(history.heal([page]))).toEqual([]);
    expect(history.open()[0]).toMatchObject({ diagnosis: 'dns-redirected', status: 'open' });
    const [resolved, ...others] = history.heal([dns]);
    expect(others).toEqual([]);
    expect(resolved).toMatchObject({ change: 'resolved', incident: { status: 'resolved' } });
    expect(resolved?.incident.resolvedAt).toBe(resolved?.at);
    expect(resolved?.incident.diagnosis).toBe('dns-redirected');
  });

  it('opens anew when the divergence comes back long after the end', () => {
    const history = new History();
    history.see(defaced());
    history.heal();
    expect(changes(history.see(defaced(), page, 30 * 60_000))).toEqual(['opened']);
    expect(history.open().map(({ id }) => id)).toEqual(['i2']);
  });

  it('is taken up again when the divergence comes back within half an hour', () => {
    const history = new History();
    history.see(defaced());
    history.heal();
    const [again] = history.see(defaced(), page, 29 * 60_000);
    expect(again).toMatchObject({
      change: 'reopened',
      incident: { id: 'i1', status: 'open', reopenCount: 1, resolvedAt: null },
    });
    expect(changes(history.heal())).toEqual(['resolved']);
  });

  it.each([
    ['the severity rises', defaced('page/title-replaced', 'warning'), defaced(), 'critical, was warning'],
    [
      'a more specific cause shows',
      defaced(),
      aVerdict({ findings: [aFinding({ diagnosis: 'redirected' })] }),
      'redirected, was defaced',
    ],
    ['a new finding comes', defaced(), defaced('page/script-added'), 'page/script-added is new'],
    [
      'a new finding of mere warning comes',
      defaced(),
      aVerdict({ findings: [aFinding(), aFinding({ code: 'page/iframe-added', severity: 'warning' })] }),
      'page/iframe-added is new',
    ],
    [
      'it is seen from everywhere',
      defaced('page/title-replaced', 'critical', 'regional'),
      defaced('page/title-replaced', 'critical', 'global'),
      'now seen from everywhere we look',
    ],
  ])('worsens when %s', (_, before, after, because) => {
    const history = new History();
    history.see(before);
    const [worsened] = history.see(after);
    expect(worsened).toMatchObject({ change: 'worsened', because, incident: { seq: 2, remindedAt: worsened?.at } });
  });

  it.each([
    ['a finding goes', aVerdict({ findings: [aFinding(), aFinding({ code: 'page/x' })] }), defaced()],
    ['the severity falls', defaced(), defaced('page/title-replaced', 'warning')],
    [
      'a notice comes',
      defaced(),
      aVerdict({ findings: [aFinding(), aFinding({ code: 'page/y', severity: 'notice' })] }),
    ],
    ['fewer see it', defaced('page/title-replaced', 'critical', 'global'), defaced()],
  ])('stays silent when %s, and when that reverses', (_, first, second) => {
    const history = new History();
    history.see(first);
    expect(history.see(second)).toEqual([]);
    expect(history.see(first)).toEqual([]);
  });

  it('never opens on notices', () => {
    const notices = aVerdict({ findings: [aFinding({ severity: 'notice' })] });
    const history = new History();
    expect(history.see(notices)).toEqual([]);
    expect(history.see({ ...notices, state: 'intact' })).toEqual([]);
    expect(history.incidents.size).toBe(0);
  });

  it('of unreachability is another than that of alteration, and both can be open', () => {
    const history = new History();
    history.see(defaced());
    expect(history.see(unreachableVerdict())[0]).toMatchObject({
      change: 'opened',
      incident: { cause: 'availability' },
    });
    expect(
      history
        .open()
        .map(({ cause }) => cause)
        .sort(),
    ).toEqual(['availability', 'integrity']);
    expect(changes(history.heal())).toEqual(['resolved', 'resolved']);
  });

  it('of unreachability ends when the target answers, were it with a defacement', () => {
    const history = new History();
    history.see(unreachableVerdict());
    const both = history.heal([page], defaced());
    expect(both.map(({ change, incident }) => [change, incident.cause])).toEqual([
      ['opened', 'integrity'],
      ['resolved', 'availability'],
    ]);
  });

  it('of one site is not touched by another site', () => {
    const history = new History();
    history.see(defaced());
    expect(history.see(intactVerdict(), { ...page, siteId: 'shop' })).toEqual([]);
    expect(history.open()).toHaveLength(1);
  });

  it('ends when its last target is no longer watched', () => {
    const history = new History();
    history.see(defaced());
    history.see(defaced('dns/x'), dns);
    expect(changes(history.take(withdraw(history.open(), new Set(['live/page', 'live/dns']), T0)))).toEqual([]);
    expect(changes(history.take(withdraw(history.open(), new Set(['live/page']), T0)))).toEqual([]);
    const [resolved] = history.take(withdraw(history.open(), new Set(['shop/page']), T0));
    expect(resolved).toMatchObject({ change: 'resolved', because: 'live/page is no longer watched' });
  });
});

describe('recovery', () => {
  it.each([
    ['three looks and two minutes everyday', page, 60_000, 3],
    ['two minutes, however many looks', page, 15_000, 9],
    ['five looks in an event', eventPage, 60_000, 5],
    ['two minutes in an event too', eventPage, 15_000, 9],
  ])('needs %s', (_, one, everyMs, looks) => {
    const history = new History();
    history.see(defaced(), one);
    const told = Array.from({ length: looks }, () => history.see(intactVerdict(), one, everyMs));
    expect(told.slice(0, -1).flat()).toEqual([]);
    expect(changes(told.at(-1) ?? [])).toEqual(['resolved']);
  });

  it('is a state of its own until then, and nobody is told of it', () => {
    const history = new History();
    history.see(defaced());
    expect(history.see(intactVerdict())).toEqual([]);
    expect(history.open()[0]?.status).toBe('recovering');
  });

  it('needs the word of every vantage that saw it: the others prove nothing', () => {
    const history = new History();
    history.see(from(defaced(), ['north', 'south'], ['west']));
    expect(history.heal([page], from(intactVerdict(), [], ['north', 'west']))).toEqual([]);
    expect(history.open()[0]).toMatchObject({ status: 'open' });
    expect(missingWitnesses(history.open()[0] as Incident)).toEqual(['south']);
    const told = history.heal([page], from(intactVerdict(), [], ['south']));
    expect(changes(told)).toEqual(['resolved']);
  });

  it('does not come from losing the witness, however long it is gone', () => {
    const history = new History();
    history.see(from(defaced(), ['north'], ['west']));
    for (let look = 0; look < 500; look++) history.see(from(intactVerdict(), [], ['west']));
    expect(history.open()).toHaveLength(1);
    expect(changes(history.transitions)).toEqual(['opened']);
  });

  it('goes on while another vantage sees it: what one saw gone it must see gone again after that', () => {
    const history = new History();
    history.see(from(defaced(), ['north', 'south']));
    history.see(from(defaced(), ['south'], ['north']));
    expect(history.open()[0]?.diverging['live/page']?.witnesses).toEqual({ north: 1, south: 0 });
    history.see(from(defaced(), ['north', 'south']));
    expect(history.open()[0]?.diverging['live/page']?.witnesses).toEqual({ north: 0, south: 0 });
  });

  it('of a damaged record is on the word of whoever reads it next', () => {
    const history = new History();
    history.see(from(defaced('baseline/tampered'), ['baseline'], ['local']));
    expect(changes(history.heal())).toEqual(['resolved']);
  });

  it('does not wait for the day after, where the clock was set back by one meanwhile', () => {
    const history = new History();
    history.see(defaced());
    history.see(intactVerdict());
    history.at -= 86_400_000;
    expect(changes(history.heal())).toEqual(['resolved']);
  });

  it('is taken back by a relapse, which is told and counted', () => {
    const history = new History();
    history.see(defaced());
    history.see(intactVerdict());
    expect(history.see(defaced())[0]).toMatchObject({
      change: 'relapsed',
      because: 'relapse 1: it was gone and is back',
      incident: { status: 'open', relapses: 1 },
    });
    history.see(intactVerdict());
    expect(history.see(defaced('page/script-added'))[0]?.because).toBe(
      'relapse 2: it was gone and is back; page/script-added is new',
    );
  });
});

describe('what is seen once and gone', () => {
  it('is kept as a record, with a note that wakes nobody', () => {
    const history = new History();
    expect(history.see(transient())[0]).toMatchObject({
      change: 'transient',
      incident: { status: 'resolved', pattern: 'transient', severity: 'warning' },
    });
    expect(history.open()).toEqual([]);
  });

  it('twice within half an hour is an incident: some visitors are served it', () => {
    const history = new History();
    history.see(transient());
    const [opened] = history.see(transient(), page, 29 * 60_000);
    expect(opened).toMatchObject({
      change: 'opened',
      incident: { id: 'i1', status: 'open', pattern: 'intermittent', severity: 'critical' },
    });
    expect(opened?.because).toMatch(/some visitors/);
  });

  it('twice with more time between is two records', () => {
    const history = new History();
    history.see(transient());
    expect(changes(history.see(transient(), page, 31 * 60_000))).toEqual(['transient']);
    const inEvent = new History();
    inEvent.see(transient(), eventPage);
    expect(changes(inEvent.see(transient(), eventPage, 16 * 60_000))).toEqual(['transient']);
  });

  it('again and again is one incident with a message in ten minutes, and over after half an hour without', () => {
    const history = new History();
    history.see(transient());
    history.see(transient());
    const told: Transition[] = [];
    for (let round = 0; round < 60; round++) {
      told.push(...Array.from({ length: 4 }, () => history.see(intactVerdict(), page, 15_000)).flat());
      told.push(...history.see(transient(), page, 15_000));
    }
    expect(told.length).toBeLessThanOrEqual(8);
    expect(told.length).toBeGreaterThan(4);
    expect(new Set(changes(told))).toEqual(new Set(['relapsed']));
    const calm = Array.from({ length: 29 }, () => history.see(intactVerdict())).flat();
    expect(calm).toEqual([]);
    expect(changes([history.see(intactVerdict()), history.see(intactVerdict())].flat())).toEqual(['resolved']);
  });

  it('is no news of what is open, but a sighting of it', () => {
    const history = new History();
    history.see(defaced());
    history.see(intactVerdict());
    expect(changes(history.see(transient()))).toEqual(['relapsed']);
    expect(history.open()[0]).toMatchObject({ severity: 'critical', diagnosis: 'defaced' });
  });
});

describe('what comes and goes', () => {
  it('is told as flapping once, its news folded into one in ten minutes, and it ends only in calm', () => {
    const history = new History();
    for (let round = 0; round < 40; round++) {
      history.see(defaced(), page, 15_000);
      history.see(intactVerdict(), page, 15_000);
    }
    const told = changes(history.transitions);
    expect(told.slice(0, 5)).toEqual(['opened', 'relapsed', 'relapsed', 'flapping', 'relapsed']);
    expect(told.filter((change) => change === 'flapping')).toHaveLength(1);
    expect(told.length).toBeLessThanOrEqual(7);
    const calm = Array.from({ length: 9 }, () => history.see(intactVerdict())).flat();
    expect(calm).toEqual([]);
    const end = Array.from({ length: 12 }, () => history.see(intactVerdict())).flat();
    expect(changes(end)).toEqual(['resolved']);
  });

  it('never keeps back what is graver', () => {
    const history = new History();
    for (let round = 0; round < 12; round++) {
      history.see(defaced('page/x', 'warning'), page, 15_000);
      history.see(intactVerdict(), page, 15_000);
    }
    expect(history.open()[0]?.flapping).toBe(true);
    expect(changes(history.see(defaced(), page, 15_000))).toEqual(['worsened']);
    expect(history.transitions.at(-1)?.because).toContain('critical, was warning');
  });
});

describe('a suspicion in an event window', () => {
  it('is told at the first look and confirmed by the next, as one incident', () => {
    const history = new History();
    expect(changes(history.suspect(defaced()))).toEqual(['suspected']);
    expect(history.suspect(defaced('dns/x'), { ...dns, policy: eventPage.policy })).toEqual([]);
    expect(history.see(defaced(), eventPage, 2_000)[0]).toMatchObject({
      change: 'opened',
      incident: { id: 'i1', status: 'open', seq: 2 },
    });
  });

  it.each([
    ['gone', transient()],
    ['never there for sure', intactVerdict()],
  ])('is taken back where it was %s, and kept as a record', (_, next) => {
    const history = new History();
    history.suspect(defaced());
    expect(history.see(next, eventPage, 2_000)[0]).toMatchObject({
      change: 'stood-down',
      incident: { status: 'resolved', pattern: 'transient' },
    });
  });

  it('stays where the next look could not be made', () => {
    const history = new History();
    history.suspect(defaced());
    expect(history.see(unverifiedVerdict(), eventPage)).toEqual([]);
    expect(history.open()[0]?.status).toBe('suspected');
  });

  it.each([
    ['everyday', defaced(), page],
    ['of a warning', defaced('page/x', 'warning'), eventPage],
    ['of an outage', unreachableVerdict(), eventPage],
  ])('is nothing %s', (_, verdict, one) => {
    expect(new History().suspect(verdict, one)).toEqual([]);
  });
});

describe('whatever the verdicts', () => {
  const severity = fc.constantFrom<Severity>('notice', 'warning', 'critical');
  const finding = fc.record({
    code: fc.constantFrom('page/a', 'page/b', 'dns/c'),
    severity,
    diagnosis: fc.constantFrom('defaced' as const, 'dns-redirected' as const, 'changed' as const),
  });
  const altered = fc
    .tuple(fc.array(finding, { minLength: 1, maxLength: 3 }), fc.constantFrom<Scope>('single', 'regional', 'global'))
    .map(([found, scope]) => {
      const findings = found.map((one) => aFinding(one));
      const worst = (['critical', 'warning', 'notice'] as const).find((s) => findings.some((f) => f.severity === s));
      return aVerdict({ findings, scope, severity: worst ?? null });
    });
  const verdict = fc.oneof(
    altered,
    fc.constant(intactVerdict()),
    fc.constant(defaced('page/transient', 'warning')),
    fc.constant(unreachableVerdict()),
    fc.constant(unverifiedVerdict()),
  );
  const look = fc.record({ verdict, target: fc.constantFrom(page, dns, aTarget('tls')) });
  const looks = fc.array(look, { maxLength: 40 });

  const everything = [page, dns, aTarget('tls')];
  const play = (history: History, sequence: readonly { verdict: Verdict; target: Target }[]): void => {
    for (const one of sequence) history.see(one.verdict, one.target);
  };

  it('no incident is over while a vantage that saw it has not seen it gone since', () => {
    const vantages = ['north', 'south', 'west'];
    const witnessed = fc.record({
      seenBy: fc.subarray(vantages),
      clearBy: fc.subarray(vantages),
      target: fc.constantFrom(...everything),
    });
    fc.assert(
      fc.property(fc.array(witnessed, { maxLength: 40 }), (sequence) => {
        const history = new History();
        // The plain rule, told once more without the machine: who still says that it is there.
        const sayers = new Set<string>();
        for (const { seenBy, clearBy, target: one } of sequence) {
          const others = clearBy.filter((vantage) => !seenBy.includes(vantage));
          history.see(from(seenBy.length > 0 ? defaced() : intactVerdict(), seenBy, others), one);
          for (const vantage of seenBy) sayers.add(`${one.id} ${vantage}`);
          for (const vantage of others) sayers.delete(`${one.id} ${vantage}`);
          if (sayers.size > 0) expect(history.open()).toHaveLength(1);
          if (history.open()[0]?.status === 'recovering') expect(sayers.size).toBe(0);
        }
      }),
    );
  });

  it('an unverified look changes nothing', () => {
    fc.assert(
      fc.property(looks, look, (sequence, { target: one }) => {
        const history = new History();
        play(history, sequence);
        const before = [...history.incidents.values()];
        // Somebody saw it without having anything to compare with: that is no recovery either.
        for (const verdict of [unverifiedVerdict(), from(unverifiedVerdict(), [], ['local'])]) {
          expect(history.see(verdict, one)).toEqual([]);
          expect([...history.incidents.values()]).toEqual(before);
        }
      }),
    );
  });

  it('every beginning has exactly one end once all is as approved, and one incident of a cause is open at a time', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const history = new History();
        for (const { verdict: seen, target: one } of sequence) {
          history.see(seen, one);
          const causes = history.open().map(({ cause }) => cause);
          expect(new Set(causes).size).toBe(causes.length);
        }
        for (let round = 0; round < 45; round++) history.heal(everything);
        expect(history.open()).toEqual([]);
        for (const id of history.incidents.keys()) {
          const own = changes(history.transitions.filter(({ incident }) => incident.id === id));
          const begun = own.filter((change) => change === 'opened' || change === 'reopened').length;
          expect(own.filter((change) => change === 'resolved')).toHaveLength(begun);
          expect(own.at(-1)).toBe(begun > 0 ? 'resolved' : 'transient');
        }
      }),
    );
  });

  it('transitions of an incident are numbered without a gap, and what was told is never changed', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const history = new History();
        const told: string[] = [];
        for (const { verdict: seen, target: one } of sequence) {
          for (const transition of history.see(seen, one)) told.push(JSON.stringify(transition));
        }
        expect(history.transitions.map((transition) => JSON.stringify(transition))).toEqual(told);
        for (const id of history.incidents.keys()) {
          const numbers = history.transitions.filter(({ incident }) => incident.id === id).map((t) => t.incident.seq);
          expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        }
      }),
    );
  });

  it('the first page of a critical divergence is never kept back', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const history = new History();
        for (const { verdict: seen, target: one } of sequence) {
          const before = history.open().some(({ cause, severity }) => cause === 'integrity' && severity === 'critical');
          const told = changes(history.see(seen, one));
          const isNew = seen.state === 'altered' && seen.severity === 'critical' && !before;
          if (isNew) expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/opened|worsened|relapsed/)]));
        }
      }),
    );
  });
});
