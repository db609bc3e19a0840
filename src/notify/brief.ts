/**
 * A notice for receivers that show a few lines: chats, pagers, phones. Every text is on one line, bounded, without control
 * characters and direction overrides; what a sink reads as markup, the sink's own file escapes. Pure.
 */
import type { Alert, Site } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { noticeOf } from './message.js';
import type { Notice } from './notice.js';
import type { Proof } from './notifier.js';

export interface Brief {
  readonly tone: Notice['tone'];
  readonly headline: string;
  /** `CRITICAL · New incident` */
  readonly status: string;
  /** `The live stream page: defaced` */
  readonly title: string;
  readonly sentence: string;
  /** Address, since, seen. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** `The title was replaced. Expected: A. Found: B.` */
  readonly findings: readonly string[];
  /** The first steps, each with its command. */
  readonly advice: readonly string[];
  readonly links: Notice['links'];
  readonly evidence: string | null;
  readonly imprint: string;
}

const SENTENCE = 400;
const VALUE = 160;
const MOST_FINDINGS = 4;
const MOST_FACTS = 14;

export function briefOf(alert: Alert, site: Site, proof: Proof): Brief {
  const notice = noticeOf(alert, site, { ...proof, pictures: [] });
  return {
    tone: notice.tone,
    headline: notice.headline,
    status: oneLine(`${notice.badge} · ${notice.kicker}`),
    title: oneLine(`${oneLine(notice.name, 100)}: ${notice.state}`),
    sentence: oneLine(`${oneLine(notice.sentence, SENTENCE)} ${notice.certainty}`, SENTENCE + 40),
    facts: notice.facts.slice(0, MOST_FACTS).map(({ label, value }) => ({ label, value: oneLine(value, VALUE) })),
    findings: notice.findings.slice(0, MOST_FINDINGS).map(({ summary, expected, actual }) => {
      const was = expected === undefined ? '' : ` Expected: ${oneLine(expected, VALUE) || '(empty)'}.`;
      const is = actual === undefined ? '' : ` Found: ${oneLine(actual, VALUE) || '(empty)'}.`;
      return `${oneLine(summary, VALUE)}${was}${is}`;
    }),
    advice: notice.advice.slice(0, 2).map(({ text, command }) => (command === undefined ? text : `${text} ${command}`)),
    links: notice.links,
    evidence: notice.evidence === null ? null : oneLine(notice.evidence),
    imprint: oneLine(notice.imprint),
  };
}

/** The whole as plain text, for sinks that show text as it is. @param links whether the sink has no other place for them. */
export function briefText(brief: Brief, links: boolean): string {
  return [
    brief.status,
    brief.sentence,
    ...brief.facts.map(({ label, value }) => (label === '' ? `- ${value}` : `${label}: ${value}`)),
    ...brief.findings.map((finding) => `* ${finding}`),
    ...brief.advice.map((step) => `> ${step}`),
    ...(brief.evidence === null ? [] : [`Evidence: ${brief.evidence}`]),
    ...(links ? brief.links.map(({ label, href }) => `${label}: ${href}`) : []),
    brief.imprint,
  ].join('\n');
}
