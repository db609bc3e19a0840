import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { shortHead } from '../../src/core/audit.js';
import type { Alert } from '../../src/core/model.js';
import { Courier, deliverDue, type Post } from '../../src/notify/deliver.js';
import { email } from '../../src/notify/email.js';
import { type Notifier, type Proof, SendError } from '../../src/notify/notifier.js';
import { openStore } from '../../src/store/open.js';
import { type Store, StoreError } from '../../src/store/store.js';
import { aFinding, anAlert, anEntry, aSite, aTransition, T0 } from '../contracts/samples.js';
import { notifyIo } from '../support/notify.js';
import { startMailServer } from '../support/smtp.js';

const HOUR = 3_600_000;

let dataDir: string;
let store: Store;
let now: number;
let logged: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[];
let sent: { alert: Alert; proof: Proof; accepted: readonly string[] | undefined }[];
/** What the receiver does with the next alert. */
let answer: (alert: Alert) => Promise<void>;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'siteward-deliver-'));
  store = openStore('sqlite:siteward.db', dataDir);
  await store.open();
  now = T0;
  logged = [];
  sent = [];
  answer = async () => undefined;
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

const notifier: Notifier = {
  kind: 'test',
  settings: z.unknown(),
  examine: async () => 'reached',
  async send(alert, _site, proof, _settings, io) {
    await answer(alert);
    sent.push({ alert, proof, accepted: io.accepted });
  },
};
const log = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
  logged.push({ level, fields, message });
};
const post = (over: Partial<Post> = {}): Post => ({
  notifiers: [notifier],
  receivers: [
    { id: 'ops-mail', kind: 'test', settings: null },
    { id: 'pager', kind: 'test', settings: null },
  ],
  siteOf: () => aSite(),
  readProof: async (evidence) => ({ folder: evidence, pictures: [], resolvers: [] }),
  io: notifyIo({ now: () => now }),
  random: () => 0.5,
  log: { warn: log('warn'), error: log('error') },
  ...over,
});
/** No other receiver to turn to. */
const alone = () => post({ receivers: [{ id: 'ops-mail', kind: 'test', settings: null }] });
const refusing = (retryable: boolean, accepted: readonly string[] = ['a@example.org']) => {
  return async () => {
    throw new SendError('not today', retryable, accepted);
  };
};
const changes = () => sent.map(({ alert }) => `${alert.receiver} ${alert.transition.change}`);
const opened = aTransition();
const resolved = aTransition('resolved', { seq: 2, status: 'resolved', diverging: {}, resolvedAt: T0, updatedAt: T0 });

