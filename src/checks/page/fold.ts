/** The same finding in several layers, or several times in one, as one: a person reads few, the worst first. */
import { worstFirst } from '../../core/corroborate.js';
import type { Finding } from '../../core/model.js';
import { quote } from './words.js';

/** One finding per code (and per rule of the admin's), the gravest telling it, worst first. */
export function fold(findings: readonly Finding[]): Finding[] {
  const byCode = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    byCode.set(key, [...(byCode.get(key) ?? []), finding]);
  }
  return [...byCode.values()].flatMap(merged).sort(worstFirst);
}

/** Each of the admin's own rules stays a finding of its own. */
function keyOf({ code, summary }: Finding): string {
  return code.startsWith('page/must-') ? `${code} ${summary}` : code;
}

function merged(findings: readonly Finding[]): Finding[] {
  const [telling] = [...findings].sort(worstFirst);
  if (!telling) return [];
  const summaries = new Set(findings.map((finding) => finding.summary));
  if (summaries.size === 1) return [telling];
  const places = [...new Set(findings.flatMap(({ where }) => (where === undefined ? [] : [where])))];
  return [{ ...telling, ...(places.length > 1 ? { where: quote(places.join('; ')) } : {}) }];
}
