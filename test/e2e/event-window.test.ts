/** The built daemon inside an event window, to a real mail server and a real webhook: what people are told, and do. */
import { createHmac } from 'node:crypto';
import type { Email } from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Origin, startOrigin } from '../support/origin.js';
import { type Running, until, type Workplace } from '../support/siteward.js';
import { type Mail, type MailServer, startMailServer } from '../support/smtp.js';
import { DEFACED, type Event, eventPage, startEvent } from './event.js';

const SECRET = 'a secret of sixteen characters and more';
const ALERT = z.object({
  type: z.string(),
  data: z.object({
    findings: z.array(z.object({ code: z.string() })),
    evidence: z.string().nullable(),
    links: z.object({ acknowledge: z.string().optional() }),
  }),
});
type Alert = z.infer<typeof ALERT>;

let event: Event;
let place: Workplace;
let mail: MailServer;
let hook: Origin;
const heard: Alert[] = [];
let daemon: Running;
let web: string;

/** A time of day that came just now, so that the digest is due at the start. */
function justNow(): string {
  return new Date(Math.max(Date.now() - 60_000, Math.floor(Date.now() / 86_400_000) * 86_400_000))
    .toISOString()
    .slice(11, 16);
}

beforeAll(async () => {
  event = await startEvent();
  mail = await startMailServer();
  hook = await startOrigin({
    '*': (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts);
        const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
        const mac = createHmac('sha256', SECRET).update(`${id}.${at}.`).update(body).digest('base64');
        response.writeHead(signature === `v1,${mac}` ? 204 : 401).end();
        if (signature === `v1,${mac}`) heard.push(ALERT.parse(JSON.parse(body.toString('utf8'))));
      });
    },
  });
  const smtp = `smtp: { host: 127.0.0.1, port: ${mail.port} }, from: siteward@event.test`;
  place = event.workplace(`web: { listen: "127.0.0.1:0", public_url: "http://watch.event.test/" }
receivers:
  - { id: ops, kind: email, ${smtp}, to: [ops@event.test] }
  - { id: office, kind: email, ${smtp}, to: [office@event.test] }
  - { id: hook, kind: webhook, url: "${hook.url}/", secret: "${SECRET}" }
routes: [{ severity: critical, to: [ops, hook] }]
digest: { to: [office], at: "${justNow()}" }`);
  place.watchlist(`version: 1
sites:
  - { id: live, url: "${event.url()}", title: The live page, checks: [page], viewports: [desktop], confirm_after: 3s }
events:
  - { id: summit, from: 2020-01-01T00:00:00Z, to: 2099-01-01T00:00:00Z, every: 5s, content: frozen, sites: [live] }
`);
  const { code, stdout } = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  expect(code, stdout).toBe(0);
  daemon = place.start(['watch']);
  web = await until('it listens', () => /"health":"(http:[^"]+)\/healthz"/.exec(daemon.stderr())?.[1], 30_000);
}, 120_000);
afterAll(async () => {
  await event.close();
  await mail.close();
  await hook.close();
});

const to = (receiver: string): readonly Mail[] => mail.mails.filter((one) => one.to[0] === `${receiver}@event.test`);
const parsed = (receiver: string): Promise<readonly Email[]> => Promise.all(to(receiver).map((one) => one.parsed()));
const changeOf = ({ headers }: Email): string => headers.find(({ key }) => key === 'x-siteward-change')?.value ?? '';

describe('inside an event window', () => {
  test('the first mail, before anything is confirmed, holds what was seen: pictures, findings, what to do', async () => {
    event.origin.pages['/'] = DEFACED;
    await until('two mails came', () => to('ops').length >= 2, 60_000);
    const [first, second] = await parsed('ops');
    expect([first && changeOf(first), second && changeOf(second)]).toEqual(['suspected', 'opened']);
    for (const told of [first, second]) {
      expect(told?.attachments.map(({ mimeType }) => mimeType)).toEqual(['image/png', 'image/png', 'image/png']);
      for (const { contentId = '' } of told?.attachments ?? [])
        expect(told?.html).toContain(contentId.replace(/[<>]/g, ''));
      for (const part of [told?.text, told?.html]) {
        expect(part).toContain('The live page');
        expect(part).toContain('page/replaced');
        expect(part).toContain('HACKED BY CYBERWOLF');
      }
    }
    expect(first?.subject).toMatch(/SUSPECTED.*live/);
    const evidence = heard.find(({ type }) => type === 'incident.suspected')?.data.evidence ?? '';
    expect((await place.siteward('verify', evidence)).code).toBe(0);
  });

  test('the link of a webhook asks when it is opened, and takes the incident by POST, once', async () => {
    const told = await until(
      'the webhook was told',
      () => heard.find(({ type }) => type === 'incident.opened'),
      30_000,
    );
    const { pathname } = new URL(told.data.links.acknowledge ?? '');
    const open = async () => JSON.parse((await place.siteward('--json', 'incidents', '--open')).stdout).incidents;
    for (let times = 0; times < 3; times++) expect((await fetch(`${web}${pathname}`)).status).toBe(200);
    expect(await open()).toMatchObject([{ siteId: 'live', acknowledged: null }]);
    expect((await fetch(`${web}${pathname.slice(0, -2)}xx`, { method: 'POST' })).status).toBe(404);
    expect(await open()).toMatchObject([{ acknowledged: null }]);
    expect((await fetch(`${web}${pathname}`, { method: 'POST' })).status).toBe(200);
    expect(await open()).toMatchObject([{ acknowledged: { by: 'hook' } }]);
    expect((await fetch(`${web}${pathname}`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${web}${pathname}`)).status).toBe(404);
    await until('it is told to the webhook', () => heard.some(({ type }) => type === 'incident.acknowledged'));
    expect(heard.filter(({ type }) => type === 'incident.acknowledged')).toHaveLength(1);
    // A person needs no message that somebody took it.
    expect((await parsed('ops')).map(changeOf)).toEqual(['suspected', 'opened']);
  });

  test('the office is told that watching began, of the day, and that watching ended; the others are not', async () => {
    event.origin.pages['/'] = eventPage();
    await until('the start and the day are told', () => to('office').length >= 2, 30_000);
    daemon.kill('SIGTERM');
    expect((await daemon.finished).code).toBe(0);
    const [began, ...others] = (await parsed('office')).map(({ subject }) => subject ?? '').sort();
    expect([began, ...others]).toHaveLength(3);
    expect([began, ...others].some((subject) => /Siteward watches 1 site/.test(subject ?? ''))).toBe(true);
    expect([began, ...others].some((subject) => /Digest of the day/.test(subject ?? ''))).toBe(true);
    expect([began, ...others].some((subject) => /Siteward was stopped/.test(subject ?? ''))).toBe(true);
    expect((await parsed('office')).map(changeOf)).toEqual(['announced', 'announced', 'announced']);
    expect((await parsed('ops')).map(changeOf).includes('announced')).toBe(false);
  });
});