describe('delivering', () => {
  it('measures what a message waited and took, and how long the first news of an incident was on its way', async () => {
    await store.record(anEntry());
    now = T0 + 700;
    answer = async () => {
      now += 300;
    };
    const took = { result: 'accepted', queuedMs: 700, sendMs: 300 };
    const { since } = opened.incident;
    expect((await deliverDue(store, post())).attempts).toMatchObject([{ ...took, detectToAcceptMs: now - since }]);
    await store.record(anEntry(resolved, { verdict: null }));
    expect((await deliverDue(store, post())).attempts).toMatchObject([{ detectToAcceptMs: null }]);
  });

  it('sends what is due with its proof, and settles it', async () => {
    await store.record(anEntry());
    expect(await deliverDue(store, post())).toMatchObject({ sent: 1, failed: 0 });
    expect(sent[0]).toMatchObject({ alert: anAlert(), proof: { folder: 'evidence/live/1', findings: [aFinding()] } });
    expect(await deliverDue(store, post())).toMatchObject({ sent: 0, failed: 0 });
    expect(await store.outbox()).toMatchObject({ pending: 0, oldestAt: null, givenUp: 0 });
  });

  it('tells the beginning and the end in one message when both wait, and never the end alone', async () => {
    await store.record(anEntry(opened, { alerts: [anAlert(opened), anAlert(opened, 'pager')] }));
    answer = refusing(true);
    expect(await deliverDue(store, post())).toMatchObject({ sent: 0, failed: 2 });
    await store.record(anEntry(resolved, { alerts: [anAlert(resolved), anAlert(resolved, 'pager')] }));
    answer = async () => undefined;
    expect(await deliverDue(store, post())).toMatchObject({ sent: 2, failed: 0 });
    expect(changes().sort()).toEqual(['ops-mail resolved', 'pager resolved']);
    expect(sent.map(({ alert }) => alert.supersedes)).toEqual([['opened'], ['opened']]);
    now += HOUR;
    expect(await deliverDue(store, post())).toMatchObject({ sent: 0, failed: 0 });
  });

  it('does not start the next message of an incident while the one before is on its way', async () => {
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => {
      begun = resolve;
    });
    answer = () => {
      begun();
      return hanging;
    };
    const courier = new Courier(store, post());
    await store.record(anEntry(opened));
    const first = courier.deliverDue();
    await underWay;
    await store.record(anEntry(resolved));
    expect(await courier.deliverDue()).toMatchObject({ sent: 0, failed: 0 });
    release();
    // The same pass goes on with what waited.
    expect(await first).toMatchObject({ sent: 2, failed: 0 });
    expect(changes()).toEqual(['ops-mail opened', 'ops-mail resolved']);
  });

  it('tries again after 5, 15, 45 seconds, 2, 5, 10 and then every 15 minutes', async () => {
    await store.record(anEntry(aTransition('opened', { severity: 'warning' })));
    answer = refusing(true);
    const pauses: number[] = [];
    for (let failures = 0; failures < 9; failures++) {
      expect(await deliverDue(store, alone())).toMatchObject({ sent: 0, failed: 1 });
      const pause = Number(logged.at(-1)?.fields['retryInMs']);
      pauses.push(pause / 1_000);
      now += pause - 1;
      expect(await deliverDue(store, alone())).toMatchObject({ sent: 0, failed: 0 });
      now += 1;
    }
    expect(pauses).toEqual([5, 15, 45, 120, 300, 600, 900, 900, 900]);
  });

  it('spreads the retries by a fifth', async () => {
    await store.record(anEntry(opened, { alerts: [anAlert(opened), anAlert(opened, 'pager')] }));
    answer = refusing(true);
    const draws = [0, 1];
    await deliverDue(store, post({ random: () => draws.shift() ?? 0.5 }));
    expect(logged.map(({ fields }) => fields['retryInMs']).sort()).toEqual([4_000, 6_000]);
  });

  it('does not send again to those addresses that took it', async () => {
    await store.record(anEntry());
    answer = refusing(true);
    await deliverDue(store, post());
    now += 5_000;
    answer = async () => undefined;
    await deliverDue(store, post());
    expect(sent[0]?.accepted).toEqual(['a@example.org']);
  });

  it.each([
    [2, 5],
    [37, 37],
    [3_600, 300],
  ])(
    'waits %i s when it is asked to, but at least its own pause and five minutes at most: %i s',
    async (asked, waited) => {
      await store.record(anEntry());
      answer = async () => {
        throw new SendError('slow down', true, [], asked * 1_000);
      };
      await deliverDue(store, alone());
      expect(logged.at(-1)?.fields['retryInMs']).toBe(waited * 1_000);
    },
  );

  it('gives up at once what is refused for good, loudly, and goes on with the next', async () => {
    await store.record(anEntry(opened));
    answer = refusing(false);
    expect(await deliverDue(store, alone())).toMatchObject({ sent: 0, failed: 1 });
    expect(logged).toMatchObject([
      { level: 'error', fields: { receiver: 'ops-mail', incident: 'incident-1', error: 'not today' } },
    ]);
    expect(await store.outbox()).toMatchObject({ pending: 0, givenUp: 1, failing: ['ops-mail'] });
    await store.record(anEntry(resolved));
    answer = async () => undefined;
    expect(await deliverDue(store, alone())).toMatchObject({ sent: 1, failed: 0 });
    expect(changes()).toEqual(['ops-mail resolved']);
    expect(await store.outbox()).toMatchObject({ givenUp: 0, failing: [] });
  });

  it.each([
    ['a day after its end', resolved, 24],
    ['a week after news without an end', opened, 7 * 24],
  ])('gives up %s, but not before it was tried several times', async (_, transition, hours) => {
    await store.record(anEntry(opened, { alerts: transition === opened ? [anAlert(opened)] : [] }));
    if (transition !== opened) await store.record(anEntry(transition));
    answer = refusing(true);
    now += (hours - 1) * HOUR;
    for (let attempt = 1; attempt <= 8; attempt++) {
      await deliverDue(store, alone());
      now += 60_000 * (attempt < 7 ? 5 : 15);
    }
    expect((await store.outbox()).pending).toBe(1);
    now += HOUR;
    await deliverDue(store, alone());
    expect(await store.outbox()).toMatchObject({ pending: 0, givenUp: 1 });
    expect(logged.at(-1)?.level).toBe('error');
  });

  it('counts each attempt by channel and outcome', async () => {
    const transition = aTransition('opened', { severity: 'warning' });
    await store.record(anEntry(transition, { alerts: [anAlert(transition), anAlert(transition, 'pager')] }));
    answer = (alert) => (alert.receiver === 'pager' ? refusing(false)() : Promise.resolve());
    const { attempts } = await deliverDue(store, post());
    expect(attempts.map(({ channel, result }) => `${channel} ${result}`).sort()).toEqual([
      'test accepted',
      'test failed',
    ]);
  });

  it('names the record of the audit trail that tells the same', async () => {
    await store.record(anEntry());
    const [first] = await store.trail();
    await deliverDue(store, post());
    expect(first).toMatchObject({ action: 'opened', subject: 'incident-1' });
    expect(sent[0]?.proof.trail).toBe(first && shortHead(first));
  });

  it('shows the reader where to go on', async () => {
    await store.record(anEntry());
    const linksOf = (alert: Alert) => ({ acknowledge: `https://siteward.example.org/ack/${alert.receiver}` });
    await deliverDue(store, post({ linksOf }));
    expect(sent[0]?.proof.links).toEqual({ acknowledge: 'https://siteward.example.org/ack/ops-mail' });
  });

  it('waits for a receiver that was taken out of the settings, and says so', async () => {
    await store.record(anEntry());
    await deliverDue(store, post({ receivers: [] }));
    expect(logged[0]).toMatchObject({
      level: 'warn',
      fields: { error: expect.stringContaining('no receiver "ops-mail"') },
    });
    now += 5_000;
    expect(await deliverDue(store, post())).toMatchObject({ sent: 1, failed: 0 });
  });

  it('gives up after an hour what is owed to a receiver that is no more: others heard of it', async () => {
    await store.record(anEntry());
    const other = () => post({ receivers: [{ id: 'pager', kind: 'test', settings: null }] });
    await deliverDue(store, other());
    now += 59 * 60_000;
    await deliverDue(store, other());
    expect((await store.outbox()).pending).toBe(1);
    now += 60_000 + 900_000;
    await deliverDue(store, other());
    expect((await store.outbox()).pending).toBe(0);
    expect(changes()).toEqual(['pager opened']);
  });

  it('sends without proof when the evidence cannot be read, and for a site no longer watched', async () => {
    await store.record(anEntry());
    const unreadable = async () => Promise.reject(new Error('EIO'));
    expect(await deliverDue(store, post({ readProof: unreadable, siteOf: () => undefined }))).toMatchObject({
      sent: 1,
      failed: 0,
    });
    expect(sent[0]?.proof).toMatchObject({ folder: 'evidence/live/1', pictures: [] });
  });

  it('retries what fails by a bug of ours', async () => {
    await store.record(anEntry());
    answer = async () => {
      throw new TypeError('x is not a function');
    };
    expect(await deliverDue(store, post())).toMatchObject({ sent: 0, failed: 1 });
    expect(await store.outbox()).toMatchObject({ pending: 1, givenUp: 0 });
  });

  it('lets no receiver wait for another that hangs, and sends nothing twice meanwhile', async () => {
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = (alert) => (alert.receiver === 'ops-mail' ? hanging : Promise.resolve());
    const courier = new Courier(store, post());
    await store.record(anEntry());
    const first = courier.deliverDue();
    await store.record(anEntry(aTransition('opened', { id: 'i2', siteId: 'shop' }), { alerts: [] }));
    const second = aTransition('worsened', { id: 'i2', siteId: 'shop', seq: 2 });
    await store.record(anEntry(second, { alerts: [anAlert(second, 'pager')] }));
    expect(await courier.deliverDue()).toMatchObject({ sent: 1, failed: 0 });
    expect(changes()).toEqual(['pager worsened']);
    release();
    expect(await first).toMatchObject({ sent: 1, failed: 0 });
    expect(changes()).toEqual(['pager worsened', 'ops-mail opened']);
  });
});

