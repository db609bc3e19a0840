/** The built `watch`: one mail for one defacement, whatever crashes, hangs or is down in between. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Email } from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Running, until, type Workplace } from '../support/siteward.js';
import { type Mail, type MailServer, startMailServer } from '../support/smtp.js';
import { DEFACED, type Event, eventPage, oneSite, startEvent } from './event.js';

let event: Event;
let place: Workplace;
let mail: MailServer;
beforeAll(async () => {
  event = await startEvent();
  place = event.workplace();
  place.watchlist(oneSite(event.url(), 'title: The live page', 'every: 5s', 'resolve_after: 0s'));
  const { code, stdout } = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  expect(code, stdout).toBe(0);
});
afterAll(() => event.close());

/** A machine with an empty database and mailbox, and the approved baseline of the first. */
let fresh = 0;
let data: string;
let refusing: boolean;
beforeEach(async () => {
  event.origin.pages['/'] = eventPage();
  data = `data-${++fresh}`;
  refusing = false;
  mail = await startMailServer({ content: () => (refusing ? { code: 451, text: 'come back later' } : null) });
  tellOps(mail.port);
  return () => mail.close();
});

function tellOps(port: number): void {
  place.settings(
    event.settings(`web: { listen: "127.0.0.1:0" }
receivers:
  - { id: ops, kind: email, smtp: { host: 127.0.0.1, port: ${port} }, from: siteward@event.test, to: [ops@event.test] }`),
  );
}

const watchOnce = (): ReturnType<Workplace['siteward']> => place.siteward('--data', data, 'watch', '--once');
const messageId = async (one: Mail): Promise<string> => (await one.parsed()).messageId ?? '';

function only(mails: readonly Mail[]): Mail {
  const [first, ...rest] = mails;
  if (!first || rest.length > 0) throw new Error(`Expected one mail, got ${mails.length}.`);
  return first;
}

/** Four runs, each with a browser. */
const LONG = { timeout: 180_000 };

describe('watch --once', () => {
  test('tells of a defacement with one mail, in words and pictures, and once only', async () => {
    expect(await watchOnce()).toMatchObject({ code: 0 });
    expect(mail.mails).toEqual([]);
    event.origin.pages['/'] = DEFACED;
    expect(await watchOnce()).toMatchObject({ code: 2 });
    const first = only(mail.mails);
    const told: Email = await first.parsed();
    expect([first.from, first.to]).toEqual(['siteward@event.test', ['ops@event.test']]);
    expect(told.subject).toMatch(/^\[CRITICAL\] live: defaced/);
    for (const part of [told.text, told.html]) {
      expect(part).toContain('The live page');
      expect(part).toContain('HACKED BY CYBERWOLF');
      expect(part).toContain('page/replaced');
    }
    expect(told.attachments.map(({ mimeType }) => mimeType)).toEqual(['image/png', 'image/png', 'image/png']);
    for (const { contentId = '' } of told.attachments) expect(told.html).toContain(contentId.replace(/[<>]/g, ''));
    expect(await watchOnce()).toMatchObject({ code: 2 });
    expect(mail.mails.length).toBe(1);
    const { stdout } = await place.siteward('--data', data, '--json', 'incidents', '--open');
    expect(JSON.parse(stdout)).toMatchObject({ incidents: [{ siteId: 'live', status: 'open', diagnosis: 'defaced' }] });
  });

  test('keeps what no mail server takes, and the next run delivers it once, under the same Message-ID', async () => {
    event.origin.pages['/'] = DEFACED;
    refusing = true;
    const { code, stderr } = await watchOnce();
    expect(code).toBe(2);
    expect(stderr).toMatch(/come back later/);
    expect(stderr).toMatch(/stay in the outbox/);
    tellOps(1);
    expect((await watchOnce()).stderr).toMatch(/refused|outbox/);
    tellOps(mail.port);
    expect([mail.mails.length, mail.refused.length]).toEqual([0, 1]);
    refusing = false;
    await watchOnce();
    const [refused] = mail.refused;
    expect(await messageId(only(mail.mails))).toBe(refused && (await messageId(refused)));
    await watchOnce();
    only(mail.mails);
  });

  test('with a database that is none sets it aside, tells people, and goes on: exit code 3', LONG, async () => {
    event.origin.pages['/'] = eventPage();
    await watchOnce();
    for (const ending of ['-wal', '-shm']) rmSync(place.path(data, `siteward.db${ending}`), { force: true });
    writeFileSync(place.path(data, 'siteward.db'), 'this is no database'.repeat(1000));
    expect(await watchOnce()).toMatchObject({ code: 3 });
    const told = await only(mail.mails).parsed();
    expect(told.subject).toMatch(/^\[CRITICAL\] siteward: fault on our side/);
    expect(told.text).toMatch(/kept aside: database-\d+/);
    const [name = ''] = readdirSync(place.path(data, 'lost'));
    expect(readFileSync(place.path(data, 'lost', name, 'siteward.db'), 'utf8')).toMatch(/^this is no database/);
    expect(readFileSync(place.path(data, 'lost', name, 'note.txt'), 'utf8')).toMatch(/siteward\.db/);
    event.origin.pages['/'] = DEFACED;
    expect(await watchOnce()).toMatchObject({ code: 2 });
    expect((await mail.mails.at(-1)?.parsed())?.subject).toMatch(/live: defaced/);
    rmSync(place.path(data, 'lost', name), { recursive: true });
    event.origin.pages['/'] = eventPage();
    expect(await watchOnce()).toMatchObject({ code: 0 });
  });
});

