/** `dns --trace` on whether the domain is still its owner's: the score against the approved baseline, part by part. Pure. */
import * as z from 'zod';
import type { Assessment, AuthorityClass } from '../../checks/dns/authority/assessment.js';
import { HIJACKED_FROM, UNCONFIRMED_FROM, WEIGHTS } from '../../checks/dns/authority/weights.js';
import { oneLine } from '../../core/plain-text.js';
import type { ExitCode } from './exit-code.js';
import { isolated, lineWidth, paint, type Screen, wrapped } from './text.js';
import { markOf, TONE_STYLE, type Tone } from './words.js';

/** The `integrity` part of `siteward/dns/1`. */
export const integritySchema = z.strictObject({
  score: z.number(),
  class: z.enum(['hijacked', 'unconfirmed', 'noted', 'as-approved']),
  parts: z.array(
    z.strictObject({
      kind: z.string(),
      /** 0 where a ticket expects it. */
      points: z.number(),
      says: z.string(),
      /** Why it counts. */
      because: z.string(),
      expected: z.string(),
      actual: z.string(),
      ticket: z.string().nullable(),
    }),
  ),
});

export function integrityEntry({ score, class: grade, parts }: Assessment): z.infer<typeof integritySchema> {
  return { score, class: grade, parts: parts.map((part) => ({ ...part, because: WEIGHTS[part.kind].because })) };
}

const SAYS: Readonly<Record<AuthorityClass, { readonly tone: Tone; readonly text: string }>> = {
  hijacked: { tone: 'bad', text: 'looks hijacked: call the registrar and have it undone and locked' },
  unconfirmed: { tone: 'warning', text: 'was changed by more than owners change without a word: ask them' },
  noted: { tone: 'good', text: 'differs a little from what was approved' },
  'as-approved': { tone: 'good', text: 'is as it was approved' },
};

/** @param assessment null: nothing of the name was approved yet. Ends with a newline. */
export function integrityView(name: string, assessment: Assessment | null, screen: Screen): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const indent = (text: string, depth: number): string[] =>
    wrapped(isolated(oneLine(text, 1_000)), width - depth).map((line) => ' '.repeat(depth) + line);
  const title = `  ${style('bold', `Whose domain ${oneLine(name)} is`)}`;
  if (!assessment) {
    const hint = 'Nothing of it is approved yet, so there is nothing to hold this against: siteward baseline capture';
    return `\n${[title, ...indent(hint, 4)].join('\n')}\n`;
  }
  const { tone, text } = SAYS[assessment.class];
  const verdict = `    ${style(TONE_STYLE[tone], `${markOf(tone)} score ${assessment.score}`)}  It ${text}.`;
  const scale = `A person is asked from ${UNCONFIRMED_FROM} on; from ${HIJACKED_FROM} on it is called a hijack.`;
  const parts = assessment.parts.flatMap((part) => [
    ...indent(`+${part.points} ${part.says}${part.ticket === null ? '' : ` (expected by ticket ${part.ticket})`}`, 4),
    ...indent(`approved: ${part.expected}; now: ${part.actual}`, 8),
    ...indent(`It counts because ${WEIGHTS[part.kind].because}.`, 8).map((line) => style('dim', line)),
  ]);
  return `\n${[title, verdict, ...indent(scale, 4).map((line) => style('dim', line)), ...parts].join('\n')}\n`;
}

/** A hijacked domain is the worst there is; an unconfirmed change is a warning. */
export function withIntegrity(code: ExitCode, assessments: readonly (Assessment | null)[]): ExitCode {
  if (assessments.some((one) => one?.class === 'hijacked')) return 2;
  return code === 0 && assessments.some((one) => one?.class === 'unconfirmed') ? 1 : code;
}
