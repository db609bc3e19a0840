/** One answer for one name against the zone it belongs to: what it says, and whether that is signed. RFC 4035 5. Pure. */
import { Cursor, WireError } from '../cursor.js';
import { canonicalName, rcodeName, TYPE } from '../names.js';
import { isBelow, joined, labelsOf } from './canonical-name.js';
import type { ZoneTrust } from './delegation.js';
import { failed, refused } from './delegation.js';
import { proverOf } from './denial.js';
import type { Denial } from './proof.js';
import { findSet, type Response, type RRset } from './rrsets.js';
import { typeName } from './security-records.js';
import { type ValidationContext, verifySet, type ZoneKeys } from './signatures.js';
import { type Outcome, outcome, type Reason, type ReasonCode, reason, weakest } from './status.js';

/** The name in canonical form. */
export interface Question {
  readonly name: string;
  readonly type: number;
}

/** What an answer says of the name. `alias`: to go on with `target`. */
export type Statement =
  | { readonly kind: 'records'; readonly set: RRset }
  | { readonly kind: 'alias'; readonly set: RRset; readonly target: string }
  /** By a DNAME above the name; `alias` is the CNAME sent along, if any. */
  | { readonly kind: 'renamed'; readonly set: RRset; readonly alias: RRset | null; readonly target: string | null }
  | { readonly kind: 'no-name' }
  | { readonly kind: 'no-type' }
  | { readonly kind: 'failure' };

const NOERROR = 0;
const NXDOMAIN = 3;
const YXDOMAIN = 6;

export function statementOf({ name, type }: Question, response: Response): Statement {
  const alias = findSet(response.answer, name, TYPE.CNAME);
  const above = response.answer.find(
    (set) => set.type === TYPE.DNAME && isBelow(name, set.owner) && set.rdatas.length > 0,
  );
  if (above && (alias === null || alias.signatures.length === 0)) {
    return { kind: 'renamed', set: above, alias, target: substituted(name, above) };
  }
  const set = findSet(response.answer, name, type);
  if (set) return { kind: 'records', set };
  const target = alias && targetOf(alias);
  if (alias && target !== null) return { kind: 'alias', set: alias, target };
  if (response.rcode === NXDOMAIN) return { kind: 'no-name' };
  return response.rcode === NOERROR ? { kind: 'no-type' } : { kind: 'failure' };
}

/** Where the statement sends the asker next. */
export function nextName(statement: Statement): string | null {
  return statement.kind === 'alias' || statement.kind === 'renamed' ? statement.target : null;
}

