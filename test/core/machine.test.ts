/** The machine as it is used: looks, suspicions, people and time in any order. What is played must reach every transition. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suspect } from '../../src/core/incident.js';
import { acknowledge, close, type LadderStep, muted, tick } from '../../src/core/ladder.js';
import {
  CHANGES,
  type Change,
  type Incident,
  type Target,
  type Transition,
  type Verdict,
} from '../../src/core/model.js';
import {
  aFinding,
  aTarget,
  aVerdict,
  intactVerdict,
  unreachableVerdict,
  unverifiedVerdict,
} from '../contracts/samples.js';
import { defaced, History, transient } from './history.js';

const TARGETS: readonly Target[] = [aTarget('page'), aTarget('dns'), aTarget('tls')];
const LADDER: readonly LadderStep[] = [{ severity: 'critical', afterMs: 300_000, to: ['second'] }];

type Deed =
  | { readonly does: 'look'; readonly verdict: Verdict; readonly target: Target; readonly afterMs: number }
  | { readonly does: 'suspect'; readonly target: Target }
  | { readonly does: 'doubt'; readonly target: Target; readonly isReal: boolean }
  | { readonly does: 'heal' | 'take' | 'close' | 'mute' }
  | { readonly does: 'flicker'; readonly target: Target }
  | { readonly does: 'wait'; readonly forMs: number };

const target = fc.tuple(fc.constantFrom(...TARGETS), fc.boolean()).map(([one, inEvent]) => ({
  ...one,
  policy: { ...one.policy, inEvent },
}));
const code = fc.constantFrom('a', 'b', 'c');
const diagnosis = fc.constantFrom('defaced' as const, 'dns-redirected' as const, 'changed' as const);
const finding = fc
  .tuple(code, fc.constantFrom('warning' as const, 'critical' as const), diagnosis)
  .map(([name, severity, what]) => aFinding({ code: `x/${name}`, severity, diagnosis: what }));
const verdict = fc.oneof(
  { weight: 4, arbitrary: fc.array(finding, { minLength: 1, maxLength: 2 }).map((findings) => worstFirst(findings)) },
  { weight: 4, arbitrary: fc.constant(intactVerdict()) },
  { weight: 2, arbitrary: fc.constant(transient()) },
  { weight: 1, arbitrary: fc.constant(unreachableVerdict()) },
  { weight: 1, arbitrary: fc.constant(unverifiedVerdict()) },
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('look' as const),
      verdict,
      target,
      afterMs: fc.constantFrom(1_000, 15_000, 60_000, 600_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('suspect' as const), target }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('doubt' as const), target, isReal: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('heal' as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('take' as const, 'take' as const, 'mute' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('close' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('flicker' as const), target }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      forMs: fc.constantFrom(30_000, 360_000, 3_700_000, 3_700_000),
    }),
  },
);
const deeds = fc.array(deed, { minLength: 1, maxLength: 40 });

function worstFirst(findings: readonly ReturnType<typeof aFinding>[]): Verdict {
  const rank = ({ severity }: (typeof findings)[number]): number => (severity === 'critical' ? 0 : 1);
  return aVerdict({ findings: [...findings].sort((a, b) => rank(a) - rank(b)) });
}

/** Findings are named after the check that makes them. */
function of({ kind }: Target, seen: Verdict): Verdict {
  return { ...seen, findings: seen.findings.map((one) => ({ ...one, code: one.code.replace('x/', `${kind}/`) })) };
}

class Play {
  readonly history = new History();
  /** After each deed: what was told, and what was open before it. */
  readonly watched: ((told: readonly Transition[], before: readonly Incident[], deed: Deed) => void)[] = [];