describe('a critical alert that nobody takes', () => {
  const silent = (alert: Alert) => (alert.receiver === 'ops-mail' ? refusing(true, [])() : Promise.resolve());

  it('goes to every other receiver after 30 seconds, once', async () => {
    await store.record(anEntry());
    answer = silent;
    const courier = new Courier(store, post());
    await courier.deliverDue();
    now += 29_999;
    await courier.deliverDue();
    expect(changes()).toEqual([]);
    now += 1;
    await courier.deliverDue();
    expect(changes()).toEqual(['pager opened']);
    expect(sent[0]?.alert.reason).toBe('nobody it was meant for took it within 30 s (ops-mail)');
    now += HOUR;
    await courier.deliverDue();
    expect(changes()).toEqual(['pager opened']);
  });

  it('does so although the first receiver hangs, or has refused for good', async () => {
    await store.record(anEntry());
    const hanging = new Promise<void>(() => undefined);
    answer = (alert) => (alert.receiver === 'ops-mail' ? hanging : Promise.resolve());
    const courier = new Courier(store, post());
    void courier.deliverDue();
    now += 30_000;
    await courier.deliverDue();
    expect(changes()).toEqual(['pager opened']);

    const second = aTransition('opened', { id: 'i2', siteId: 'shop', since: now, updatedAt: now });
    await store.record(anEntry(second));
    answer = (alert) => (alert.receiver === 'ops-mail' ? refusing(false, [])() : Promise.resolve());
    await deliverDue(store, post());
    now += 30_000;
    await deliverDue(store, post());
    expect(changes()).toContain('pager opened');
    expect(sent.filter(({ alert }) => alert.transition.incident.id === 'i2')).toHaveLength(1);
  });

  it('goes to them at once in a single pass', async () => {
    await store.record(anEntry());
    answer = silent;
    expect(await new Courier(store, post()).deliverPending()).toMatchObject({ sent: 1, failed: 1 });
    expect(changes()).toEqual(['pager opened']);
  });

  it.each([
    ['somebody took it', { alerts: [anAlert(opened), anAlert(opened, 'desk')] }, opened],
    ['it is a warning', {}, aTransition('opened', { severity: 'warning' })],
    ['it is only a note', {}, aTransition('announced')],
  ])('goes to no other when %s', async (_, over, transition) => {
    await store.record(anEntry(transition, { alerts: [anAlert(transition)], ...over }));
    answer = silent;
    const receivers = ['ops-mail', 'desk', 'pager'].map((id) => ({ id, kind: 'test', settings: null }));
    await deliverDue(store, post({ receivers }));
    now += 60_000;
    await deliverDue(store, post({ receivers }));
    expect(changes().filter((change) => change.startsWith('pager'))).toEqual([]);
  });
});

