/** What every rung of the ladder looks at, and how it speaks. Pure. */
import type { Reason } from './dnssec/status.js';
import type { Answer, DnsEvidence, Reply } from './evidence.js';
import type { Judgement, VerdictId } from './judgement.js';
import type { DnsSettings } from './settings.js';
import type { Truth } from './truth.js';

export interface Scene {
  readonly evidence: DnsEvidence;
  readonly truth: Truth;
  readonly settings: DnsSettings;
  /** Why whoever checks signatures cannot have the name, by its owner's fault. */
  readonly fault: Reason | null;
}

/** Extended errors (RFC 8914) in brackets, or nothing. */
export function errorsOf({ errors }: Pick<Reply, 'errors'>): string {
  return errors.length > 0 ? ` (${errors.join('; ')})` : '';
}

/** The resolver answered for the root, before and after: it works, whatever it says of the name. */
export function controlWorks(answer: Answer, scene: Scene): boolean {
  return everyControl(answer, scene, ({ replies }) => replies.some(({ rcode }) => rcode === 'NOERROR'));
}

/** It said something of the root, before and after. */
export function controlAnswers(answer: Answer, scene: Scene): boolean {
  return everyControl(answer, scene, ({ replies }) => replies.length > 0);
}

function everyControl({ resolver }: Answer, { evidence }: Scene, isSo: (control: Answer) => boolean): boolean {
  const controls = evidence.answers.filter(
    ({ asked, resolver: { name } }) => asked === 'control' && name === resolver.name,
  );
  return controls.length > 0 && controls.every(isSo);
}

/** Of the root. */
export function controlSays({ resolver }: Answer, { evidence }: Scene, isSo: (rcode: string) => boolean): boolean {
  return evidence.answers.some(
    (other) =>
      other.asked === 'control' &&
      other.resolver.name === resolver.name &&
      other.replies.some((reply) => isSo(reply.rcode)),
  );
}

/** It has an address for the name, of either kind. */
export function hasAddresses({ resolver }: Answer, { evidence }: Scene): boolean {
  return evidence.answers.some(
    (other) =>
      other.asked === 'name' &&
      (other.type === 'A' || other.type === 'AAAA') &&
      other.resolver.name === resolver.name &&
      other.replies.some((reply) => reply.addresses.length > 0),
  );
}

export function unmeasurable({ resolver }: Answer, why: string, says = why): Judgement {
  return judgement('UNMEASURABLE', 0, `"${resolver.name}" ${why}`, says);
}

export function judgement(verdict: VerdictId, confidence: number, why: string, says = why): Judgement {
  return { verdict, confidence, says, why, address: null };
}