  run(sequence: readonly Deed[]): this {
    for (const one of sequence) {
      const before = this.history.open();
      const count = this.history.transitions.length;
      this.#do(one);
      for (const watch of this.watched) watch(this.history.transitions.slice(count), before, one);
    }
    return this;
  }
  #do(one: Deed): void {
    const { history } = this;
    if (one.does === 'look') history.see(of(one.target, one.verdict), one.target, one.afterMs);
    if (one.does === 'doubt') this.#doubt(one.target, one.isReal);
    if (one.does === 'suspect') this.#suspect(one.target);
    if (one.does === 'heal') history.heal(TARGETS);
    if (one.does === 'flicker')
      for (let times = 0; times < 12; times++) history.see(times % 2 ? intactVerdict() : defaced(), one.target, 15_000);
    if (one.does === 'wait') this.#wait(one.forMs);
    for (const incident of history.open()) {
      const policy = TARGETS[0]?.policy ?? { inEvent: false };
      if (one.does === 'take') history.take(acknowledge(incident, 'Ada', policy, history.at));
      if (one.does === 'close') history.take(close(incident, 'Ada', 'seen', history.at));
      if (one.does === 'mute') history.take(muted(incident));
    }
  }
  #suspect(one: Target): void {
    const { history } = this;
    history.take(suspect([...history.incidents.values()], defaced(), one, history.at, () => `s${history.at}`));
  }
  /** A suspicion and the look that follows it. */
  #doubt(one: Target, isReal: boolean): void {
    this.history.at += 1_000;
    this.#suspect(one);
    this.history.see(isReal ? defaced() : transient(), one, 2_000);
  }
  #wait(forMs: number): void {
    const { history } = this;
    for (let passed = 0; passed < forMs; passed += 30_000) {
      history.at += 30_000;
      for (const incident of history.open()) {
        const policy = (TARGETS[0] as Target).policy;
        history.take(tick(incident, policy, LADDER, false, history.at));
      }
    }
  }
}

describe('the machine', () => {
  it('is played through every transition by what these tests make up', () => {
    const reached = new Map<string, number>();
    for (const sequence of fc.sample(deeds, { numRuns: 300, seed: 7 })) {
      for (const { change, incident } of new Play().run(sequence).history.transitions) {
        for (const name of [change, `${change} ${incident.pattern}`]) reached.set(name, (reached.get(name) ?? 0) + 1);
      }
    }
    const wanted = [
      ...CHANGES.filter((change) => change !== 'announced'),
      'opened intermittent',
      'worsened intermittent',
    ];
    expect(wanted.filter((name) => (reached.get(name) ?? 0) < 5)).toEqual([]);
  });

  it('takes an incident out of somebody’s hands by what is told as worse, by time and by its end alone', () => {
    fc.assert(
      fc.property(deeds, (sequence) => {
        const play = new Play();
        play.watched.push((told, before) => {
          for (const taken of before.filter(({ acknowledged }) => acknowledged !== null)) {
            const now = play.history.incidents.get(taken.id);
            if (now?.acknowledged) continue;
            const why = told.filter(({ incident }) => incident.id === taken.id).map(({ change }) => change);
            expect(why).toEqual(
              expect.arrayContaining([expect.stringMatching(/^(worsened|unacknowledged|resolved)$/)]),
            );
            // Whoever acknowledged it at his pager is called anew.
            const isCalled = why.some((change) => change !== 'resolved');
            if (isCalled && now?.status !== 'resolved') expect(now?.alarms).toBeGreaterThan(taken.alarms);
          }
          for (const { change, incident } of told) if (change === 'worsened') expect(incident.acknowledged).toBeNull();
        });
        play.run(sequence);
      }),
    );
  });

  it('leaves no critical look without an incident as grave, and none of a check that people do not know of untold', () => {
    fc.assert(
      fc.property(deeds, (sequence) => {
        const play = new Play();
        play.watched.push((told, before, one) => {
          if (one.does !== 'look' || one.verdict.state !== 'altered') return;
          const open = play.history.open().find(({ cause }) => cause === 'integrity');
          if (one.verdict.severity === 'critical') expect(open).toMatchObject({ severity: 'critical' });
          const known = before.find(({ cause }) => cause === 'integrity');
          if (known?.status === 'suspected') return;
          if (!known || !(one.target.id in known.diverging)) expect(told).not.toEqual([]);
        });
        play.run(sequence);
      }),
    );
  });

  it('numbers what it tells, has one incident of a cause open, and ends all of them when all is well', () => {
    const begins: readonly Change[] = ['suspected', 'opened', 'reopened', 'transient'];
    fc.assert(
      fc.property(deeds, (sequence) => {
        const play = new Play();
        const { history } = play;
        play.watched.push(() => {
          const causes = history.open().map(({ cause }) => cause);
          expect(new Set(causes).size).toBe(causes.length);
        });
        play.run(sequence);
        for (let round = 0; round < 45; round++) history.heal(TARGETS);
        expect(history.open()).toEqual([]);
        for (const id of history.incidents.keys()) {
          const own = history.transitions.filter(({ incident }) => incident.id === id);
          expect(own.map(({ incident }) => incident.seq)).toEqual(own.map((_, index) => index + 1));
          expect(begins).toContain(own[0]?.change);
          expect(['resolved', 'stood-down', 'transient']).toContain(own.at(-1)?.change);
        }
      }),
    );
  });
});
