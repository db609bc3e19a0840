/**
 * Slack, and Mattermost where it speaks Slack's format: an incoming webhook with blocks (docs.slack.dev, Block Kit). A
 * stranger's words stand only in `plain_text`, which knows no mentions, no links and no markup.
 */
import * as z from 'zod';
import { type Brief, briefOf } from './brief.js';
import { addresses, secretAddress } from './fields.js';
import { call, touched } from './http.js';
import type { Notifier } from './notifier.js';

const settings = z.strictObject({
  url: secretAddress('https://hooks.slack.com/services/T000/B000/XXXX').describe('Of the incoming webhook.'),
  addresses: addresses(),
});

export type SlackSettings = z.output<typeof settings>;

export const slack: Notifier<SlackSettings> = {
  kind: 'slack',
  settings,
  async send(alert, site, proof, own, io) {
    const body = slackMessage(briefOf(alert, site, proof));
    const { url, addresses: pinned } = own;
    await call({ kind: 'slack', url: url.reveal(), body, key: alert.key, addresses: pinned, secrets: [url] }, io);
  },
  examine: ({ url, addresses: pinned }, io) =>
    touched({ kind: 'slack', url: url.reveal(), addresses: pinned, secrets: [url] }, io),
};

const COLOURS: Readonly<Record<Brief['tone'], string>> = {
  critical: '#b3261e',
  warning: '#c77700',
  notice: '#3d5a80',
  resolved: '#1d6b41',
};
const MAX_HEADER = 150;
const MAX_TEXT = 2_900;

export function slackMessage(brief: Brief): object {
  const section = (text: string) => ({ type: 'section', text: plainText(text, MAX_TEXT) });
  const buttons = brief.links.map(({ label, href }, index) => ({
    ...{ type: 'button', text: plainText(label, 75), url: href },
    ...(index === 0 && brief.tone === 'critical' && { style: 'danger' }),
  }));
  const facts = brief.facts.map(({ label, value }) => (label === '' ? `· ${value}` : `${label}: ${value}`));
  const blocks = [
    { type: 'header', text: plainText(brief.title, MAX_HEADER) },
    section(`${brief.status}\n${brief.sentence}`),
    section(facts.join('\n')),
    ...(brief.findings.length === 0 ? [] : [section(brief.findings.map((finding) => `• ${finding}`).join('\n'))]),
    ...(brief.advice.length === 0 ? [] : [section(brief.advice.join('\n'))]),
    ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons }]),
    {
      type: 'context',
      elements: [plainText([brief.imprint, ...(brief.evidence === null ? [] : [brief.evidence])].join(' '), MAX_TEXT)],
    },
  ];
  // `text` is what a notification shows; it is read as markup, so what begins some is taken out as well.
  return {
    text: escaped(brief.headline.replace(/[*_~`]/g, ' ')),
    unfurl_links: false,
    unfurl_media: false,
    attachments: [{ color: COLOURS[brief.tone], blocks }],
  };
}

function plainText(text: string, max: number): object {
  return { type: 'plain_text', emoji: false, text: escaped(cut(text, max)) };
}

/** Slack counts before it unescapes, and a text one too long refuses the whole message. */
function cut(text: string, max: number): string {
  const kept: string[] = [];
  let length = 0;
  for (const character of text) {
    length += escaped(character).length;
    if (length > max) return `${kept.slice(0, -1).join('')}…`;
    kept.push(character);
  }
  return text;
}

/** The three characters Slack wants escaped everywhere: without them there is no `<!channel>` and no `<url|text>`. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
