/**
 * A notice as the HTML part of a mail: tables and inline styles for old mail programs, a style sheet for dark mode and
 * phones, pictures by cid, nothing loaded from anywhere. Pure.
 */

import { type Fragment, type Html, html, quoted } from '../core/markup.js';
import type { ResolverRow, SeenFinding } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { agrees, sureness } from '../core/words.js';
import type { Illustration } from './illustrations.js';
import type { Attachment, Notice } from './notice.js';

const SANS = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans',sans-serif";
const MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";
const SECTION = 'padding:22px 28px 0';

/** Colour of the bar and the badge: dark enough for white letters. */
const TONES: Readonly<Record<Notice['tone'], string>> = {
  critical: '#b3261e',
  warning: '#8f5a00',
  notice: '#3d5a80',
  resolved: '#1d6b41',
};

/** What inline styles cannot say. Constant, so that nothing of a stranger's ever stands in it. */
const STYLE = html`<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; width: 100% !important; }
.hidden-character { padding: 1px 4px; border-radius: 3px; background: #faeed3; color: #7d5200; font-size: 11px; }
@media (prefers-color-scheme: dark) {
  .page { background: #131416 !important; }
  .card { background: #1e2023 !important; border-color: #33363b !important; }
  .ink { color: #eceef0 !important; }
  .dim { color: #a3a9b1 !important; }
  .rule { border-color: #383c42 !important; }
  .well { background: #282b2f !important; color: #eceef0 !important; }
  .gone { background: #17301f !important; color: #c4ecd1 !important; }
  .came, .differs { background: #3c1d1c !important; color: #ffd9d4 !important; }
  .shot { border-color: #44484e !important; }
  .hidden-character { background: #35280d !important; color: #f0bd5b !important; }
}
@media (max-width: 520px) {
  .column { display: block !important; width: 100% !important; padding: 0 0 14px !important; }
  .section { padding-left: 18px !important; padding-right: 18px !important; }
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .wide { display: none !important; }
  .title { font-size: 21px !important; }
}
</style>`;

/** @param attachments the pictures of the notice, in the same order. */
export function mailHtml(notice: Notice, attachments: readonly Attachment[]): string {
  const tone = TONES[notice.tone];
  const page = html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${oneLine(notice.name, 200)}: ${notice.state}</title>
${STYLE}
</head>
<body class="page" style="margin:0;padding:0;background:#f1f2f4">
<div style="display:none;max-height:0;overflow:hidden">${cited(notice.sentence, 140)}</div>
<table role="presentation" class="page" width="100%" cellspacing="0" cellpadding="0" border="0" style="background:#f1f2f4">
<tr><td class="outer" align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellspacing="0" cellpadding="0" border="0" style="max-width:640px;background:#ffffff;border:1px solid #dfe2e6;border-radius:8px;border-collapse:separate;overflow:hidden;text-align:left;${SANS}">
<tr><td height="6" style="height:6px;line-height:6px;font-size:0;background:${tone}">&nbsp;</td></tr>
${head(notice, tone)}
${links(notice)}
${facts(notice.facts)}
${pictures(notice.illustrations, attachments)}
${findings(notice.findings)}
${resolvers(notice.resolvers)}
${advice(notice)}
${foot(notice)}
</table>
</td></tr>
</table>
</body>
</html>`;
  return page.text;
}

function section(content: Fragment, style = SECTION): Html {
  return html`<tr><td class="section" style="${style}">${content}</td></tr>`;
}

/** A stranger's words on one line. @param max characters shown. */
function cited(text: string, max: number): Html {
  return quoted(oneLine(text, max));
}

function heading(text: string): Html {
  return html`<h2 class="ink" style="margin:0 0 10px;font-size:15px;line-height:20px;font-weight:600;color:#1b1d20">${text}</h2>`;
}

function head(notice: Notice, tone: string): Html {
  return section(
    html`<table role="presentation" width="100%" cellspacing="0" cellpadding="0" border="0"><tr>
<td style="vertical-align:middle"><span style="display:inline-block;padding:3px 10px;border-radius:11px;background:${tone};color:#ffffff;font-size:12px;line-height:16px;font-weight:700;letter-spacing:.06em">${notice.badge}</span><span class="dim" style="padding-left:10px;font-size:14px;line-height:22px;color:#5d646d">${notice.kicker}</span></td>
<td class="dim wide" align="right" style="vertical-align:middle;font-size:13px;font-weight:600;letter-spacing:.02em;color:#5d646d">Siteward</td>
</tr></table>
<h1 class="ink title" style="margin:14px 0 0;font-size:24px;line-height:1.25;font-weight:700;color:#1b1d20;overflow-wrap:anywhere">${cited(notice.name, 200)}: ${notice.state}</h1>
<p class="ink" dir="auto" style="margin:10px 0 0;font-size:16px;line-height:24px;color:#1b1d20;overflow-wrap:anywhere">${cited(notice.sentence, 600)} <span class="dim" style="color:#5d646d">${notice.certainty}</span></p>`,
  );
}

/** Large enough for a thumb. */
function links({ links: shown, tone }: Notice): Html | null {
  if (shown.length === 0) return null;
  const button = (href: string, label: string, isFirst: boolean) => {
    const look = isFirst
      ? `background:${TONES[tone]};color:#ffffff;border:1px solid ${TONES[tone]}`
      : 'background:#ffffff;color:#1b1d20;border:1px solid #c9ced4';
    const name = isFirst ? 'button' : 'button well';
    return html`<a class="${name}" href="${href}" style="display:inline-block;margin:0 10px 8px 0;padding:11px 20px;border-radius:6px;font-size:15px;line-height:20px;font-weight:600;text-decoration:none;${look}">${label}</a>`;
  };
  return section(
    shown.map(({ href, label }, index) => button(href, label, index === 0)),
    'padding:18px 28px 0',
  );
}

