import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Alert } from '../../src/core/model.js';
import { Courier, deliverDue, type Post } from '../../src/notify/deliver.js';
import { email } from '../../src/notify/email.js';
import { type Notifier, type Proof, SendError } from '../../src/notify/notifier.js';
import { openStore } from '../../src/store/database.js';
import type { Store } from '../../src/store/store.js';
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
const refusing = (retryable: boolean) => async () => {
  throw new SendError('not today', retryable, ['a@example.org']);
};
const changes = () => sent.map(({ alert }) => `${alert.receiver} ${alert.transition.change}`);
const opened = aTransition();
const resolved = aTransition('resolved', { seq: 2, status: 'resolved', diverging: {}, resolvedAt: T0, updatedAt: T0 });

describe('delivering', () => {
  it('sends what is due with its proof, and settles it', async () => {
    await store.record(anEntry());
    expect(await deliverDue(store, post())).toEqual({ sent: 1, failed: 0 });
    expect(sent[0]).toMatchObject({ alert: anAlert(), proof: { folder: 'evidence/live/1', findings: [aFinding()] } });
    expect(await deliverDue(store, post())).toEqual({ sent: 0, failed: 0 });
    expect(await store.outbox()).toEqual({ pending: 0, oldestAt: null, givenUp: 0 });
  });

  it('keeps the order of one receiver and incident within one pass', async () => {
    await store.record(anEntry(opened, { alerts: [anAlert(opened), anAlert(opened, 'pager')] }));
    await store.record(anEntry(resolved, { alerts: [anAlert(resolved), anAlert(resolved, 'pager')] }));
    expect(await deliverDue(store, post())).toEqual({ sent: 4, failed: 0 });
    const own = (receiver: string) => changes().filter((change) => change.startsWith(receiver));
    expect(own('pager')).toEqual(['pager opened', 'pager resolved']);
    expect(own('ops-mail')).toEqual(['ops-mail opened', 'ops-mail resolved']);
  });

  it('never tells the end before the beginning was accepted', async () => {
    await store.record(anEntry(opened));
    await store.record(anEntry(resolved));
    answer = refusing(true);
    await deliverDue(store, post());
    now += 5_000;
    answer = async () => undefined;
    await deliverDue(store, post());
    expect(changes()).toEqual(['ops-mail opened', 'ops-mail resolved']);
  });

  it('tries again after 5, 15, 45 seconds, 2, 5, 10 and then every 15 minutes', async () => {
    await store.record(anEntry());
    answer = refusing(true);
    const pauses: number[] = [];
    for (let failures = 0; failures < 9; failures++) {
      expect(await deliverDue(store, post())).toEqual({ sent: 0, failed: 1 });
      const pause = Number(logged.at(-1)?.fields['retryInMs']);
      pauses.push(pause / 1_000);
      now += pause - 1;
      expect(await deliverDue(store, post())).toEqual({ sent: 0, failed: 0 });
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

  it('gives up at once what is refused for good, loudly, and goes on with the next', async () => {
    await store.record(anEntry(opened));
    await store.record(anEntry(resolved));
    answer = (alert) => (alert.transition.change === 'opened' ? refusing(false)() : Promise.resolve());
    expect(await deliverDue(store, post())).toEqual({ sent: 1, failed: 1 });
    expect(changes()).toEqual(['ops-mail resolved']);
    expect(logged).toMatchObject([
      { level: 'error', fields: { receiver: 'ops-mail', incident: 'incident-1', error: 'not today' } },
    ]);
    expect((await store.outbox()).givenUp).toBe(1);
  });

  it('gives up after a day, but not before it was tried several times', async () => {
    await store.record(anEntry());
    answer = refusing(true);
    now += 30 * HOUR;
    for (let attempt = 1; attempt <= 6; attempt++) {
      await deliverDue(store, post());
      now += 20 * 60_000;
    }
    expect((await store.outbox()).pending).toBe(1);
    await deliverDue(store, post());
    expect(await store.outbox()).toMatchObject({ pending: 0, givenUp: 1 });
    expect(logged.at(-1)?.level).toBe('error');
  });

  it('waits for a receiver that was taken out of the settings, and says so', async () => {
    await store.record(anEntry());
    await deliverDue(store, post({ receivers: [] }));
    expect(logged[0]).toMatchObject({
      level: 'warn',
      fields: { error: expect.stringContaining('no receiver "ops-mail"') },
    });
    now += 5_000;
    expect(await deliverDue(store, post())).toEqual({ sent: 1, failed: 0 });
  });

  it('sends without proof when the evidence cannot be read, and for a site no longer watched', async () => {
    await store.record(anEntry());
    const unreadable = async () => Promise.reject(new Error('EIO'));
    expect(await deliverDue(store, post({ readProof: unreadable, siteOf: () => undefined }))).toEqual({
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
    expect(await deliverDue(store, post())).toEqual({ sent: 0, failed: 1 });
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
    expect(await courier.deliverDue()).toEqual({ sent: 1, failed: 0 });
    expect(changes()).toEqual(['pager worsened']);
    release();
    expect(await first).toEqual({ sent: 1, failed: 0 });
    expect(changes()).toEqual(['pager worsened', 'ops-mail opened']);
  });
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
      delivered: async () => Promise.reject(new Error('killed')),
    };
    await store.record(anEntry());
    await expect(deliverDue(dying, mailed)).rejects.toThrow('killed');

    await store.close();
    store = openStore('sqlite:siteward.db', dataDir);
    await store.open();
    expect(await deliverDue(store, mailed)).toEqual({ sent: 1, failed: 0 });
    expect(mailbox.mails).toHaveLength(2);
    expect(mailbox.mails[1]?.raw).toBe(mailbox.mails[0]?.raw);
    expect((await mailbox.mails[0]?.parsed())?.messageId).toContain(anAlert().key);
    expect(await deliverDue(store, mailed)).toEqual({ sent: 0, failed: 0 });
    await mailbox.close();
  });
});
