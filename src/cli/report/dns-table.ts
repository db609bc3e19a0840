/** `dns` for people: resolver x type with the verdict and why, and one sentence on top. Pure. */

import { domainToUnicode } from 'node:url';
import type { Status } from '../../checks/dns/dnssec/status.js';
import { oneLine } from '../../core/plain-text.js';
import { duration } from '../../core/words.js';
import { type DnsLine, type DnsReport, dnsExitCode, type Tone, toneOf } from './dns-report.js';
import { fitted, isolated, lineWidth, type Paint, padded, paint, type Screen, widthOf, wrapped } from './text.js';
import { ASN_CREDIT, counted, markOf, TONE_STYLE } from './words.js';

const INDENT = '  ';
const GAP = '  ';
const MOST_ANSWERS = 4;
const HEAD = ['resolver', 'path', 'role', 'type', 'rtt', 'verdict', 'sure', 'answers'] as const;
/** Widest each column gets; the last takes what is left. */
const WIDEST = [24, 6, 9, 5, 8, 28, 5] as const;

/** Ends with a newline. @param credit to whom the numbers of networks are owed. */
export function dnsTable(report: DnsReport, screen: Screen, credit: string = ASN_CREDIT): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const cells = report.lines.map((line) => cellsOf(line, report));
  const widths = WIDEST.map((most, at) =>
    Math.min(most, Math.max(...[HEAD, ...cells].map((row) => widthOf(row[at] ?? '')))),
  );
  const head = style('dim', `${INDENT}  ${columns(HEAD, widths).join(GAP)}`);
  const rows = report.lines.flatMap((line, at) =>
    rowOf(line, cells[at] ?? [], { widths, width, style, isRepeated: isRepeated(line, report.lines[at - 1]) }),
  );
  const notes = [
    ...report.onTheWay.map((words) => `${INDENT}${oneLine(words)}`),
    ...(report.signed === null ? [] : [`${INDENT}${SIGNED_WORDS[report.signed]}`]),
    ...report.rewriters.map((name) => `${INDENT}${oneLine(name)} gives addresses for names that do not exist.`),
    ...identityLines(report, width).map((line) => style('dim', line)),
    ...(report.asns.size > 0 ? [style('dim', `${INDENT}${credit}.`)] : []),
  ];
  return `\n${[...headline(report, width, style), '', head, ...rows, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')}\n`;
}

function headline(report: DnsReport, width: number, style: Paint): string[] {
  const { truth } = report;
  const says = [...truth.addresses, ...truth.records].join(', ') || 'there is no such record';
  const known = truth.known
    ? `According to ${truth.sources.join(', ')}: ${says}`
    : report.brokenSigning !== null
      ? `Resolvers that check signatures refuse it, and the domain's own care is to blame: ${report.brokenSigning}. --dnssec shows the link that broke.`
      : 'No reference resolver gave an answer, so there is nothing to compare with. Check dns.resolvers in settings.yaml.';
  const aliases = truth.cnames.length > 0 ? `, by way of ${truth.cnames.join(', ')}` : '';
  const bad = report.lines.filter((line) => toneOf(line) === 'bad').map((line) => line.resolver);
  const count = new Set(bad).size;
  const tone = overall(report);
  const all = new Set(report.lines.map((line) => line.resolver)).size;
  const cut = report.lines.some(({ judgement }) => judgement.verdict === 'PATH_INTERCEPTED');
  const words = tone === 'warning' && cut ? 'the way to a resolver is intercepted' : WORDS[tone];
  const broken = report.brokenSigning === null ? words : 'its signatures are broken, by its owner';
  const sentence = count > 0 ? `${counted(count, 'resolver')} of ${all} answer otherwise` : broken;
  return [
    `${INDENT}${style([TONE_STYLE[tone], 'bold'], `${markOf(tone)} ${nameOf(report)}`)}  ${sentence}, in ${duration(report.tookMs)}`,
    ...wrapped(isolated(oneLine(known + aliases, 2_000)), width - 4).map((line) => `${INDENT}  ${line}`),
  ];
}

/** As it is asked for, and as its readers write it. */
function nameOf({ name }: DnsReport): string {
  const shown = domainToUnicode(name);
  return shown === '' || shown === name ? oneLine(name) : `${oneLine(name)} (${isolated(oneLine(shown))})`;
}

