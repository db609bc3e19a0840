/** The words a person reads: one vocabulary for the terminal, the reports and the plugins. Pure. */
import type { Diagnosis, Finding, Severity, State } from '../../core/model.js';
import type { SiteInspection } from '../../monitor.js';

/** How bad it is, at a glance. `warning` is an altered target that nobody has to be woken for. */
export type Tone = 'good' | 'warning' | 'bad' | 'unsure';

const MARKS: Readonly<Record<Tone, string>> = { good: '✓', warning: '⚠', bad: '✗', unsure: '?' };

/** Terminal colours. */
export const TONE_STYLE = {
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  unsure: 'magenta',
} as const satisfies Record<Tone, string>;

/** Always printed beside a word: colour alone says nothing to many. */
export function markOf(tone: Tone): string {
  return MARKS[tone];
}

export function toneOf(judged: { readonly state: State; readonly severity: Severity | null }): Tone {
  switch (judged.state) {
    case 'intact':
      return 'good';
    case 'altered':
      return judged.severity === 'critical' ? 'bad' : 'warning';
    case 'unreachable':
      return 'bad';
    case 'unverified':
      return 'unsure';
  }
}

const STATES: Readonly<Record<State, string>> = {
  intact: 'intact',
  altered: 'altered',
  unreachable: 'unreachable',
  unverified: 'not verified',
};

export function stateWords(state: State): string {
  return STATES[state];
}

const DIAGNOSES: Readonly<Record<Diagnosis, string>> = {
  'delegation-hijacked': 'delegation hijacked',
  'dns-redirected': 'DNS redirected',
  'tls-intercepted': 'TLS intercepted',
  redirected: 'redirected elsewhere',
  defaced: 'defaced',
  injected: 'foreign code injected',
  'stream-broken': 'stream broken',
  blocked: 'blocked',
  denied: 'access denied',
  'bot-walled': 'behind a bot wall',
  'certificate-changed': 'certificate changed',
  changed: 'content changed',
  down: 'down',
  'monitor-fault': 'fault on our side',
};

export function diagnosisWords(diagnosis: Diagnosis): string {
  return DIAGNOSES[diagnosis];
}

/** `altered: defaced`, `intact`. */
export function headline(site: Pick<SiteInspection, 'state' | 'diagnosis'>): string {
  const state = stateWords(site.state);
  if (site.state === 'intact' || site.diagnosis === null) return state;
  return `${state}: ${diagnosisWords(site.diagnosis)}`;
}

/** `380 ms`, `4.2 s`, `1 min 12 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `2026-07-17 15:30:00 UTC`: the same for every reader of a report that travels. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `99 % sure`. Never rounded up to certainty. */
export function sureness(confidence: number): string {
  return `${Math.min(confidence >= 1 ? 100 : 99, Math.round(confidence * 100))} % sure`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'notice'];

/** Worst first, then surest first. */
export function worstFirst<F extends Finding>(findings: readonly F[]): readonly F[] {
  const rank = (finding: F): number => SEVERITIES.indexOf(finding.severity);
  return findings.toSorted((a, b) => rank(a) - rank(b) || b.confidence - a.confidence);
}

/** A verdict of the resolver ladder that says the answer is genuine. */
export function agrees(verdict: string): boolean {
  return verdict.startsWith('CONSISTENT');
}

/** What could not be seen, each once, in the words of the failure. */
export function failuresOf(site: SiteInspection): readonly { readonly kind: string; readonly detail: string }[] {
  const seen = new Map<string, { kind: string; detail: string }>();
  for (const { target, verdict } of site.inspections) {
    for (const { code, detail } of verdict.failures) {
      seen.set(`${target.kind} ${code} ${detail}`, { kind: target.kind, detail });
    }
  }
  return [...seen.values()];
}

/** How many sites are in each state, worst first: `1 altered, 1 not verified, 2 intact`. */
export function tally(sites: readonly { readonly state: State }[]): string {
  const order: readonly State[] = ['altered', 'unreachable', 'unverified', 'intact'];
  const parts = order.flatMap((state) => {
    const count = sites.filter((site) => site.state === state).length;
    return count === 0 ? [] : [`${count} ${stateWords(state)}`];
  });
  return parts.length === 0 ? 'no site was looked at' : parts.join(', ');
}
