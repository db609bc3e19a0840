/** The ladder for other records than addresses. Pure. */
import type { Answer, Reply } from './evidence.js';
import type { Judgement } from './judgement.js';
import { listed } from './listed.js';
import { canonicalName } from './names.js';
import { hasAddresses, judgement, type Scene, unmeasurable } from './scene.js';

/** Other types than addresses: a record that no reference gave is unexplained. */
export function judgeRecords(reply: Reply, answer: Answer, scene: Scene): Judgement {
  if (answer.type === 'HTTPS') return judgeBindings(reply, answer, scene);
  const expected = scene.truth.records(answer.type);
  const strange = reply.records.find((record) => !expected.includes(record));
  if (!scene.truth.known) return unmeasurable(answer, 'answers, and there is nothing to compare that with');
  if (strange !== undefined) {
    return judgement('INCONSISTENT', 0.5, `nobody we trust gives ${strange}`, 'a record that nobody we trust gives');
  }
  if (reply.records.length > 0 || expected.length === 0) {
    return judgement('CONSISTENT_IP', 0.99, 'those we trust say the same');
  }
  const says = `has no ${answer.type} record`;
  const confidence = scene.truth.isSigned(answer.type) ? 0.95 : 0.8;
  return judgement('BLOCK_NX', confidence, `${says}; it has ${listed(expected)}`, says);
}

/**
 * HTTPS records (RFC 9460) by where they lead: hints are judged as addresses before, protocols differ from server to
 * server. Without one a browser goes by A and AAAA, so it may be missing.
 */
function judgeBindings(reply: Reply, answer: Answer, scene: Scene): Judgement {
  const own = new Set(['.', canonicalName(answer.name), ...reply.cnames]);
  const targets = (records: readonly string[]): string[] => records.map((record) => record.split(' ')[1] ?? '.');
  const expected = targets(scene.truth.records('HTTPS'));
  const strange = targets(reply.records).find((target) => !own.has(target) && !expected.includes(target));
  if (strange === undefined) return judgement('CONSISTENT_IP', 0.99, 'its HTTPS records lead nowhere else');
  if (!scene.truth.known) return unmeasurable(answer, 'answers, and there is nothing to compare that with');
  return judgement(
    'INCONSISTENT',
    0.5,
    `nobody we trust leads to ${strange}`,
    'a way to another name than those we trust',
  );
}

/** Many resolvers know no HTTPS records yet; their addresses count. */
export function leavesOutBindings(answer: Answer, scene: Scene): Judgement | null {
  if (answer.type !== 'HTTPS' || !hasAddresses(answer, scene)) return null;
  return judgement('CONSISTENT_IP', 0.6, 'gives no HTTPS records, as some resolvers do; its addresses count');
}
