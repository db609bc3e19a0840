/** The words of the reports that nobody else needs: marks, tones and counts of whole runs. Pure. */
import { type Severity, STATES, type State } from '../../core/model.js';
import { diagnosisWords } from '../../core/words.js';
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

const STATE_WORDS: Readonly<Record<State, string>> = {
  intact: 'intact',
  altered: 'altered',
  unreachable: 'unreachable',
  unverified: 'not verified',
};

export function stateWords(state: State): string {
  return STATE_WORDS[state];
}

/** `altered: defaced`, `intact`. */
export function headline(site: Pick<SiteInspection, 'state' | 'diagnosis'>): string {
  const state = stateWords(site.state);
  if (site.state === 'intact' || site.diagnosis === null) return state;
  return `${state}: ${diagnosisWords(site.diagnosis)}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
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
  const parts = STATES.flatMap((state) => {
    const count = sites.filter((site) => site.state === state).length;
    return count === 0 ? [] : [`${count} ${stateWords(state)}`];
  });
  return parts.length === 0 ? 'no site was looked at' : parts.join(', ');
}

/** What the licence of the IP-to-ASN data asks for wherever its results are shown. */
export const ASN_CREDIT = 'IP to ASN: RouteViews, NRO and DB-IP (https://db-ip.com), CC BY 4.0';