/** One line for all that call themselves the same: a proxy on the way answers for several. */
function identityLines({ identities }: DnsReport, width: number): string[] {
  const named = new Map<string, string[]>();
  for (const [resolver, { id, version, nsid }] of identities) {
    const words = [id, version, nsid === id ? null : nsid].flatMap((word) => (word ? [`"${oneLine(word, 60)}"`] : []));
    if (words.length === 0) continue;
    const self = words.join(', ');
    named.set(self, [...(named.get(self) ?? []), oneLine(resolver, 40)]);
  }
  return [...named]
    .flatMap(([self, resolvers]) =>
      wrapped(
        isolated(`${resolvers.join(', ')} ${resolvers.length === 1 ? 'calls itself' : 'call themselves'} ${self}.`),
        width - 2,
      ),
    )
    .map((line) => `${INDENT}${line}`);
}

const SIGNED_WORDS: Readonly<Record<Status, string>> = {
  SECURE: 'The name is signed, from the root down.',
  INSECURE: 'The name is not signed: its answers could be changed on the way unseen.',
  BOGUS: 'A signature that must be there is missing or wrong (see --dnssec).',
  INDETERMINATE: 'Whether the name is signed could not be found out.',
};

const WORDS: Readonly<Record<Tone, string>> = {
  good: 'every resolver gives a genuine answer',
  unsure: 'could not be verified',
  warning: 'an answer is unexplained',
  bad: 'an answer is false',
};

function overall(report: DnsReport): Tone {
  switch (dnsExitCode([report])) {
    case 0:
      return 'good';
    case 1:
      return 'warning';
    case 2:
      return 'bad';
    case 3:
      return 'unsure';
  }
}

function cellsOf(line: DnsLine, { asns }: DnsReport): string[] {
  const { judgement, answers, rcode } = line;
  const shown = answers.slice(0, MOST_ANSWERS).map((answer) => {
    const asn = asns.get(answer);
    return `${oneLine(answer, 80)}${asn === undefined ? '' : ` (AS${asn})`}`;
  });
  const more = answers.length > MOST_ANSWERS ? [`and ${answers.length - MOST_ANSWERS} more`] : [];
  return [
    isolated(oneLine(line.resolver, 40)),
    line.transport,
    line.role,
    line.type,
    line.rttMs === null ? '-' : duration(line.rttMs),
    judgement.verdict,
    judgement.confidence > 0 ? `${Math.round(judgement.confidence * 100)} %` : '-',
    isolated([...shown, ...more].join(', ')) || (rcode ?? 'no answer'),
  ];
}

function columns(cells: readonly string[], widths: readonly number[]): string[] {
  return cells.map((cell, at) => {
    const width = widths[at];
    return width === undefined ? cell : padded(fitted(cell, width), width);
  });
}

interface Layout {
  readonly widths: readonly number[];
  readonly width: number;
  readonly style: Paint;
  /** The line before said why already. */
  readonly isRepeated: boolean;
}

/** Not about an answer but about the resolver or the domain: the same for every type. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(['PATH_INTERCEPTED', 'OPERATOR_ERROR', 'UNMEASURABLE']);

function isRepeated({ resolver, judgement }: DnsLine, before: DnsLine | undefined): boolean {
  const same = before?.resolver === resolver && before.judgement.verdict === judgement.verdict;
  return same && OF_THE_WHOLE.has(judgement.verdict);
}

/** A line, and under one that is not genuine the reason. */
function rowOf(line: DnsLine, cells: readonly string[], { widths, width, style, isRepeated }: Layout): string[] {
  const tone = toneOf(line);
  const [resolver = '', path = '', role = '', type = '', rtt = '', verdict = '', sure = '', answers = ''] = columns(
    cells,
    widths,
  );
  const mark = style(TONE_STYLE[tone], markOf(tone));
  const row = `${INDENT}${mark} ${[resolver, path, role, type, rtt, style(TONE_STYLE[tone], verdict), sure, answers].join(GAP)}`;
  if (tone === 'good' || isRepeated) return [row];
  const by = line.server === null ? '' : ` (answered by its server "${line.server}")`;
  const why = wrapped(isolated(oneLine(`${line.judgement.why}${by}`, 700)), width - 6);
  return [row, ...why.map((text) => `${INDENT}    ${style('dim', text)}`)];
}