function facts(rows: Notice['facts']): Html {
  return section(
    html`<table role="presentation" class="rule" width="100%" cellspacing="0" cellpadding="0" border="0" style="border-top:1px solid #e4e7ea;border-bottom:1px solid #e4e7ea">
${rows.map(
  ({ label, value }) => html`<tr>
<td class="dim" style="padding:5px 14px 5px 0;width:92px;font-size:13px;line-height:19px;vertical-align:top;color:#5d646d">${label}</td>
<td class="ink" style="padding:5px 0;font-size:13px;line-height:19px;vertical-align:top;color:#1b1d20;overflow-wrap:anywhere">${cited(value, 300)}</td>
</tr>`,
)}</table>`,
  );
}

// ------------------------------------------------------------- pictures

const LABELS: Readonly<Record<Illustration['label'], string>> = {
  before: 'Approved',
  after: 'Now',
  difference: 'What differs',
  victim: 'What a victim sees',
};

function pictures(shown: readonly Illustration[], attachments: readonly Attachment[]): Html | null {
  if (shown.length === 0) return null;
  const shots = shown.map((illustration, index) => ({ ...illustration, cid: attachments[index]?.cid ?? '' }));
  const rows = Array.from({ length: Math.ceil(shots.length / 2) }, (_, row) => shots.slice(row * 2, row * 2 + 2));
  return section(
    html`${heading('What it looks like')}
<table role="presentation" width="100%" cellspacing="0" cellpadding="0" border="0" style="table-layout:fixed">
${rows.map((pair) => html`<tr>${pair.map((shot, index) => column(shot, index))}${pair.length === 1 ? html`<td class="column" width="50%">&nbsp;</td>` : null}</tr>`)}
</table>`,
  );
}

function column(shot: Illustration & { readonly cid: string }, index: number): Html {
  const side = index === 0 ? 'padding:0 6px 14px 0' : 'padding:0 0 14px 6px';
  const about = [shot.caption, ...(shot.part === null ? [] : [shot.part])].join(', ');
  return html`<td class="column" width="50%" style="${side};vertical-align:top">
<p class="ink" style="margin:0 0 5px;font-size:13px;line-height:18px;font-weight:600;color:#1b1d20">${LABELS[shot.label]} <span class="dim" style="font-weight:400;color:#5d646d">${cited(about, 160)}</span></p>
<img class="shot" src="cid:${shot.cid}" alt="${`${LABELS[shot.label]}: ${about}`}" width="284" style="display:block;width:100%;height:auto;border:1px solid #d5d9dd;border-radius:4px">
</td>`;
}

// ------------------------------------------------------------- findings

function findings(found: readonly SeenFinding[]): Html | null {
  if (found.length === 0) return null;
  return section(html`${heading('What was found')}${found.map(finding)}`);
}

