/** `dns --trace` for people: every step from the root, who was asked there and what came back. Pure. */
import { oneLine } from '../../core/plain-text.js';
import { duration } from '../../core/words.js';
import { type AuthorityReport, conclusionOf, STATUS_TONE } from './dns-authority.js';
import { statusLine } from './dns-dnssec.js';
import type { AskedServer, TraceStep } from './dns-trace-steps.js';
import { isolated, lineWidth, type Paint, padded, paint, type Screen, widthOf, wrapped } from './text.js';
import { counted, markOf, TONE_STYLE } from './words.js';

const MARGIN = '  ';
/** Under the zone's name, beside its mark. */
const INSET = '    ';
const WIDEST_SERVER = 44;
const MOST_ANSWERS = 8;

const INTRODUCTION =
  'Every server on the way was asked directly, from the root down; each refers to the next zone, until one that has the answer.';

/** Ends with a newline. */
export function traceView(report: AuthorityReport, screen: Screen): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const title = style('bold', `The way to ${oneLine(report.name)} ${report.type}`);
  const end = conclusionOf(report).flatMap((line) => statusLine(line, width, style));
  return `\n${[
    `${MARGIN}${title}`,
    ...wrapped(INTRODUCTION, width - 4).map((line) => MARGIN + style('dim', line)),
    '',
    ...report.steps.flatMap((step) => [...stepLines(step, width, style), '']),
    ...differenceLines(report, width, style),
    ...end,
    ...footing(report, width, style),
  ].join('\n')}\n`;
}

function stepLines(step: TraceStep, width: number, style: Paint): string[] {
  const tone = STATUS_TONE[step.status];
  const zone = step.zone === '.' ? 'the root zone' : oneLine(step.zone, 300);
  const head = `${MARGIN}${style(TONE_STYLE[tone], `${markOf(tone)} ${step.status}`)}  ${style('bold', zone)}`;
  const names = step.servers.map(serverName);
  const widest = Math.min(WIDEST_SERVER, Math.max(0, ...names.map(widthOf)));
  return [
    head,
    ...facts(step).flatMap((fact) => indented(fact, width).map((line) => style('dim', line))),
    ...step.servers.flatMap((server, at) => serverLines(server, padded(names[at] ?? '', widest), width, style)),
    ...(step.alsoServes === null
      ? []
      : indented(`The same servers serve ${oneLine(step.alsoServes, 300)} too, so they need not refer.`, width)),
    ...(step.servers.length === 0 && step.alsoServes === null
      ? indented('No server of it could be asked.', width)
      : []),
    ...step.regions.flatMap((region) => indented(regionWords(region), width)),
    ...(step.unasked.length > 0 ? indented(`Not asked: ${list(step.unasked)}`, width) : []),
  ];
}

function regionWords({ subnet, answers }: TraceStep['regions'][number]): string {
  const shown = answers.slice(0, MOST_ANSWERS).map((answer) => oneLine(answer, 300));
  const more = answers.length > shown.length ? [`and ${answers.length - shown.length} more`] : [];
  return `To visitors from ${oneLine(subnet, 60)} they answer ${[...shown, ...more].join(', ') || 'that there is nothing'}.`;
}

/** What parent and zone say of its keys. */
function facts({ zone, ds, keys }: TraceStep): string[] {
  if (zone === '.') return [];
  const tags = [...new Set(ds.map((line) => line.split(' ', 1)[0] ?? ''))];
  const own = [...new Set(keys.map((line) => line.split(' ').at(-1) ?? ''))];
  const above = tags.length > 0 ? `its parent names key ${list(tags)} (DS)` : 'its parent names no key (no DS)';
  return [own.length > 0 ? `${above}; it publishes ${list(own)}` : `${above}; it publishes none`];
}

function serverName({ name, address }: AskedServer): string {
  return oneLine(name === address ? address : `${name} (${address})`, 120);
}

function serverLines(server: AskedServer, name: string, width: number, style: Paint): string[] {
  const rtt = padded(server.rttMs === null ? '-' : duration(server.rttMs), 7);
  const path = padded(server.transport ?? '-', 3);
  const head = `${INSET}${name}  ${rtt}  ${path}  `;
  const [first = '', ...rest] = sentencesOf(server);
  // Beside the server if there is room to read it, else below.
  const room = width - widthOf(head);
  const beside = room >= 40 ? wrapped(isolated(first), room) : [];
  const under = beside.length > 0 ? [...beside.slice(1), ...rest.map(isolated)] : [first, ...rest].map(isolated);
  const [words] = beside;
  const shown = words !== undefined && server.says === 'nothing' ? style(TONE_STYLE.warning, words) : words;
  const top = shown === undefined ? head.trimEnd() : head + shown;
  return [top, ...under.flatMap((text) => wrapped(text, width - 8).map((line) => `${INSET}    ${line}`))];
}

/** One per line. */
function sentencesOf(server: AskedServer): string[] {
  switch (server.says) {
    case 'referral': {
      const zone = oneLine(server.referredTo ?? '', 300);
      return [`refers to ${zone}${SIGNED[String(server.signed)] ?? ''}`];
    }
    case 'answer': {
      const shown = server.answers.slice(0, MOST_ANSWERS).map((answer) => oneLine(answer, 300));
      const more = server.answers.length - shown.length;
      const [only, ...others] = more > 0 ? [...shown, `and ${more} more`] : shown;
      if (only === undefined) return [DENIALS[server.rcode ?? ''] ?? `answers ${server.rcode ?? 'nothing'}`];
      return [`answers ${only}`, ...others];
    }
    case 'nothing':
      return [oneLine(server.failure ?? `gives nothing to go on: ${server.rcode ?? 'silence'}`, 400)];
  }
}

const SIGNED: Readonly<Record<string, string>> = {
  true: ', which it says is signed',
  false: ', which it says is not signed',
  null: '',
};

const DENIALS: Readonly<Record<string, string>> = {
  NXDOMAIN: 'answers that there is no such name',
  NOERROR: 'answers that the name has no record of this type',
};

function differenceLines(report: AuthorityReport, width: number, style: Paint): string[] {
  if (report.differences.length === 0) {
    return report.compared ? [`${MARGIN}Parents and zones agree on every delegation.`, ''] : [];
  }
  const lines = report.differences.flatMap(({ zone, detail }) =>
    wrapped(isolated(oneLine(`${zone}: ${detail}`, 1_000)), width - 8).map((line, at) => {
      return at === 0 ? `${INSET}${style(TONE_STYLE.warning, markOf('warning'))} ${line}` : `${INSET}  ${line}`;
    }),
  );
  return [`${MARGIN}${style('bold', 'Where those who should agree do not:')}`, ...lines, ''];
}

function footing(report: AuthorityReport, width: number, style: Paint): string[] {
  const { queries, referrals, tookMs, unfinished } = report;
  const counts = `${counted(queries, 'query', 'queries')}, ${counted(referrals, 'referral')}, in ${duration(tookMs)}`;
  const cut = unfinished === null ? [] : indented(`The trace was cut short: ${oneLine(unfinished)}.`, width);
  return [...cut, `${INSET}${style('dim', counts)}`];
}

function indented(text: string, width: number): string[] {
  return wrapped(isolated(text), width - 6).map((line) => `${INSET}${line}`);
}

function list(values: readonly string[]): string {
  return values.map((value) => oneLine(value, 300)).join(', ');
}