it('is not sent again while the store cannot note that it was taken, and is noted once it can', async () => {
  await store.record(anEntry());
  let isFull = true;
  const full = {
    dueDeliveries: store.dueDeliveries.bind(store),
    failed: store.failed.bind(store),
    unheard: store.unheard.bind(store),
    record: store.record.bind(store),
    lastAct: store.lastAct.bind(store),
    delivered: (key: string, at: number) =>
      isFull ? Promise.reject(new StoreError('the disk is full')) : store.delivered(key, at),
  };
  const courier = new Courier(full, post());
  expect(await courier.deliverDue()).toMatchObject({ sent: 1, failed: 0 });
  now += 10_000;
  expect(await courier.deliverDue()).toMatchObject({ sent: 0, failed: 0 });
  expect((await store.outbox()).pending).toBe(1);
  isFull = false;
  await courier.deliverDue();
  expect((await store.outbox()).pending).toBe(0);
  expect(changes()).toEqual(['ops-mail opened']);
});

describe('a crash after the server took a mail and before that was noted', () => {
  it('sends it once more under the same Message-ID', async () => {
    const mailbox = await startMailServer();
    const settings = email.settings.parse({
      smtp: { host: 'localhost', port: mailbox.port },
      from: 'siteward@example.org',
      to: ['ops@example.org'],
    });
    const mailed = post({ notifiers: [email], receivers: [{ id: 'ops-mail', kind: 'email', settings }] });
    const dying = {
      dueDeliveries: store.dueDeliveries.bind(store),
      failed: store.failed.bind(store),
      unheard: store.unheard.bind(store),
      record: store.record.bind(store),
      lastAct: store.lastAct.bind(store),
      delivered: async () => Promise.reject(new Error('killed')),
    };
    await store.record(anEntry());
    await expect(deliverDue(dying, mailed)).rejects.toThrow('killed');

    await store.close();
    store = openStore('sqlite:siteward.db', dataDir);
    await store.open();
    expect(await deliverDue(store, mailed)).toMatchObject({ sent: 1, failed: 0 });
    expect(mailbox.mails).toHaveLength(2);
    expect(mailbox.mails[1]?.raw).toBe(mailbox.mails[0]?.raw);
    expect((await mailbox.mails[0]?.parsed())?.messageId).toContain(anAlert().key);
    expect(await deliverDue(store, mailed)).toMatchObject({ sent: 0, failed: 0 });
    await mailbox.close();
  });
});
