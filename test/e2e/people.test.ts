/** The built `drill`, `ack`, `silence` and the link of a mail, with a real mail server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until, type Workplace } from '../support/siteward.js';
import { type MailServer, startMailServer } from '../support/smtp.js';
import { DEFACED, type Event, oneSite, startEvent } from './event.js';

let event: Event;
let place: Workplace;
let mail: MailServer;
let refusing = false;

beforeAll(async () => {
  event = await startEvent();
  mail = await startMailServer({ content: () => (refusing ? { code: 550, text: 'no such user' } : null) });
  place = event.workplace(`web: { listen: "127.0.0.1:0", public_url: "http://watch.event.test/" }
receivers:
  - { id: ops, kind: email, smtp: { host: 127.0.0.1, port: ${mail.port} }, from: siteward@event.test, to: [ops@event.test] }`);
  place.watchlist(oneSite(event.url(), 'title: The live page', 'every: 5s'));
  const { code, stdout } = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  expect(code, stdout).toBe(0);
});
afterAll(async () => {
  await mail.close();
  await event.close();
});

describe('drill', () => {
  test('reaches the receivers as a defacement, a hijack and their end, each marked as a drill', async () => {
    const { code, stdout } = await place.siteward('--json', 'drill');
    expect(code, stdout).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ schema: 'siteward/drill/1', ended: true });
    expect(report.deliveries.map(({ change, state }: Record<string, string>) => [change, state])).toEqual([
      ['opened', 'delivered'],
      ['worsened', 'delivered'],
      ['resolved', 'delivered'],
    ]);
    const mails = await Promise.all(mail.mails.map((one) => one.parsed()));
    expect(mails).toHaveLength(3);
    for (const one of mails) {
      expect(one.subject).toMatch(/^\[DRILL /);
      expect(one.text).toContain('This is a drill');
      expect(one.html).toContain('This is a drill');
    }
    expect(mails[0]?.subject).toContain('defaced');
    expect(mails[1]?.subject).toContain('DNS redirected');
  });

  test('that nobody accepts fails, and a site there is not is a wrong call', async () => {
    refusing = true;
    expect((await place.siteward('--data', 'data-deaf', 'drill')).code).toBe(3);
    refusing = false;
    expect((await place.siteward('drill', 'nobody')).code).toBe(64);
  });
});

test('an incident is taken by command; a silence keeps its messages back and is announced', async () => {
  event.origin.pages['/'] = DEFACED;
  const before = mail.mails.length;
  expect((await place.siteward('watch', '--once')).code).toBe(2);
  const open = JSON.parse((await place.siteward('--json', 'incidents', '--open')).stdout).incidents;
  expect(open).toMatchObject([{ siteId: 'live', status: 'open', acknowledged: null }]);
  const { code, stdout } = await place.siteward('--json', 'ack', open[0].id, '--by', 'Ada');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ incident: { acknowledged: { by: 'Ada' } } });
  expect((await place.siteward('ack', 'nothing', '--by', 'Ada')).code).toBe(64);
  expect((await place.siteward('silence', '--site', 'live')).code).toBe(64);
  expect((await place.siteward('silence', '--site', 'live', '--for', '5h', '--by', 'A', '--reason', 'x')).code).toBe(
    64,
  );
  const silence = ['silence', '--site', 'live', '--for', '1h', '--by', 'Ada', '--reason', 'moving'];
  const listed = JSON.parse((await place.siteward('--json', ...silence)).stdout).silences;
  expect(listed).toMatchObject([{ siteId: 'live', by: 'Ada', reason: 'moving' }]);
  await place.siteward('watch', '--once');
  const subjects = (await Promise.all(mail.mails.slice(before).map((one) => one.parsed()))).map(
    ({ subject }) => subject ?? '',
  );
  expect(subjects.filter((subject) => subject.includes('keeps the messages about'))).toHaveLength(1);
  expect(subjects.filter((subject) => subject.startsWith('[CRITICAL]'))).toHaveLength(1);
  expect((await place.siteward('silence', '--end', listed[0].id)).stdout).toContain('Nothing is silenced');
  const digest = JSON.parse((await place.siteward('--json', 'incidents', '--digest')).stdout);
  expect(digest).toMatchObject({ schema: 'siteward/digest/1', open: [{ siteId: 'live' }] });
  const closed = await place.siteward('ack', open[0].id, '--by', 'Ada', '--close', 'a test');
  expect(closed.stdout).toContain('is closed');
});

test('the link in a mail asks when it is opened, and takes the incident by POST, once', async () => {
  event.origin.pages['/'] = DEFACED;
  const before = mail.mails.length;
  const daemon = place.start(['--data', 'data-link', 'watch']);
  const web = await until('it listens', () => /"health":"(http:[^"]+)\/healthz"/.exec(daemon.stderr())?.[1]);
  await until('the mail comes', () => mail.mails.length > before, 60_000);
  const told = await mail.mails[before]?.parsed();
  const path = /http:\/\/watch\.event\.test(\/ack\/\S+)/.exec(told?.text ?? '')?.[1] ?? 'no link';
  expect((await fetch(`${web}${path}`)).status).toBe(200);
  const open = async () =>
    JSON.parse((await place.siteward('--json', '--data', 'data-link', 'incidents', '--open')).stdout).incidents;
  expect(await open()).toMatchObject([{ acknowledged: null }]);
  expect((await fetch(`${web}${path}`, { method: 'POST' })).status).toBe(200);
  expect((await fetch(`${web}${path}`, { method: 'POST' })).status).toBe(404);
  expect(await open()).toMatchObject([{ acknowledged: { by: 'ops' } }]);
  daemon.kill('SIGTERM');
  expect((await daemon.finished).code).toBe(0);
});
