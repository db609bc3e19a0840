/** What a person who approves a baseline is told beside the pictures: who else is shown what. */
import { approvedApart } from './cloaking.js';
import type { PageEvidence } from './evidence.js';
import { peopleCalled } from './visitors.js';
import { neutralSettings } from './volatility.js';
import { quote } from './words.js';

export function learned(evidence: PageEvidence): readonly string[] {
  return approvedApart(evidence, neutralSettings(evidence)).map(({ visitor, findings, refused }) => {
    const who = peopleCalled(visitor);
    const [first] = findings;
    if (!first) return `refused to ${who}, so what they are shown cannot be watched: ${quote(refused ?? '', 120)}`;
    return `another page for ${who}, approve it only if that is meant: ${quote(first.summary, 160)}`;
  });
}
