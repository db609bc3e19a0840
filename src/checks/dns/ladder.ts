/**
 * The ladder: one resolver's answer for one type against the truth of this look; the first rung that fits decides. Pure.
 *
 * Every address of an answer is judged and the worst counts, so that a rogue address among good ones does not pass. What
 * the owner's signatures say of an answer stands above all else.
 */
import { areNeighbours } from './addresses.js';
import { type Answer, type DnsEvidence, isDefinite, type Reply } from './evidence.js';
import { isConsistent, isWorse, type Judgement, raised, worstOf } from './judgement.js';
import { listed } from './listed.js';
import { TYPE } from './names.js';
import { garbledAnswer, isSingledOut, judgeError, judgeSilence, operatorError } from './no-answer.js';
import { judgeRecords, leavesOutBindings } from './records.js';
import { controlSays, errorsOf, hasAddresses, judgement, type Scene, unmeasurable } from './scene.js';
import type { DnsSettings } from './settings.js';
import { operatorsFault, signedReplyOf } from './signed.js';
import { authorityOf } from './traced.js';
import { truthOf } from './truth.js';
import { judgeUnexplained } from './unexplained.js';

export interface Row {
  readonly answer: Answer;
  readonly judgement: Judgement;
}

/** Every resolver's answers about the name, judged. @param accepted evidence a person approved. */
export function judgeAnswers(evidence: DnsEvidence, accepted: readonly DnsEvidence[], settings: DnsSettings): Row[] {
  const truth = truthOf(evidence, accepted, settings);
  const scene: Scene = { evidence, settings, truth, fault: operatorsFault(evidence, truth.authority) };
  const judged = (wanted: Answer['asked']): Row[] =>
    evidence.answers
      .filter(({ asked }) => asked === wanted)
      .map((answer) => ({ answer, judgement: judgeAnswer(answer, scene) }));
  const rows = judged('name');
  return [...rows, ...judged('plain').filter((row) => isLieOfItsOwn(row, rows))];
}

/** What ordinary machines are told is false, and worse than what we are told who can be seen to be a monitor. */
function isLieOfItsOwn({ answer: { resolver, type }, judgement }: Row, rows: readonly Row[]): boolean {
  const own = rows.filter(({ answer }) => answer.resolver.name === resolver.name && answer.type === type);
  const isLie = !isWorse('INCONSISTENT', judgement.verdict);
  return isLie && own.every((row) => isWorse(judgement.verdict, row.judgement.verdict));
}

function judgeAnswer(answer: Answer, scene: Scene): Judgement {
  // A failure beside an answer happens by itself, and a forged one must not hide what comes behind it.
  const definite = answer.replies.filter(isDefinite);
  const [first, ...later] = definite.length > 0 ? definite : answer.replies.slice(0, 1);
  if (!first) return judgeSilence(answer, scene);
  const injected = later.find((reply) => isInjection(first, reply, answer, scene));
  if (injected) {
    return judgement(
      'INJECTION_ONPATH',
      0.98,
      `two answers came to one query: first ${shownOf(first)}, then ${shownOf(injected)}`,
      'two different answers came to one question',
    );
  }
  const judged = worstOf([judgeReply(first, answer, scene), ...later.map((reply) => judgeReply(reply, answer, scene))]);
  return answer.garbled && isSingledOut(answer, scene) ? worstOf([judged, garbledAnswer(answer)]) : judged;
}

/**
 * Two different answers to one query. The same set, the same network, or a failure beside an answer happen by
 * themselves, and so do two parts of a rotation in which every address is genuine.
 */
function isInjection(first: Reply, second: Reply, answer: Answer, scene: Scene): boolean {
  if (contentOf(first) === contentOf(second)) return false;
  if (!isDefinite(first) || !isDefinite(second)) return false;
  const bothGenuine = [first, second].every((reply) => isConsistent(judgeReply(reply, answer, scene)));
  if (bothGenuine && first.rcode === second.rcode) return false;
  const all = [...first.addresses, ...second.addresses];
  return first.rcode !== second.rcode || !all.every((address) => areNeighbours(address, all[0] ?? ''));
}

function contentOf(reply: Reply): string {
  return [...reply.records, ...reply.addresses].sort().filter(isNew).join(', ') || reply.rcode;
}