/** The name in the rdata of a CNAME or DNAME, of which a set has one. */
function targetOf({ rdatas }: RRset): string | null {
  const [rdata] = rdatas;
  if (!rdata || rdatas.length !== 1) return null;
  try {
    return canonicalName(new Cursor(rdata).name());
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

const LONGEST_NAME = 255;

/** RFC 6672 2.2: the DNAME's owner replaced by its target. Null when that is no name. */
function substituted(name: string, dname: RRset): string | null {
  const target = targetOf(dname);
  if (target === null) return null;
  const kept = labelsOf(name).slice(0, labelsOf(name).length - labelsOf(dname.owner).length);
  const result = joined([...kept, ...labelsOf(target)]);
  return result.length <= LONGEST_NAME ? result : null;
}

/** @param trust of the zone that holds the name (for DS at a cut: the parent). */
export function validateResponse(
  question: Question,
  response: Response,
  trust: ZoneTrust,
  context: ValidationContext,
): Outcome {
  const subject = `${question.name} ${typeName(question.type)}`;
  const statement = statementOf(question, response);
  if (statement.kind === 'failure' && response.rcode !== YXDOMAIN) {
    const text = `was answered with ${rcodeName(response.rcode)}, which says nothing of the name`;
    return outcome(subject, 'INDETERMINATE', 'failure-response', text);
  }
  if (trust.keys === null) return { status: trust.status, reasons: [inherited(subject, trust)] };
  return validateStatement(question, statement, response, trust.keys, context);
}

function inherited(subject: string, { status }: ZoneTrust): Reason {
  const code: ReasonCode =
    status === 'INSECURE' ? 'parent-insecure' : status === 'BOGUS' ? 'parent-bogus' : 'parent-indeterminate';
  return reason(subject, status, code, `is as the zone it stands in: ${status}`);
}

function validateStatement(
  { name, type }: Question,
  statement: Statement,
  response: Response,
  keys: ZoneKeys,
  context: ValidationContext,
): Outcome {
  const subject = `${name} ${typeName(type)}`;
  const prover = () => proverOf(response.authority, keys, context);
  switch (statement.kind) {
    case 'records':
    case 'alias':
      return validateSet(name, statement.set, response, keys, context);
    case 'renamed':
      return validateRenaming(name, statement, keys, context);
    case 'no-name':
      return denied(
        subject,
        'name-denied',
        `${keys.zone} proves that ${name} does not exist`,
        prover().noSuchName(name),
      );
    case 'no-type': {
      const text = `${keys.zone} proves that ${name} has no ${typeName(type)} record`;
      return denied(subject, 'type-denied', text, prover().noSuchType(name, type));
    }
    case 'failure':
      return outcome(
        subject,
        'BOGUS',
        'alias-forged',
        'was refused as too long a name, without the DNAME that makes it so',
      );
  }
}

/** Signed records, and for a wildcard's proof that it was its turn. */
function validateSet(
  name: string,
  set: RRset,
  response: Response,
  keys: ZoneKeys,
  context: ValidationContext,
): Outcome {
  const subject = `${set.owner} ${typeName(set.type)}`;
  const verified = verifySet(set, keys, context);
  if (!verified.ok) return { status: failed(verified), reasons: [refused(subject, verified)] };
  const signed = `signed by key ${verified.by.keyTag} of ${keys.zone}`;
  const { encloser } = verified;
  if (encloser === null) return outcome(subject, 'SECURE', 'answer-signed', signed);
  const denial = proverOf(response.authority, keys, context).noCloserName(name, encloser);
  const expanded = reason(subject, 'SECURE', 'wildcard-signed', `${signed}, made from a wildcard below ${encloser}`);
  const proof = denied(
    subject,
    'wildcard-signed',
    `${keys.zone} proves that no nearer name exists`,
    denial,
    'wildcard-unproven',
  );
  return { status: proof.status, reasons: [expanded, ...proof.reasons] };
}

function denied(
  subject: string,
  code: ReasonCode,
  claim: string,
  denial: Denial,
  unprovenCode: ReasonCode = 'denial-unproven',
): Outcome {
  switch (denial.kind) {
    case 'proven':
      return outcome(subject, 'SECURE', code, `${claim}: ${denial.text}`);
    case 'insecure':
      return outcome(subject, 'INSECURE', denial.code, denial.text);
    case 'unproven': {
      const status = denial.code === 'work-limit' ? 'INDETERMINATE' : 'BOGUS';
      return outcome(subject, status, denial.code === 'denial-unproven' ? unprovenCode : denial.code, denial.text);
    }
  }
}

/** RFC 6672 5.3.1: the DNAME is signed, the CNAME made from it need not be, but must be what the DNAME makes. */
function validateRenaming(
  name: string,
  { set, alias, target }: Extract<Statement, { kind: 'renamed' }>,
  keys: ZoneKeys,
  context: ValidationContext,
): Outcome {
  const subject = `${set.owner} DNAME`;
  const verified = verifySet(set, keys, context);
  if (!verified.ok) return { status: failed(verified), reasons: [refused(subject, verified)] };
  if (verified.encloser !== null)
    return outcome(subject, 'BOGUS', 'wrong-labels', 'comes from a wildcard, which is not defined');
  const signed = reason(subject, 'SECURE', 'answer-signed', `signed by key ${verified.by.keyTag} of ${keys.zone}`);
  const made = aliasOutcome(name, set.owner, alias, target);
  return { status: weakest([made.status]), reasons: [signed, ...made.reasons] };
}

function aliasOutcome(name: string, owner: string, alias: RRset | null, target: string | null): Outcome {
  const subject = `${name} CNAME`;
  const sent = alias && targetOf(alias);
  if (alias && sent !== target) {
    const text = `points to ${sent ?? 'no name'}, where the DNAME at ${owner} makes ${target ?? 'too long a name'}`;
    return outcome(subject, 'BOGUS', 'alias-forged', text);
  }
  return outcome(
    subject,
    'SECURE',
    'alias-synthesised',
    `follows from the DNAME at ${owner}: ${target ?? 'too long a name'}`,
  );
}

/** Aliases followed within one answer. */
const MOST_LINKS = 8;

/**
 * An answer with its whole chain of aliases, as a resolver gives it.
 *
 * @param zoneOf trust in the zone a name stands in, from a trace of that very name; null: not traced, nothing can be said.
 */
export function validateAnswer(
  question: Question,
  response: Response,
  zoneOf: (name: string) => ZoneTrust | null,
  context: ValidationContext,
): Outcome {
  const parts: Outcome[] = [];
  let name: string | null = question.name;
  for (let link = 0; name !== null && link <= MOST_LINKS; link++) {
    const current: Question = { name, type: question.type };
    const trust = zoneOf(name);
    if (trust === null) {
      const text = 'was not traced, so its zone is not known';
      parts.push(outcome(`${name} ${typeName(question.type)}`, 'INDETERMINATE', 'nothing-received', text));
      break;
    }
    parts.push(validateResponse(current, response, trust, context));
    name = nextName(statementOf(current, response));
  }
  return { status: weakest(parts.map(({ status }) => status)), reasons: parts.flatMap(({ reasons }) => reasons) };
}
