/** The rungs for a resolver that gives no answer: failures, silence, and what nobody can read. Pure. */
import type { Reason } from './dnssec/status.js';
import type { Answer, Reply } from './evidence.js';
import type { Judgement } from './judgement.js';
import { leavesOutBindings } from './records.js';
import { controlAnswers, controlWorks, errorsOf, judgement, type Scene, unmeasurable } from './scene.js';

/** SERVFAIL, REFUSED and their like. */
export function judgeError(reply: Reply, answer: Answer, scene: Scene): Judgement {
  const errors = errorsOf(reply);
  if (!controlWorks(answer, scene))
    return unmeasurable(answer, `answers ${reply.rcode}${errors} to everything`, 'answers everything with an error');
  if (scene.fault !== null && reply.rcode === 'SERVFAIL') {
    return operatorError(scene.fault, `refuses it as a resolver that checks signatures must (SERVFAIL${errors})`);
  }
  if (!scene.truth.known)
    return unmeasurable(answer, `answers ${reply.rcode}${errors}, as the references do`, 'fails as the references do');
  const says = reply.rcode === 'REFUSED' ? 'refuses to answer for it' : 'answers with an error for it';
  return judgement(
    'BLOCK_ERR',
    0.3,
    `answers ${reply.rcode}${errors} for this name although it works otherwise`,
    `${says} although it works otherwise`,
  );
}

export function judgeSilence(answer: Answer, scene: Scene): Judgement {
  const leftOut = leavesOutBindings(answer, scene);
  if (leftOut) return leftOut;
  const [malformed] = answer.malformed;
  const unreadable = 'sent something that is no DNS answer';
  if (malformed && isSingledOut(answer, scene)) return garbledAnswer(answer);
  if (malformed) return judgement('MALFORMED', 0.3, `sent what is no DNS message (${malformed.problem})`, unreadable);
  if (answer.failure?.code === 'malformed-reply') {
    return judgement('MALFORMED', 0.3, answer.failure.detail, unreadable);
  }
  const why = answer.failure?.detail ?? 'it gave no answer';
  if (answer.failure?.code === 'certificate-invalid') {
    const cannot = 'whoever answers in its place cannot prove to be that resolver';
    return judgement('PATH_INTERCEPTED', 0.9, `path intercepted: ${why}`, cannot);
  }
  if (!controlAnswers(answer, scene)) {
    return unmeasurable(answer, `does not work at all: ${why}`, 'does not work at all');
  }
  if (answer.ignored > 0) return judgement('MALFORMED', 0.3, 'sent only answers to other questions than ours');
  if (!scene.truth.known) return unmeasurable(answer, `gave no answer: ${why}`, 'gave no answer');
  return judgement(
    'BLOCK_ERR',
    0.3,
    `is silent about this name although it works otherwise: ${why}`,
    'is silent about it although it works otherwise',
  );
}

/** Lax clients take what we refuse: a forger may count on it. */
export function garbledAnswer({ malformed: [first] }: Answer): Judgement {
  const unreadable = 'sent something that is no DNS answer';
  return judgement('MALFORMED', 0.6, `sent what is no DNS message (${first?.problem}) for this name only`, unreadable);
}

/** All else is well formed: the resolver's answer about the root, and what the references say of the name. */
export function isSingledOut({ resolver, type }: Answer, { evidence }: Scene): boolean {
  if (type !== 'A' && type !== 'AAAA') return false;
  return evidence.answers.every(({ asked, resolver: by, type: other, malformed }) => {
    const counts =
      (asked === 'control' && by.name === resolver.name) ||
      (asked === 'name' && other === type && by.role === 'reference' && by.name !== resolver.name);
    return !counts || malformed.length === 0;
  });
}

export function operatorError({ subject, text }: Reason, does: string): Judgement {
  return judgement('OPERATOR_ERROR', 0.9, `${does}; the domain's own signatures are broken: ${subject} ${text}`);
}
