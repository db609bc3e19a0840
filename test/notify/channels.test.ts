/** Every notifier runs the contract; what a channel shows is asserted as it would be read. */
import { createHmac } from 'node:crypto';
import type { Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { Change, Incident } from '../../src/core/model.js';
import { alertmanager } from '../../src/notify/alertmanager.js';
import { apprise } from '../../src/notify/apprise.js';
import { email } from '../../src/notify/email.js';
import { NOTIFIERS } from '../../src/notify/index.js';
import type { Notifier, Proof } from '../../src/notify/notifier.js';
import { ntfy } from '../../src/notify/ntfy.js';
import { pagerduty } from '../../src/notify/pagerduty.js';
import { slack } from '../../src/notify/slack.js';
import { telegram } from '../../src/notify/telegram.js';
import { webhook } from '../../src/notify/webhook.js';
import { type Behaviour, notifierContract, type Sink, type Subject } from '../contracts/notifier.js';
import { type HttpSink, httpSink, type Request } from '../contracts/notifier-http.js';
import { aFinding, anAlert, aSite, aTransition, T0 } from '../contracts/samples.js';
import { notifyIo } from '../support/notify.js';
import { type MailServer, type MailServerOptions, startMailServer } from '../support/smtp.js';
import { picture } from './pictures.js';

const ROUTING_KEY = 'R0UT1NGKEY0123456789abcdef012345';
const HOOK_KEY = Buffer.from('0123456789abcdef0123456789abcdef');
const HOOK_SECRET = `whsec_${HOOK_KEY.toString('base64')}`;
const TOKEN = '123456:AAF-secret_token';

const sinks = {
  pagerduty: httpSink({
    settings: (url) => ({ routing_key: ROUTING_KEY, url }),
    accepted: { status: 202, body: '{"status":"success"}' },
  }),
  webhook: httpSink({ settings: (url) => ({ url: `${url}/in/s3cr3tpath`, secret: HOOK_SECRET }) }),
  slack: httpSink({ settings: (url) => ({ url: `${url}/services/T0/B0/s3cr3tpath` }) }),
  telegram: httpSink({ settings: (url) => ({ url, token: TOKEN, chat: -1001234567890 }) }),
  ntfy: httpSink({ settings: (url) => ({ url, topic: 's3cr3ttopic', token: 'tk_s3cr3ttoken' }) }),
  alertmanager: httpSink({ settings: (url) => ({ url, token: 's3cr3tbearer', labels: { team: 'web' } }) }),
  apprise: httpSink({ settings: (url) => ({ url, urls: ['json://user:s3cr3tpass@host.example'] }) }),
};

/** Neither a tag of a stranger's nor a mention. */
const noMarkup = (message: string): void => expect(message).not.toMatch(/<script|<!channel|<@|<https/);
const anything = (): void => undefined;

const SUBJECTS: readonly Subject[] = [
  { notifier: pagerduty, open: sinks.pagerduty, secrets: [ROUTING_KEY], isHttp: true, harmless: anything },
  { notifier: webhook, open: sinks.webhook, secrets: ['s3cr3tpath', HOOK_SECRET], isHttp: true, harmless: anything },
  { notifier: slack, open: sinks.slack, secrets: ['s3cr3tpath'], isHttp: true, harmless: noMarkup },
  { notifier: telegram, open: sinks.telegram, secrets: [TOKEN], isHttp: true, harmless: telegramTags },
  { notifier: ntfy, open: sinks.ntfy, secrets: ['s3cr3ttopic', 'tk_s3cr3ttoken'], isHttp: true, harmless: anything },
  { notifier: alertmanager, open: sinks.alertmanager, secrets: ['s3cr3tbearer'], isHttp: true, harmless: anything },
  { notifier: apprise, open: sinks.apprise, secrets: ['s3cr3tpass'], isHttp: true, harmless: anything },
  { notifier: email, open: mailSink, secrets: ['s3cr3tmailpass'], isHttp: false, harmless: noMarkup },
];

/** No tag but ours, each closed. */
function telegramTags(message: string): void {
  const tags = [...message.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  expect(tags.filter((tag) => !/^<\/?(b|i|code)>$/.test(tag))).toEqual([]);
  for (const name of ['b', 'i', 'code']) {
    expect(tags.filter((tag) => tag === `<${name}>`)).toHaveLength(tags.filter((tag) => tag === `</${name}>`).length);
  }
}

async function mailSink(behaviour: Behaviour): Promise<Sink> {
  const refusal =
    behaviour.does === 'refuse'
      ? { code: behaviour.code, text: 'no, s3cr3tmailpass' }
      : behaviour.does === 'flood'
        ? { code: 550, text: 'x'.repeat(10_000_000) }
        : null;
  const options: MailServerOptions = {
    login: { user: 'u', password: 's3cr3tmailpass' },
    ...(refusal !== null && { content: () => refusal }),
    ...(behaviour.does === 'hang' && { mute: true, connected: behaviour.arrived }),
  };
  const server: MailServer = await startMailServer(options);
  const all = () => [...server.mails, ...server.refused];
  const smtp = { host: '127.0.0.1', port: server.port, user: 'u', password: 's3cr3tmailpass' };
  return {
    settings: { smtp, from: 'siteward@example.org', to: ['ops@example.org'] },
    messages: () => Promise.all(all().map(async (mail) => textOf(await mail.parsed()))),
    keys: () => all().map(({ raw }) => /^Message-ID:\s+<([^@]+)@/im.exec(raw)?.[1] ?? ''),
    close: () => server.close(),
  };
}

/** The parts that are no markup may hold any character. */
function textOf({ subject, text, html }: Email): string {
  return [subject, text, html].map((part, index) => lines(part, index < 2)).join('\n');
}

function lines(part = '', isPlain: boolean): string {
  const unix = part.replaceAll('\r\n', '\n');
  return isPlain ? unix.replaceAll('<', '‹') : unix;
}

for (const subject of SUBJECTS) notifierContract(subject);

it('every notifier of the list is under contract', () => {
  expect(SUBJECTS.map(({ notifier }) => notifier.kind).sort()).toEqual(NOTIFIERS.map(({ kind }) => kind).sort());
});

// ------------------------------------------------------- what each shows

interface Shown {
  readonly requests: readonly Request[];
  /** Bodies as JSON. */
  readonly bodies: readonly Record<string, unknown>[];
}

async function shown<S>(
  notifier: Notifier<S>,
  open: (behaviour: Behaviour) => Promise<HttpSink>,
  changes: readonly Change[] = ['opened'],
  proof: Partial<Proof> = {},
  supersedes: readonly Change[] = [],
  over: Partial<Incident> = {},
): Promise<Shown> {
  const sink = await open({ does: 'accept' });
  const settings = notifier.settings.parse(sink.settings);
  const full: Proof = {
    folder: 'data/evidence/live/1/',
    pictures: [],
    resolvers: [],
    findings: [aFinding({ expected: 'Global Summit', actual: 'Hacked by <x>' })],
    links: { incident: 'https://siteward.example.org/incidents/1', acknowledge: 'https://siteward.example.org/ack/t' },
    ...proof,
  };
  for (const [index, change] of changes.entries()) {
    const transition = aTransition(change, { seq: index + 1, updatedAt: T0 + index * 60_000, ...over });
    await notifier.send({ ...anAlert(transition, 'them'), supersedes }, aSite(), full, settings, notifyIo());
  }
  await sink.close();
  const bodies = sink.requests.map(({ body }) => (body[0] === 0x2d ? {} : JSON.parse(body.toString('utf8'))));
  return { requests: sink.requests, bodies };
}

it('only a pager and a program are told that somebody took an incident', () => {
  const heeding = NOTIFIERS.filter(({ heedsTaking }) => heedsTaking).map(({ kind }) => kind);
  expect(heeding.sort()).toEqual(['pagerduty', 'webhook']);
});

describe('PagerDuty', () => {
  it('has what was taken before it heard of it: triggered, then acknowledged', async () => {
    const { bodies } = await shown(pagerduty, sinks.pagerduty, ['acknowledged'], {}, ['opened']);
    expect(bodies.map((body) => body['event_action'])).toEqual(['trigger', 'acknowledge']);
  });

  it('triggers one alert per incident, acknowledges and resolves it under the same dedup_key', async () => {
    const { bodies, requests } = await shown(pagerduty, sinks.pagerduty, [
      'opened',
      'worsened',
      'reminder',
      'acknowledged',
      'resolved',
      'announced',
    ]);
    expect(requests.every(({ url }) => url === '/v2/enqueue')).toBe(true);
    expect(bodies.map((body) => body['event_action'])).toEqual([
      'trigger',
      'trigger',
      'trigger',
      'acknowledge',
      'resolve',
    ]);
    const keys = new Set(bodies.map((body) => body['dedup_key']));
    expect([...keys]).toEqual([expect.stringMatching(/^siteward:[0-9a-f]{40}$/)]);
    expect(bodies[0]).toMatchObject({
      routing_key: ROUTING_KEY,
      client: 'Siteward',
      client_url: 'https://siteward.example.org/incidents/1',
      payload: {
        summary: '[CRITICAL] live: defaced — The title was replaced.',
        source: 'https://event.example.org/live',
        severity: 'critical',
        timestamp: '2026-07-17T15:30:00.000Z',
        component: 'live',
        class: 'defaced',
        custom_details: {
          found: ['The title was replaced. Expected: Global Summit. Found: Hacked by <x>.'],
          evidence: 'data/evidence/live/1/',
        },
      },
      links: [
        { href: 'https://siteward.example.org/ack/t', text: 'Acknowledge' },
        { href: 'https://siteward.example.org/incidents/1', text: 'Open the incident' },
      ],
    });
  });

  it('is called anew under a new key, as what was acknowledged there stays quiet, and keeps one alert open', async () => {
    const over = { reopenCount: 1, alarms: 2 };
    const said = async (change: Change) => {
      const { bodies } = await shown(pagerduty, sinks.pagerduty, [change], {}, [], over);
      return bodies.map((body) => `${body['event_action']} ${String(body['dedup_key']).slice(50)}`);
    };
    expect(await said('unacknowledged')).toEqual(['trigger 3', 'resolve 2']);
    expect(await said('acknowledged')).toEqual(['acknowledge 3']);
    // The one of before the incident was reopened ended then.
    expect(await said('resolved')).toEqual(['resolve 3', 'resolve 2', 'resolve 1']);
  });

  it('shows pictures that have an address', async () => {
    const links = { pictures: [{ src: 'https://siteward.example.org/p/now.png', alt: 'Now' }] };
    const { bodies } = await shown(pagerduty, sinks.pagerduty, ['opened'], { links });
    expect(bodies[0]?.['images']).toEqual([{ src: 'https://siteward.example.org/p/now.png', alt: 'Now' }]);
  });

  it('wakes somebody for what was over before it could be told, and ends it at once', async () => {
    const { bodies } = await shown(pagerduty, sinks.pagerduty, ['resolved'], {}, ['opened']);
    expect(bodies.map((body) => body['event_action'])).toEqual(['trigger', 'resolve']);
    const told = await shown(pagerduty, sinks.pagerduty, ['resolved']);
    expect(told.bodies.map((body) => body['event_action'])).toEqual(['resolve']);
    const unconfirmed = await shown(pagerduty, sinks.pagerduty, ['stood-down'], {}, ['suspected']);
    expect(unconfirmed.bodies.map((body) => body['event_action'])).toEqual(['resolve']);
  });
});

describe('the signed webhook', () => {
  it('is signed as Standard Webhooks says, with one id for all attempts', async () => {
    const { requests, bodies } = await shown(webhook, sinks.webhook);
    const { headers = {}, body = Buffer.alloc(0) } = requests[0] ?? {};
    const id = anAlert(aTransition(), 'them').key;
    expect(headers).toMatchObject({ 'webhook-id': id, 'webhook-timestamp': String(T0 / 1000) });
    const expected = createHmac('sha256', HOOK_KEY)
      .update(`${id}.${T0 / 1000}.`)
      .update(body)
      .digest('base64');
    expect(headers).toHaveProperty('webhook-signature', `v1,${expected}`);
    expect(bodies[0]).toMatchObject({
      schema: 'siteward/alert/1',
      type: 'incident.opened',
      timestamp: '2026-07-17T15:30:00.000Z',
      data: {
        id,
        receiver: 'them',
        site: { id: 'live', url: 'https://event.example.org/live', title: 'The live stream page' },
        incident: { id: 'incident-1', severity: 'critical', diagnosis: 'defaced', summary: 'The title was replaced.' },
        findings: [{ code: 'page/title-replaced', expected: 'Global Summit', actual: 'Hacked by <x>', where: null }],
      },
    });
  });

  it.each([
    ['too short', 'short'],
    ['not there', undefined],
    ['nothing behind the prefix', 'whsec_'],
  ])('refuses a secret that is %s', (_, secret) => {
    expect(webhook.settings.safeParse({ url: 'https://h.example/', secret }).success).toBe(false);
  });
});

describe('Slack', () => {
  it('shows blocks of plain text, buttons, and nothing that is fetched', async () => {
    const { bodies } = await shown(slack, sinks.slack);
    expect(bodies[0]).toMatchObject({
      text: '[CRITICAL] live: defaced — The title was replaced.',
      unfurl_links: false,
      attachments: [
        {
          color: '#b3261e',
          blocks: [
            { type: 'header', text: { type: 'plain_text', text: 'The live stream page: defaced' } },
            { type: 'section', text: { type: 'plain_text', text: expect.stringContaining('New incident') } },
            { type: 'section', text: { text: expect.stringContaining('Address: https://event.example.org/live') } },
            {
              type: 'section',
              text: { text: '• The title was replaced. Expected: Global Summit. Found: Hacked by &lt;x&gt;.' },
            },
            { type: 'section' },
            {
              type: 'actions',
              elements: [
                { type: 'button', text: { text: 'Acknowledge' }, url: 'https://siteward.example.org/ack/t' },
                { type: 'button', text: { text: 'Open the incident' } },
              ],
            },
            { type: 'context', elements: [{ text: 'Incident incident-1, message 1. data/evidence/live/1/' }] },
          ],
        },
      ],
    });
    expect(JSON.stringify(bodies)).not.toContain('mrkdwn');
  });
});

describe('Telegram', () => {
  it('shows one message of its own markup, with buttons', async () => {
    const { bodies, requests } = await shown(telegram, sinks.telegram);
    expect(requests[0]?.url).toBe(`/bot${TOKEN}/sendMessage`);
    expect(bodies[0]).toMatchObject({
      chat_id: '-1001234567890',
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      reply_markup: {
        inline_keyboard: [
          [{ text: 'Acknowledge', url: 'https://siteward.example.org/ack/t' }, { text: 'Open the incident' }],
        ],
      },
    });
    const [first, second, third, fourth] = String(bodies[0]?.['text']).split('\n');
    expect(first).toBe('<b>CRITICAL · New incident</b>');
    expect(second).toBe('<b>The live stream page: defaced</b>');
    expect(third).toBe('The title was replaced. We are 99 % sure.');
    expect(fourth).toBe('• The title was replaced. Expected: Global Summit. Found: Hacked by &lt;x&gt;.');
  });

  it('shows what is there now as a picture, and goes without it where it is refused', async () => {
    const pictures = [picture('before'), picture('after', { barAt: 100 })];
    const { requests } = await shown(telegram, sinks.telegram, ['opened'], { pictures });
    expect(requests.map(({ url }) => url)).toEqual([`/bot${TOKEN}/sendPhoto`]);
    const form = requests[0]?.body.toString('latin1') ?? '';
    expect(form).toContain('name="photo"; filename="now.png"\r\ncontent-type: image/png\r\n\r\n\x89PNG');
    expect(form).toMatch(/name="caption"\r\n\r\n<b>CRITICAL/);

    const urls: string[] = [];
    const settings = telegram.settings.parse({ token: TOKEN, chat: '@ops' });
    const post: ReturnType<typeof notifyIo>['post'] = async ({ url }) => {
      urls.push(new URL(url).pathname.split('/').at(-1) ?? '');
      return { status: url.endsWith('sendPhoto') ? 400 : 200, retryAfter: null, text: '' };
    };
    const proof: Proof = { folder: null, pictures, resolvers: [] };
    await telegram.send(anAlert(), aSite(), proof, settings, notifyIo({ post }));
    expect(urls).toEqual(['sendPhoto', 'sendMessage']);
  });

  it('is short enough for a caption and a message, whatever was found', async () => {
    const findings = Array.from({ length: 40 }, () =>
      aFinding({ summary: '<&>"'.repeat(500), actual: 'ش'.repeat(900) }),
    );
    const { bodies } = await shown(telegram, sinks.telegram, ['opened'], { findings });
    expect(String(bodies[0]?.['text']).length).toBeLessThanOrEqual(4_096);
    telegramTags(String(bodies[0]?.['text']));
  });

  it('waits as long as its own words say', async () => {
    const post: ReturnType<typeof notifyIo>['post'] = async () => ({
      status: 429,
      retryAfter: null,
      text: '{"ok":false,"parameters":{"retry_after":35}}',
    });
    const sending = telegram.send(
      anAlert(),
      aSite(),
      { folder: null, pictures: [], resolvers: [] },
      telegram.settings.parse({ token: TOKEN, chat: '@ops' }),
      notifyIo({ post }),
    );
    await expect(sending).rejects.toMatchObject({ retryable: true, retryAfterMs: 35_000 });
  });
});

describe('ntfy', () => {
  it('breaks through the silence of a phone for a critical incident, and is quiet at its end', async () => {
    const { bodies, requests } = await shown(ntfy, sinks.ntfy, ['opened', 'resolved']);
    expect(requests[0]?.headers.authorization).toBe('Bearer tk_s3cr3ttoken');
    expect(bodies[0]).toMatchObject({
      topic: 's3cr3ttopic',
      title: 'The live stream page: defaced',
      priority: 5,
      tags: ['rotating_light'],
      click: 'https://siteward.example.org/incidents/1',
      actions: [
        { action: 'view', label: 'Acknowledge', url: 'https://siteward.example.org/ack/t' },
        { action: 'view', label: 'Open the incident' },
      ],
    });
    expect(bodies[1]).toMatchObject({ priority: 3, tags: ['white_check_mark'] });
  });

  it('stays below the length at which the server makes a file of it', async () => {
    const findings = Array.from({ length: 40 }, () =>
      aFinding({ summary: '被'.repeat(900), actual: '黑'.repeat(900) }),
    );
    const { bodies } = await shown(ntfy, sinks.ntfy, ['opened'], { findings });
    expect(Buffer.byteLength(String(bodies[0]?.['message']))).toBeLessThanOrEqual(4_000);
    expect(String(bodies[0]?.['message'])).not.toContain('\uFFFD');
  });
});

describe('Alertmanager', () => {
  it('fires until it is ended, and ends what it may have begun with another severity', async () => {
    const { requests } = await shown(alertmanager, sinks.alertmanager, ['opened', 'resolved', 'announced']);
    expect(requests.map(({ url }) => url)).toEqual(['/api/v2/alerts', '/api/v2/alerts']);
    const [opened, resolved] = requests.map(({ body }) => JSON.parse(body.toString('utf8')));
    expect(opened).toMatchObject([
      {
        labels: {
          alertname: 'SitewardIncident',
          site: 'live',
          incident: 'incident-1',
          severity: 'critical',
          team: 'web',
        },
        annotations: { summary: '[CRITICAL] live: defaced — The title was replaced.' },
        startsAt: '2026-07-17T15:30:00.000Z',
        endsAt: '2026-07-24T15:30:00.000Z',
        generatorURL: 'https://siteward.example.org/incidents/1',
      },
      { labels: { severity: 'warning' }, endsAt: '2026-07-17T15:30:00.000Z' },
      { labels: { severity: 'notice' }, endsAt: '2026-07-17T15:30:00.000Z' },
    ]);
    expect(resolved[0]).toMatchObject({ endsAt: '2026-07-17T15:31:00.000Z', labels: opened[0].labels });
  });
});

describe('Apprise', () => {
  it('is told by addresses or by the key of a configuration', async () => {
    const { bodies, requests } = await shown(apprise, sinks.apprise);
    expect(requests[0]?.url).toBe('/notify');
    expect(bodies[0]).toMatchObject({
      title: '[CRITICAL] live: defaced — The title was replaced.',
      type: 'failure',
      format: 'text',
      urls: ['json://user:s3cr3tpass@host.example'],
    });
    const keyed = httpSink({ settings: (url) => ({ url, key: 'ops/1', tag: 'night' }) });
    const withKey = await shown(apprise, keyed);
    expect(withKey.requests[0]?.url).toBe('/notify/ops%2F1');
    expect(withKey.bodies[0]).toMatchObject({ tag: 'night' });
  });

  it('has failed when the server has nobody to tell', async () => {
    const empty = httpSink({ settings: (url) => ({ url, key: 'nobody' }), accepted: { status: 204, body: '' } });
    await expect(shown(apprise, empty)).rejects.toMatchObject({ retryable: false });
  });
});
