import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, remind, type Step, withdraw } from '../../src/core/incident.js';
import type { Incident, Scope, Severity, Transition, Verdict } from '../../src/core/model.js';
import {
  aFinding,
  anIncident,
  aTarget,
  aVerdict,
  intactVerdict,
  T0,
  unreachableVerdict,
  unverifiedVerdict,
} from '../contracts/samples.js';

const page = aTarget('page');
const dns = aTarget('dns');
const { policy } = page;

/** A site's incidents over time, as a store would keep them. */
class History {
  readonly incidents = new Map<string, Incident>();
  readonly transitions: Transition[] = [];
  #at = T0;
  #ids = 0;

  see(verdict: Verdict, target = page): readonly Transition[] {
    this.#at += 60_000;
    return this.take(advance(this.open(), verdict, target, this.#at, () => `i${++this.#ids}`));
  }
  take(step: Step): readonly Transition[] {
    for (const incident of step.incidents) this.incidents.set(incident.id, incident);
    this.transitions.push(...step.transitions);
    return step.transitions;
  }
  open(): Incident[] {
    return [...this.incidents.values()].filter((incident) => incident.status === 'open');
  }
}

const changes = (transitions: readonly Transition[]) => transitions.map(({ change }) => change);
const defaced = (code = 'page/title-replaced', severity: Severity = 'critical', scope: Scope = 'single') =>
  aVerdict({ findings: [aFinding({ code, severity, summary: `${code} was seen.` })], scope });

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
    expect(changes(history.see(intactVerdict(), page))).toEqual([]);
    expect(history.open()[0]).toMatchObject({ diagnosis: 'dns-redirected', status: 'open' });
    const [resolved] = history.see(intactVerdict(), dns);
    expect(resolved).toMatchObject({ change: 'resolved', incident: { status: 'resolved', diverging: {} } });
    expect(resolved?.incident.resolvedAt).toBe(resolved?.at);
    expect(resolved?.incident.diagnosis).toBe('dns-redirected');
  });

  it('opens anew when the divergence comes back after the end', () => {
    const history = new History();
    history.see(defaced());
    history.see(intactVerdict());
    expect(changes(history.see(defaced()))).toEqual(['opened']);
    expect(history.open().map(({ id }) => id)).toEqual(['i2']);
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
    expect(changes(history.see(intactVerdict()))).toEqual(['resolved', 'resolved']);
  });

  it('of unreachability ends when the target answers, were it with a defacement', () => {
    const history = new History();
    history.see(unreachableVerdict());
    const both = history.see(defaced());
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

describe('a reminder', () => {
  it('is due when the time is up since anybody was told, and again after that', () => {
    const incident = anIncident();
    expect(remind(incident, policy, T0 + 299_999).transitions).toEqual([]);
    const [first] = remind(incident, policy, T0 + 300_000).transitions;
    expect(first).toMatchObject({ change: 'reminder', incident: { seq: 2, remindedAt: T0 + 300_000 } });
    if (!first) throw new Error('no reminder');
    expect(remind(first.incident, policy, T0 + 599_999).transitions).toEqual([]);
    expect(changes(remind(first.incident, policy, T0 + 600_000).transitions)).toEqual(['reminder']);
  });

  it.each([
    ['less than critical', anIncident({ severity: 'warning' })],
    ['resolved', anIncident({ status: 'resolved' })],
  ])('is never due for what is %s', (_, incident) => {
    expect(remind(incident, policy, T0 + 1e9)).toEqual({ incidents: [], transitions: [] });
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
    fc.constant(unreachableVerdict()),
    fc.constant(unverifiedVerdict()),
  );
  const look = fc.record({ verdict, target: fc.constantFrom(page, dns, aTarget('tls')) });
  const looks = fc.array(look, { maxLength: 40 });

  it('no incident is resolved while a target of the site was last seen diverging in its way', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const history = new History();
        const last = new Map<string, 'integrity' | 'availability'>();
        const both = new Set<string>();
        for (const { verdict: seen, target } of sequence) {
          history.see(seen, target);
          // The plain rule, told once more without the machine.
          if (seen.state === 'intact') {
            last.delete(target.id);
            both.delete(target.id);
          } else if (seen.state === 'altered' && seen.severity !== 'notice') {
            both.add(target.id);
            last.delete(target.id);
          } else if (seen.state === 'altered') {
            last.delete(target.id);
          } else if (seen.state === 'unreachable') {
            last.set(target.id, 'availability');
          }
          const open = new Set(history.open().map(({ cause }) => cause));
          expect(open.has('integrity')).toBe(both.size > 0);
          expect(open.has('availability')).toBe(last.size > 0);
        }
      }),
    );
  });

  it('an unverified look changes nothing', () => {
    fc.assert(
      fc.property(looks, look, (sequence, { target }) => {
        const history = new History();
        for (const one of sequence) history.see(one.verdict, one.target);
        const before = [...history.incidents.values()];
        expect(history.see(unverifiedVerdict(), target)).toEqual([]);
        expect([...history.incidents.values()]).toEqual(before);
      }),
    );
  });

  it('every opened has exactly one resolved once all is as approved, and one incident of a cause is open at a time', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const history = new History();
        for (const { verdict: seen, target } of sequence) {
          history.see(seen, target);
          const causes = history.open().map(({ cause }) => cause);
          expect(new Set(causes).size).toBe(causes.length);
        }
        for (const target of [page, dns, aTarget('tls')]) history.see(intactVerdict(), target);
        expect(history.open()).toEqual([]);
        for (const id of history.incidents.keys()) {
          const own = changes(history.transitions.filter(({ incident }) => incident.id === id));
          expect(own[0]).toBe('opened');
          expect(own.at(-1)).toBe('resolved');
          expect(own.slice(1, -1).every((change) => change === 'worsened')).toBe(true);
        }
      }),
    );
  });

  it('transitions of an incident are numbered without a gap, and what was told is never changed', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const history = new History();
        const told: string[] = [];
        for (const { verdict: seen, target } of sequence) {
          for (const transition of history.see(seen, target)) told.push(JSON.stringify(transition));
        }
        expect(history.transitions.map((transition) => JSON.stringify(transition))).toEqual(told);
        for (const id of history.incidents.keys()) {
          const numbers = history.transitions.filter(({ incident }) => incident.id === id).map((t) => t.incident.seq);
          expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        }
      }),
    );
  });
});
