/**
 * One alert as a message for people: what it says, once, for every form it takes. Pure.
 *
 * It is written from the transition alone, never from what is true by now. Everything a site, a resolver or a
 * certificate said is on one line and bounded before it gets here into a subject; the forms escape the rest.
 */
import { badgeWords, isEnding, isWithdrawn, kickerWords, stateWords } from '../core/change-words.js';
import type { Alert, DivergingTarget, Incident, ResolverRow, Site, Transition } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { isGroup, isOfSites } from '../core/reserved.js';
import { type Advice, adviceFor, agrees, diagnosisWords, moment, scopeWords, sureness } from '../core/words.js';
import { illustrations } from './illustrations.js';
import { mailHtml } from './mail-html.js';
import { mailText } from './mail-text.js';
import type { Attachment, Message, Notice } from './notice.js';
import type { Proof } from './notifier.js';

const SUBJECT_LENGTH = 120;
/** Findings shown; the folder has all of them. */
const MAX_FINDINGS = 12;
const MAX_RESOLVERS = 30;
const MAX_ANSWERS = 8;

export function compose(alert: Alert, site: Site, proof: Proof): Message {
  const notice = noticeOf(alert, site, proof);
  const attachments = notice.illustrations.map(({ label, png }, index): Attachment => {
    const name = `${label}-${index + 1}`;
    return {
      cid: `${name}.${alert.key.slice(0, 16)}@siteward`,
      filename: `${name}.png`,
      mime: 'image/png',
      bytes: png,
    };
  });
  return {
    subject: notice.headline,
    text: mailText(notice),
    html: mailHtml(notice, attachments),
    attachments,
  };
}

/** `[CRITICAL] live: defaced — The title and main text were replaced.` */
function subjectOf(alert: Alert, site: Site): string {
  const { transition } = alert;
  const { incident } = transition;
  // A page's words must not be read as an encoded word (RFC 2047), which could hold what we took out.
  const summary = incident.summary.replaceAll('=?', '= ?');
  const text = `[${badgeWords(transition)}] ${site.id}: ${stateWords(alert)} — ${summary}`;
  return oneLine(text, SUBJECT_LENGTH);
}

export function noticeOf(alert: Alert, site: Site, proof: Proof): Notice {
  const { transition, reason } = alert;
  const { incident, change } = transition;
  const isOver = isEnding(change);
  const end = isWithdrawn(transition) ? WITHDRAWN : RECOVERED;
  // Who hears of the end together with the beginning has not seen what it was about.
  const isPast = isOver && !(alert.supersedes ?? []).some((one) => one === 'opened' || one === 'suspected');
  const isNote = change === 'announced';
  const wasSaid = isOver ? `It was ${diagnosisWords(incident.diagnosis)}: ${incident.summary}` : incident.summary;
  return {
    tone: isOver ? end.tone : isNote ? 'notice' : incident.severity,
    badge: badgeWords(transition),
    headline: subjectOf(alert, site),
    kicker: kickerWords(alert),
    name: site.title ?? site.id,
    state: isOver ? end.state : isNote ? 'for your information' : diagnosisWords(incident.diagnosis),
    sentence: incident.drill ? `This is a drill, nothing happened. ${wasSaid}` : wasSaid,
    certainty: isOver || incident.confidence === null ? '' : `We are ${sureness(incident.confidence)}.`,
    facts: factsOf(transition, site, reason),
    illustrations: isPast ? [] : illustrations(proof.pictures),
    resolvers: isPast ? [] : shownResolvers(proof.resolvers),
    findings: isPast ? [] : (proof.findings ?? []).filter((one) => one.severity !== 'notice').slice(0, MAX_FINDINGS),
    advice: isOver ? end.advice : isNote ? [] : [...keepIt(incident, proof), ...adviceOn(incident, site)],
    evidence: proof.folder,
    links: linksOf(proof, isOver),
    imprint: `Incident ${incident.id}, message ${incident.seq}.${proof.trail ? ` Audit trail ${proof.trail}.` : ''}`,
  };
}