function shownOf(reply: Reply): string {
  return listed(reply.addresses.length > 0 ? reply.addresses : reply.records) || reply.rcode;
}

function isNew(value: string, at: number, all: readonly string[]): boolean {
  return all.indexOf(value) === at;
}

function judgeReply(reply: Reply, answer: Answer, scene: Scene): Judgement {
  const { authority } = scene.truth;
  const signed = authority && signedReplyOf(reply, answer, scene.evidence, authority);
  const isWhole =
    signed?.word === 'validated' && reply.addresses.every((address) => signed.addresses.includes(address));
  if (isWhole && saysWhatIsSigned(reply)) return judgeSigned(reply, signed.why, answer, scene);
  const judged = judgeContent(reply, answer, scene);
  return signed?.word === 'tampered' ? raised(judged, signed.why) : judged;
}

/** Nobody signs the response code, and with the wrong one clients throw the records away. */
function saysWhatIsSigned({ rcode, addresses }: Reply): boolean {
  return rcode === 'NOERROR' || (rcode === 'NXDOMAIN' && addresses.length === 0);
}

/**
 * Valid signatures, which may be of last week: whoever kept the records can go on giving them until the signatures run
 * out. So they are held to what the owner's servers say now.
 */
function judgeSigned(reply: Reply, why: string, answer: Answer, scene: Scene): Judgement {
  const { truth } = scene;
  const type = TYPE[answer.type];
  const isDenial = reply.addresses.length === 0 && (answer.type === 'A' || answer.type === 'AAAA');
  const now = (truth.authority?.traces ?? []).flatMap(({ replies }) =>
    replies.filter(({ status }) => status === 'SECURE'),
  );
  if (isDenial && now.some((one) => one.type === type && one.addresses.length > 0)) {
    const denied = judgeEmpty(reply, answer, scene);
    return isConsistent(denied)
      ? denied
      : { ...denied, confidence: 0.8, why: `${denied.why}; the denial is signed, but an old one` };
  }
  const strangers = reply.addresses.filter((address) => truth.explain(address) === null);
  const redirect = strangers
    .map((address) => judgeUnexplained(address, scene))
    .find(({ verdict }) => verdict === 'REDIRECT');
  if (!redirect) return judgement('CONSISTENT_SECURE', 1, `the owner of the domain signed it (${why})`);
  const old = `${redirect.why}; the answer is signed, but an old one or for another region`;
  return redirect.confidence > 0.95
    ? { ...redirect, why: old }
    : { ...redirect, verdict: 'INCONSISTENT', confidence: 0.6, why: old };
}

function judgeContent(reply: Reply, answer: Answer, scene: Scene): Judgement {
  if (!isDefinite(reply)) return leavesOutBindings(answer, scene) ?? judgeError(reply, answer, scene);
  const isAddressType = answer.type === 'A' || answer.type === 'AAAA';
  const [first, ...others] = reply.addresses.map((address) => staleOr(judgeAddress(address, scene), reply, scene));
  if (!first) return isAddressType ? judgeEmpty(reply, answer, scene) : judgeRecords(reply, answer, scene);
  const isThrownAway = reply.rcode === 'NXDOMAIN' || reply.stray === true;
  const beside = isAddressType
    ? isThrownAway
      ? [judgeEmpty(reply, answer, scene)]
      : []
    : [judgeRecords(reply, answer, scene)];
  return worstOf([first, ...others, ...beside]);
}

/** RFC 8767: kept beyond its time, while the resolver cannot reach the domain's servers. EDE 3 and 19. */
const STALE = /^EDE (?:3|19)\b/u;

/** The resolver says that its answer is an old one, and nobody is at the address: that is no redirect. */
function staleOr(judged: Judgement, { errors }: Reply, { evidence }: Scene): Judgement {
  const { address, verdict } = judged;
  if (verdict !== 'INCONSISTENT' || !errors.some((error) => STALE.test(error))) return judged;
  const speaks = evidence.tls.some((at) => at.address === address && at.chain.length > 0);
  if (speaks || evidence.victims.some((page) => page.address === address && page.status !== null)) return judged;
  const why = `${judged.why}; the resolver itself calls its answer stale`;
  return { ...judged, confidence: 0.3, why, says: 'an old address, as the resolver itself says' };
}

