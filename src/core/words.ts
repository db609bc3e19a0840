/** The words of a message: diagnoses, times, certainty and advice for somebody who was just woken up. Pure. */
import type { Diagnosis, ResolverRow, Scope, Site } from './model.js';

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

const SCOPES: Readonly<Record<Scope, string>> = {
  global: 'from everywhere we look',
  regional: 'from some of the places we look from, not from all',
  single: 'from one place',
};

export function scopeWords(scope: Scope): string {
  return SCOPES[scope];
}

/** `2026-07-17 15:30:00 UTC`: the same for every reader. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `40 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: two units at most. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'min', minutes < 10 ? seconds % 60 : 0, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large} ${largeUnit}${small > 0 ? ` ${small} ${smallUnit}` : ''}`;
}

/** `99 % sure`. Never rounded up to certainty. */
export function sureness(confidence: number): string {
  return `${Math.min(confidence >= 1 ? 100 : 99, Math.round(confidence * 100))} % sure`;
}

/** The resolver told the truth, as far as the ladder can say. */
export function agrees(row: ResolverRow): boolean {
  return row.verdict.startsWith('CONSISTENT');
}

export interface Advice {
  readonly text: string;
  /** To be typed as it is. */
  readonly command?: string;
}

/** What to do now, the most urgent first. */
export function adviceFor(diagnosis: Diagnosis, site: Pick<Site, 'id' | 'name'>): readonly Advice[] {
  const look: Advice = { text: 'Look again:', command: `siteward check ${site.id}` };
  const ask: Advice = { text: 'Ask every resolver again:', command: `siteward dns ${site.name}` };
  switch (diagnosis) {
    case 'delegation-hijacked':
      return [{ text: 'Call your registrar now: have the delegation restored and the domain locked.' }, ask];
    case 'dns-redirected':
      return [
        { text: 'Tell the operators of the resolvers that disagree: their users are sent to an impostor.' },
        ask,
        { text: 'If the new address is yours, add it to dns.allow of the site in watchlist.yaml.' },
      ];
    case 'tls-intercepted':
    case 'certificate-changed':
      return [
        { text: 'Ask whoever renews the certificate whether this one is theirs. If not, have it revoked.' },
        ...acceptance(site.id),
      ];
    case 'defaced':
    case 'injected':
    case 'redirected':
    case 'changed':
      return [
        { text: 'If nobody of yours did this, take the page offline or restore it, and keep the evidence.' },
        ...acceptance(site.id),
      ];
    case 'down':
    case 'stream-broken':
      return [{ text: 'See whether the server and its name answer from another network.' }, look];
    case 'blocked':
    case 'denied':
    case 'bot-walled':
      return [{ text: 'Let the address of this monitor through, or look from another network.' }, look];
    case 'monitor-fault':
      return [{ text: 'See what on the monitoring machine needs mending:', command: 'siteward doctor' }];
  }
}

function acceptance(id: string): readonly Advice[] {
  return [
    {
      text: 'If it is your own change, take a new baseline and review it:',
      command: `siteward baseline capture ${id} && siteward baseline diff ${id}`,
    },
    { text: 'Then approve it:', command: `siteward baseline approve ${id} --by YOUR-NAME` },
  ];
}