function finding({ severity, summary, code, confidence, vantage, expected, actual, where }: SeenFinding): Html {
  return html`<table role="presentation" width="100%" cellspacing="0" cellpadding="0" border="0" style="margin:0 0 14px"><tr>
<td width="4" style="width:4px;border-radius:2px;background:${TONES[severity]}"></td>
<td style="padding:0 0 0 12px">
<p class="ink" dir="auto" style="margin:0;font-size:14px;line-height:20px;font-weight:600;color:#1b1d20;overflow-wrap:anywhere">${cited(summary, 400)}</p>
<p class="dim" style="margin:2px 0 0;font-size:12px;line-height:17px;color:#5d646d;overflow-wrap:anywhere">${code} · ${sureness(confidence)} · seen from ${cited(vantage, 80)}${where === undefined ? null : html` · ${cited(where, 200)}`}</p>
${value('Expected', expected, 'gone', 'background:#e7f4eb;color:#14532d')}${value('Found', actual, 'came', 'background:#fdeceb;color:#7f1d16')}
</td></tr></table>`;
}

function value(label: string, text: string | undefined, name: string, colours: string): Html | null {
  if (text === undefined) return null;
  const shown = text === '' ? html`<i>empty</i>` : cited(text, 300);
  return html`<p class="${name}" style="margin:6px 0 0;padding:6px 10px;border-radius:4px;font-size:13px;line-height:19px;overflow-wrap:anywhere;${colours}"><b>${label}</b>&nbsp; ${shown}</p>`;
}

function resolvers(rows: readonly ResolverRow[]): Html | null {
  if (rows.length === 0) return null;
  const wrong = rows.filter((row) => !agrees(row)).length;
  const title = wrong === 0 ? 'Every resolver agrees' : `${wrong} of ${rows.length} resolver answers disagree`;
  const cell = (text: string) =>
    html`<th class="dim" align="left" scope="col" style="padding:0 10px 5px;font-size:12px;line-height:16px;font-weight:600;color:#5d646d">${text}</th>`;
  return section(
    html`${heading(title)}<table class="rule" width="100%" cellspacing="0" cellpadding="0" border="0" style="border-bottom:1px solid #e4e7ea">
<tr>${cell('Resolver')}${cell('Answer')}${cell('Verdict')}</tr>${rows.map(resolver)}</table>`,
  );
}

function resolver(row: ResolverRow): Html {
  const isWrong = !agrees(row);
  const answers = row.answers.length > 0 ? row.answers : [row.rcode ?? 'no answer'];
  const name = isWrong ? 'differs' : 'ink';
  const colours = isWrong ? 'background:#fdeceb;color:#7f1d16;font-weight:600' : 'color:#1b1d20';
  const cell = `padding:6px 10px;font-size:13px;line-height:18px;vertical-align:top;border-top:1px solid #e4e7ea;overflow-wrap:anywhere;${colours}`;
  return html`<tr>
<td class="${name} rule" style="${cell}">${isWrong ? '✗ ' : '✓ '}${cited(row.resolver, 80)}<br><span style="font-size:12px;font-weight:400">${row.role}, ${row.transport}, ${row.type}</span></td>
<td class="${name} rule" style="${cell};${MONO}">${answers.map((answer, index) => [index === 0 ? null : html`<br>`, cited(answer, 120)])}</td>
<td class="${name} rule" style="${cell}">${row.verdict}<br><span style="font-size:12px;font-weight:400">${sureness(row.confidence)}</span></td>
</tr>`;
}

// ---------------------------------------------------------- what follows

function advice(notice: Notice): Html {
  const command = (text: string) =>
    html`<div class="well" style="margin:4px 0 0;padding:7px 10px;border-radius:4px;background:#f1f2f4;font-size:13px;line-height:18px;overflow-wrap:anywhere;${MONO}">${text}</div>`;
  const steps = notice.advice.map(
    (step, index) => html`<tr>
<td class="dim" width="22" style="width:22px;padding:0 0 10px;font-size:14px;line-height:20px;vertical-align:top;color:#5d646d">${index + 1}.</td>
<td class="ink" style="padding:0 0 10px;font-size:14px;line-height:20px;color:#1b1d20">${step.text}${step.command === undefined ? null : command(step.command)}</td>
</tr>`,
  );
  const kept = notice.evidence === null ? null : html`${heading('Evidence')}${command(notice.evidence)}`;
  return section(
    html`${heading('What to do now')}<table role="presentation" width="100%" cellspacing="0" cellpadding="0" border="0">${steps}</table>${kept}`,
  );
}

function foot(notice: Notice): Html {
  return section(
    html`<p class="dim rule" style="margin:0;padding:12px 0 0;border-top:1px solid #e4e7ea;font-size:12px;line-height:18px;color:#5d646d;overflow-wrap:anywhere">${notice.imprint} Sent by Siteward because a watched site is not as approved, or is again.</p>`,
    'padding:22px 28px 20px',
  );
}