describe('the daemon', () => {
  const start = (): Running => place.start(['--data', data, 'watch']);

  /** Where it answers, as it says on stderr. */
  async function webOf(running: Running): Promise<string> {
    return until('the daemon listens', () => /"health":"(http:[^"]+)\/healthz"/.exec(running.stderr())?.[1]);
  }

  async function metric(web: string, name: string): Promise<number> {
    const text = await (await fetch(`${web}/metrics`)).text();
    const value = new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1];
    return Number(value ?? Number.NaN);
  }

  async function stop(running: Running): Promise<void> {
    const at = performance.now();
    running.kill('SIGTERM');
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(0);
    expect(performance.now() - at).toBeLessThan(10_000);
  }

  test('is healthy, opens and resolves an incident by mail, and stops gracefully', async () => {
    const running = start();
    const web = await webOf(running);
    const looked = 'siteward_looks_total{kind="page",state="intact"}';
    await until('it looked', async () => (await metric(web, looked)) > 0);
    const health = await fetch(`${web}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([200, { ok: true, problems: [], targets: 2 }]);
    event.origin.pages['/'] = DEFACED;
    await until('the defacement was told', () => mail.mails.length === 1);
    await until('it is counted', async () => (await metric(web, 'siteward_incidents_open')) === 1);
    expect(await metric(web, 'siteward_target_state{site="live",kind="page"}')).toBe(2);
    for (const name of ['siteward_outbox_pending', 'siteward_scheduler_lag_seconds', 'siteward_looks_running']) {
      expect(await metric(web, name), name).not.toBeNaN();
    }
    event.origin.pages['/'] = eventPage();
    await until('its end was told', () => mail.mails.length === 2, 45_000);
    await stop(running);
    const told = await Promise.all(mail.mails.map((one) => one.parsed()));
    const changes = told.map(({ headers }) => headers.find(({ key }) => key === 'x-siteward-change')?.value);
    expect(changes).toEqual(['opened', 'resolved']);
    expect(new Set(told.map(({ messageId: id }) => id)).size).toBe(2);
  });

  test('killed between seeing and telling loses no incident and doubles none', async () => {
    refusing = true;
    event.origin.pages['/'] = DEFACED;
    const first = start();
    await until('the mail was tried', () => mail.refused.length > 0);
    first.kill('SIGKILL');
    expect((await first.finished).code).toBe(null);
    refusing = false;
    const second = start();
    const looked = 'siteward_looks_total{kind="page",state="altered"}';
    const web = await webOf(second);
    await until('the mail arrives', () => mail.mails.length > 0);
    await until('the second daemon looked for itself', async () => (await metric(web, looked)) > 0);
    expect(await metric(web, 'siteward_incidents_open')).toBe(1);
    await stop(second);
    const [refused] = mail.refused;
    expect(await messageId(only(mail.mails))).toBe(refused && (await messageId(refused)));
  });

  test('refuses a folder where another works, and names it: exit code 3', async () => {
    const first = start();
    await webOf(first);
    const { code, stderr } = await start().finished;
    expect([code, stderr]).toEqual([3, expect.stringContaining(`(process ${first.pid})`)]);
    await stop(first);
  });

  test('whose address is taken says where to choose another: exit code 78', async () => {
    place.settings(event.settings(`web: { listen: "127.0.0.1:${event.origin.port}" }`));
    const { code, stderr } = await start().finished;
    expect(code).toBe(78);
    expect(stderr).toMatch(/web\.listen 127\.0\.0\.1:\d+: .*EADDRINUSE.*settings\.yaml/);
  });
});