function judgeAddress(address: string, scene: Scene): Judgement {
  const { truth, fault, evidence } = scene;
  const explanation = truth.explain(address);
  if (explanation !== null) return { ...judgement('CONSISTENT_IP', 0.99, explanation), address };
  if (truth.seized && truth.disputed.includes(address)) return { ...authorityHijacked(`gives ${address}`), address };
  const judged = judgeUnexplained(address, scene);
  if (judged.verdict === 'CONSISTENT_TLS') return judged;
  if (truth.disputed.includes(address)) {
    const why = `the name servers give ${address} too; whether they are the right ones is another question`;
    return { ...judgement('CONSISTENT_IP', 0.5, why), address };
  }
  // What broken signatures are over is not proven, but whoever passes it on has not made it up.
  const passedOn = fault !== null && unprovenAddresses(evidence).includes(address);
  return passedOn ? { ...operatorError(fault, 'gives what the name servers give'), address } : judged;
}

/** Not the resolver's doing: it says what whoever holds the domain now has it say. */
function authorityHijacked(does: string): Judgement {
  const why = `${does}, as the name servers of the domain do; the domain itself looks hijacked`;
  return judgement('AUTHORITY_HIJACKED', 0.9, why, 'follows the hijacked name servers');
}

function unprovenAddresses(evidence: DnsEvidence): string[] {
  const traces = authorityOf(evidence)?.traces ?? [];
  return traces.flatMap(({ replies }) => replies.flatMap(({ addresses }) => addresses));
}

/** Step 6: no such name, or no such record. */
function judgeEmpty(reply: Reply, answer: Answer, scene: Scene): Judgement {
  const { truth } = scene;
  // A resolver that serves a few zones only refuses the root; one that denies it denies everything.
  if (reply.rcode === 'NXDOMAIN' && controlSays(answer, scene, (rcode) => rcode === 'NXDOMAIN')) {
    return unmeasurable(answer, 'denies the root itself');
  }
  if (!truth.known) return unmeasurable(answer, 'has no answer, and there is nothing to compare that with');
  const expected = truth.addresses.filter((address) => address.includes(':') === (answer.type === 'AAAA'));
  if (truth.absent || expected.length === 0) {
    return judgement('CONSISTENT_IP', 0.99, `agrees that there is no ${answer.type} record`);
  }
  if (truth.seized) return authorityHijacked(`has no ${answer.type} record`);
  if (answer.type === 'AAAA' && hasAddresses(answer, scene)) {
    return judgement('CONSISTENT_IP', 0.6, 'leaves out IPv6, as some networks do; its IPv4 addresses count');
  }
  const family = answer.type === 'AAAA' ? 'IPv6' : 'IPv4';
  const says = reply.rcode === 'NXDOMAIN' ? 'says the name does not exist' : `says the name has no ${family} address`;
  const why = `${says}${errorsOf(reply)}; it has ${listed(expected)}`;
  return judgement('BLOCK_NX', truth.isSigned(answer.type) ? 0.95 : 0.8, why, says);
}

/**
 * Resolvers that give addresses for a made-up name of the zone which no reference has any for (step 7): they rewrite
 * NXDOMAIN, as portals and some providers do.
 */
export function nxRewriters(
  evidence: DnsEvidence,
): readonly { readonly answer: Answer; readonly judgement: Judgement }[] {
  const asked = evidence.answers.filter((answer) => answer.asked === 'absent');
  const references = asked.filter((answer) => answer.resolver.role === 'reference');
  const nonexistent = references.some((answer) => answer.replies.some(isDefinite));
  const wildcard = references.some((answer) => answer.replies.some((reply) => reply.addresses.length > 0));
  if (!nonexistent || wildcard) return [];
  return asked.flatMap((answer) => {
    const addresses = answer.replies.flatMap((reply) => reply.addresses);
    const why = `gives ${listed(addresses)} for ${answer.name}, a name that does not exist`;
    return addresses.length > 0 ? [{ answer, judgement: judgement('NX_REWRITE', 0.95, why) }] : [];
  });
}
