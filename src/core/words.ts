/**
 * The words a person reads, in a mail as in a report: diagnoses, times, certainty, and advice for somebody who was just
 * woken up. Pure.
 */
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

/** `2026-07-17 15:30:00 UTC`: the same for every reader, wherever the text travels. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * `380 ms`, `4.2 s`, `40 s`, `1 min 12 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: two units at most, and none finer than
 * matters at that length.
 */
export function duration(ms: number): string {
  const milliseconds = Math.max(0, Math.round(ms));
  if (milliseconds < 1_000) return `${milliseconds} ms`;
  if (milliseconds < 9_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
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

/** The resolver's answer is genuine, as far as the ladder can say. */
export function agrees({ verdict }: Pick<ResolverRow, 'verdict'>): boolean {
  return verdict.startsWith('CONSISTENT');
}

/**
 * What is wrong with a certificate, continuing `its certificate ...`.
 * @param problem OpenSSL's or Node's code for it, which is for the evidence and not for a sentence.
 */
export function certificateFault(problem: string): string {
  switch (problem) {
    case 'CERT_HAS_EXPIRED':
      return 'has expired';
    case 'CERT_NOT_YET_VALID':
      return 'is not valid yet';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'is for another name';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'is self-signed';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'comes from an authority that is not trusted';
    case 'CERT_REVOKED':
      return 'was revoked';
    default:
      return 'is not trusted';
  }
}

/** One thing to do. */
export interface Advice {
  readonly text: string;
  /** To be typed as it is. */
  readonly command?: string;
}

/** What to do now about a site of which this is true: at most four steps, the most urgent first. */
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
        {
          ...look,
          text: 'If the new address is yours, add it to dns.allow of the site in watchlist.yaml, then look again:',
        },
      ];
    case 'tls-intercepted':
    case 'certificate-changed':
      return [
        { text: 'Ask whoever renews the certificate whether this one is theirs. If not, have it revoked.' },
        ...acceptance(site.id, 'If it is theirs'),
      ];
    case 'defaced':
    case 'injected':
    case 'redirected':
    case 'changed':
      return [
        { text: 'If nobody of yours did this, take the page offline or restore it, and keep the evidence.' },
        ...acceptance(site.id, 'If it is your own change'),
      ];
    case 'down':
    case 'stream-broken':
      return [
        { text: 'See whether the server and its name answer from another network.' },
        ask,
        { ...look, text: 'Look again once it is up:' },
      ];
    case 'blocked':
    case 'denied':
    case 'bot-walled':
      return [{ text: 'Let the address of this monitor through, or look from another network.' }, look];
    case 'monitor-fault':
      return [{ text: 'See what on the monitoring machine needs mending:', command: 'siteward doctor' }, look];
  }
}

function acceptance(id: string, condition: string): readonly Advice[] {
  return [
    {
      text: `${condition}, take a new baseline and review it:`,
      command: `siteward baseline capture ${id} && siteward baseline diff ${id}`,
    },
    { text: 'Then approve it:', command: `siteward baseline approve ${id} --by YOUR-NAME` },
  ];
}