/** What else is wrong with the site besides what its incident is named after: a forged answer does not excuse a defaced page. */
function besides(incident: Incident): readonly DivergingTarget[] {
  if (isGroup(incident)) return [];
  const standing = Object.values(incident.diverging).filter(
    ({ clearSince, diagnosis }) => clearSince === null && diagnosis !== incident.diagnosis,
  );
  return [...new Map(standing.map((one) => [one.diagnosis, one])).values()];
}

/** The first step of each trouble before the second step of any. */
function adviceOn(incident: Incident, site: Site): readonly Advice[] {
  if (!isOfSites(incident)) return adviceOnMany(incident, site);
  const [first = [], ...others] = [incident, ...besides(incident)].map(({ diagnosis }) => adviceFor(diagnosis, site));
  return [...first.slice(0, 1), ...others.flatMap((steps) => steps.slice(0, 1)), ...first.slice(1)];
}

/** No command takes what is no site of the watchlist; of many sites one stands for all. */
function adviceOnMany(incident: Incident, site: Site): readonly Advice[] {
  const runs = ({ command }: Advice): boolean =>
    command === undefined || !/^siteward (check|dns|baseline) /.test(command);
  const [one] = isGroup(incident) ? incident.lines : [];
  const look = one === undefined ? [] : [{ text: 'Look at one of them again:', command: `siteward check ${one}` }];
  return [...adviceFor(incident.diagnosis, site).filter(runs), ...look];
}

/** A full disk takes no evidence, and whoever reads this may still see what will be gone. */
function keepIt(incident: Incident, { folder }: Proof): readonly Advice[] {
  if (folder !== null || !isOfSites(incident) || incident.cause !== 'integrity') return [];
  return [{ text: 'The evidence is incomplete: it could not be kept here. Take pictures of what you see.' }];
}

/** Those that disagree first. */
function shownResolvers(rows: readonly ResolverRow[]): ResolverRow[] {
  return [...rows.filter((row) => !agrees(row)), ...rows.filter(agrees)]
    .slice(0, MAX_RESOLVERS)
    .map((row) => ({ ...row, answers: row.answers.slice(0, MAX_ANSWERS) }));
}

function linksOf({ links }: Proof, isOver: boolean): Notice['links'] {
  const { acknowledge, incident } = links ?? {};
  return [
    ...(acknowledge === undefined || isOver ? [] : [{ label: 'Acknowledge', href: acknowledge }]),
    ...(incident === undefined ? [] : [{ label: 'Open the incident', href: incident }]),
  ];
}

/** How an incident ends: seen well, or seen by nobody any more. */
type End = Pick<Notice, 'tone' | 'state' | 'advice'>;
const RECOVERED: End = {
  tone: 'resolved',
  state: 'as approved again',
  advice: [{ text: 'Keep the evidence, and find out how it came about before it comes about again.' }],
};
const WITHDRAWN: End = {
  tone: 'notice',
  state: 'no longer watched',
  advice: [
    {
      text: 'Nobody saw it as approved again: it was taken off the watchlist before that. Look at it yourself, and put it back if that was a mistake.',
    },
  ],
};

function factsOf({ incident, change, at, because }: Transition, site: Site, reason: string): Notice['facts'] {
  const isOver = isEnding(change);
  const isSite = isOfSites(incident);
  const seen = incident.scope === null || isOver ? [] : [['Seen', scopeWords(incident.scope)] as const];
  const ended = isOver ? [['Until', moment(at)] as const] : [];
  const also = isOver ? [] : besides(incident).map((one) => `${diagnosisWords(one.diagnosis)}: ${one.summary}`);
  const told = isOver || change === 'reminder' ? [] : [['Because of', because] as const];
  const facts = [
    ...(isSite ? [['Site', site.id] as const] : []),
    ...incident.lines.map((line, index) => [isGroup(incident) && index === 0 ? 'Sites' : '', line] as const),
    ...also.map((line) => ['Also', line] as const),
    ...(isSite ? [['Address', site.url ?? site.name] as const] : []),
    ['Since', moment(incident.since)] as const,
    ...ended,
    ...seen,
    ...told,
    ['Why to you', reason] as const,
  ];
  return facts.map(([label, value]) => ({ label, value }));
}
