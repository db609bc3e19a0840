/** What every store must do, whatever database is behind it: each store's test calls this. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Store, StoreConflict, StoreError } from '../../src/store/store.js';
import {
  aFinding,
  anAlert,
  anEntry,
  anIncident,
  aRecord,
  aTransition,
  aVerdict,
  intactVerdict,
  T0,
  unreachableVerdict,
} from './samples.js';

export interface Ground {
  /** Two calls give two stores over the same memory. */
  readonly open: () => Promise<Store>;
  readonly discard: () => Promise<void>;
}

export function storeContract(name: string, prepare: () => Promise<Ground>): void {
  describe(`${name} as a store`, () => {
    let ground: Ground;
    let store: Store;
    beforeEach(async () => {
      ground = await prepare();
      store = await ground.open();
    });
    afterEach(async () => {
      await store.close();
      await ground.discard();
    });
    const reopened = async (): Promise<Store> => {
      await store.close();
      store = await ground.open();
      return store;
    };

    describe('memory', () => {
      it('gives back after a restart what was recorded', async () => {
        const opened = aTransition();
        await store.record(anEntry(opened));
        await reopened();
        expect(await store.openIncidents()).toEqual([opened.incident]);
        expect(await store.incidents(10)).toEqual([opened.incident]);
        expect(await store.transitions('incident-1')).toEqual([opened]);
        expect(await store.latest()).toEqual([aRecord()]);
        expect(await store.receiversTold('incident-1')).toEqual(['ops-mail']);
      });

      it('keeps any text a site can send', async () => {
        const hostile = 'هک شد 被黑 \u202e\u0000\r\nBcc: x {{7*7}} \'"; drop table verdicts; --';
        const verdict = aVerdict({ findings: [aFinding({ summary: hostile, expected: hostile, actual: '' })] });
        await store.record(anEntry(aTransition('opened', { summary: hostile }), { verdict: aRecord({ verdict }) }));
        expect((await store.latest())[0]?.verdict).toEqual(verdict);
        expect((await store.openIncidents())[0]?.summary).toBe(hostile);
      });

      it('leaves the bytes of proof to the evidence folder', async () => {
        const proof = [{ sha256: '00', mime: 'image/png', bytes: new Uint8Array(1_000) }];
        await store.record(
          anEntry(aTransition(), { verdict: aRecord({ verdict: aVerdict({ findings: [aFinding({ proof })] }) }) }),
        );
        expect((await store.latest())[0]?.verdict.findings).toEqual([aFinding()]);
      });

      it('knows the newest verdict of every target, in the order they came', async () => {
        const quiet = { incidents: [], transitions: [], alerts: [] };
        await store.record({ verdict: aRecord({ at: T0 + 5 }), ...quiet });
        await store.record({ verdict: aRecord({ at: T0, verdict: intactVerdict() }), ...quiet });
        await store.record({
          verdict: aRecord({ targetId: 'live/dns', kind: 'dns', verdict: unreachableVerdict() }),
          ...quiet,
        });
        const latest = await store.latest();
        expect(latest.map((record) => [record.targetId, record.verdict.state])).toEqual([
          ['live/dns', 'unreachable'],
          ['live/page', 'intact'],
        ]);
      });

      it('lists open incidents of one site only when asked, and the newest first of all', async () => {
        await store.record(anEntry());
        await store.record(
          anEntry(aTransition('opened', { id: 'other', siteId: 'shop', since: T0 + 1, updatedAt: T0 + 1 })),
        );
        expect((await store.openIncidents('shop')).map((one) => one.id)).toEqual(['other']);
        expect((await store.openIncidents()).map((one) => one.id)).toEqual(['incident-1', 'other']);
        expect((await store.incidents(1)).map((one) => one.id)).toEqual(['other']);
      });

      it('knows the open incidents that no other speaks for, whatever their texts say', async () => {
        const lines = ['"parent":null'];
        await store.record(anEntry(aTransition('opened', { lines })));
        const child = aTransition('opened', { id: 'child', siteId: 'shop', parent: 'incident-1', lines });
        await store.record(anEntry(child));
        expect((await store.leadingIncidents()).map((one) => one.id)).toEqual(['incident-1']);
        await store.record(anEntry(aTransition('resolved', { status: 'resolved', resolvedAt: T0, seq: 2 })));
        expect(await store.leadingIncidents()).toEqual([]);
      });

      it('knows whether an incident of many sites speaks for any open one', async () => {
        await store.record(anEntry(aTransition('opened', { id: 'group', siteId: '_group-1' })));
        for (const id of ['a', 'b'])
          await store.record(anEntry(aTransition('opened', { id, siteId: id, parent: 'group' })));
        expect(await store.hasOpenMembers('group', [])).toBe(true);
        expect(await store.hasOpenMembers('group', ['a'])).toBe(true);
        expect(await store.hasOpenMembers('group', ['a', 'b'])).toBe(false);
        expect(await store.hasOpenMembers('nobody', [])).toBe(false);
        const over = { id: 'a', siteId: 'a', parent: 'group', status: 'resolved' as const, resolvedAt: T0, seq: 2 };
        await store.record(anEntry(aTransition('resolved', over)));
        expect(await store.hasOpenMembers('group', ['b'])).toBe(false);
        await reopened();
        await store.record(anEntry(aTransition('worsened', { id: 'b', siteId: 'b', parent: null, seq: 2 })));
        expect(await store.hasOpenMembers('group', [])).toBe(false);
        expect((await store.leadingIncidents()).map((one) => one.id)).toEqual(['group', 'b']);
      });

      it('has the messages of others among the due, however many wait for a receiver that hangs', async () => {
        for (let index = 0; index < 250; index++) {
          const id = `stuck-${index}`;
          const transition = aTransition('opened', { id, siteId: id });
          await store.record({ ...anEntry(transition, { verdict: null }), alerts: [anAlert(transition, 'hangs')] });
        }
        const late = aTransition('opened', { id: 'late', siteId: 'late' });
        const other = { ...late, at: late.at + 1 };
        await store.record({ ...anEntry(other, { verdict: null }), alerts: [anAlert(other, 'listens')] });
        const due = await store.dueDeliveries(T0 + 1_000, 220);
        expect(due).toHaveLength(201);
        expect(due.at(-1)?.alert.receiver).toBe('listens');
      });

      it('knows of a site what is open and what ended not long ago', async () => {
        await store.record(anEntry());
        const over = aTransition('resolved', { seq: 2, status: 'resolved', resolvedAt: T0 + 9, updatedAt: T0 + 9 });
        await store.record(anEntry(over));
        expect(await store.knownIncidents('live', T0 + 8)).toEqual([over.incident]);
        expect(await store.knownIncidents('live', T0 + 9)).toEqual([]);
        expect(await store.knownIncidents('shop', T0)).toEqual([]);
        expect(await store.incident('incident-1')).toEqual(over.incident);
        expect(await store.incident('nobody')).toBeNull();
        expect(await store.lookedAt()).toEqual(new Map([['live/page', T0 + 9]]));
      });

      it.each(['suspected', 'recovering'] as const)('counts what is %s as open', async (status) => {
        await store.record(anEntry(aTransition('opened', { status })));
        expect((await store.openIncidents()).map((one) => one.status)).toEqual([status]);
      });

      it('writes an entry whole or not at all', async () => {
        await store.record(anEntry());
        // The same alert twice: refused at the very end, after everything else of the entry was written.
        const worsened = aTransition('worsened', { seq: 2, updatedAt: T0 + 1, summary: 'Worse.' });
        const torn = anEntry(worsened, {
          alerts: [anAlert(worsened), anAlert(worsened)],
          verdict: aRecord({ at: T0 + 1 }),
        });
        await expect(store.record(torn)).rejects.toThrow(StoreError);
        await reopened();
        expect(await store.openIncidents()).toEqual([anIncident()]);
        expect(await store.transitions('incident-1')).toEqual([aTransition()]);
        expect((await store.latest()).map((record) => record.at)).toEqual([T0]);
        expect((await store.outbox()).pending).toBe(1);
      });

      it('refuses the second of two runs that open the same incident', async () => {
        await store.record(anEntry());
        await expect(store.record(anEntry(aTransition('opened', { id: 'incident-2' })))).rejects.toThrow(StoreConflict);
        expect((await store.openIncidents()).map((one) => one.id)).toEqual(['incident-1']);
      });

      it('refuses to take an incident back to an earlier state', async () => {
        await store.record(anEntry());
        await store.record(
          anEntry(aTransition('resolved', { seq: 2, status: 'resolved', diverging: {}, resolvedAt: T0 + 9 })),
        );
        const stale = { verdict: null, incidents: [anIncident({ updatedAt: T0 + 20 })], transitions: [], alerts: [] };
        await expect(store.record(stale)).rejects.toThrow(StoreConflict);
        expect(await store.openIncidents()).toEqual([]);
      });

      it('opens an incident of the same site and cause again after the first was resolved', async () => {
        await store.record(anEntry());
        await store.record(
          anEntry(aTransition('resolved', { seq: 2, status: 'resolved', diverging: {}, resolvedAt: T0 + 9 })),
        );
        await store.record(anEntry(aTransition('opened', { id: 'incident-2', since: T0 + 20 })));
        expect((await store.openIncidents()).map((one) => one.id)).toEqual(['incident-2']);
      });

      it('does not interleave entries recorded at once', async () => {
        const entries = Array.from({ length: 25 }, (_, i) =>
          anEntry(aTransition('opened', { id: `i${i}`, siteId: `site${i}` }), {
            verdict: aRecord({ targetId: `site${i}/page` }),
          }),
        );
        await Promise.all(entries.map((entry) => store.record(entry)));
        expect(await store.openIncidents()).toHaveLength(25);
        expect(await store.latest()).toHaveLength(25);
        expect((await store.outbox()).pending).toBe(25);
      });
    });

    describe('outbox', () => {
      const worsened = aTransition('worsened', { seq: 2, updatedAt: T0 + 1_000 });

      it('hands out what is due, with the transition as it was and the folder of its evidence', async () => {
        await store.record(anEntry());
        expect(await store.dueDeliveries(T0 - 1, 10)).toEqual([]);
        expect(await store.dueDeliveries(T0, 10)).toEqual([
          {
            alert: anAlert(),
            evidence: ['evidence/live/1'],
            findings: [aFinding()],
            attempts: 0,
            dueAt: T0,
            accepted: [],
          },
        ]);
      });

      it('hands out again after a restart what was not marked as delivered', async () => {
        await store.record(anEntry());
        const before = await store.dueDeliveries(T0, 10);
        await reopened();
        expect(await store.dueDeliveries(T0, 10)).toEqual(before);
      });

      it('never hands out a delivered one again', async () => {
        await store.record(anEntry());
        await store.delivered(anAlert().key, T0 + 1);
        await store.failed(anAlert().key, T0 + 2, 'late news', T0 + 3, []);
        expect(await store.dueDeliveries(T0 + 10_000, 10)).toEqual([]);
        expect(await store.outbox()).toEqual({
          ...{ pending: 0, oldestAt: null, givenUp: 0, failing: [] },
          provenAt: T0 + 1,
        });
      });

      it('tells a receiver with the newest message what was not sent before it, and nothing twice', async () => {
        await store.record(anEntry());
        await store.record(anEntry(worsened, { alerts: [anAlert(worsened), anAlert(worsened, 'pager')] }));
        const over = aTransition('resolved', {
          seq: 3,
          status: 'resolved',
          resolvedAt: T0 + 2_000,
          updatedAt: T0 + 2_000,
        });
        await store.delivered(anAlert(worsened, 'pager').key, T0 + 1_500);
        await store.record(anEntry(over, { alerts: [anAlert(over), anAlert(over, 'pager')] }));
        await store.failed(anAlert(worsened).key, T0 + 2_500, 'late news', T0 + 2_600, []);
        const due = await store.dueDeliveries(T0 + 3_000, 10);
        expect(due.map(({ alert }) => [alert.receiver, alert.transition.change, alert.supersedes])).toEqual([
          ['ops-mail', 'resolved', ['opened', 'worsened']],
          ['pager', 'resolved', undefined],
        ]);
        expect(await store.outbox()).toMatchObject({ pending: 2, oldestAt: T0 });
      });

      it('takes note of what was accepted although something newer was to tell it: that is not told again', async () => {
        await store.record(anEntry());
        await store.record(anEntry(worsened));
        await store.delivered(anAlert().key, T0 + 2_500);
        const due = await store.dueDeliveries(T0 + 3_000, 10);
        expect(due.map(({ alert }) => [alert.transition.change, alert.supersedes])).toEqual([['worsened', undefined]]);
      });

      it('tells of the end of what was accepted although the message of many sites was to tell it', async () => {
        await store.record(anEntry());
        const other = aTransition('opened', { id: 'group', siteId: '_group-1', since: T0 + 1, updatedAt: T0 + 1 });
        await store.record(anEntry(other, { absorbed: ['incident-1'] }));
        await store.delivered(anAlert().key, T0 + 2);
        expect(await store.receiversTold('incident-1')).toEqual(['ops-mail']);
      });

      it('tells what was given up with the next message, as long as that is refused too', async () => {
        await store.record(anEntry());
        await store.failed(anAlert().key, T0, 'no such user', null, []);
        await store.record(anEntry(worsened));
        await store.failed(anAlert(worsened).key, T0 + 1_000, 'no such user', null, []);
        const over = aTransition('resolved', { seq: 3, status: 'resolved', resolvedAt: T0 + 2, updatedAt: T0 + 2_000 });
        await store.record(anEntry(over));
        const [due] = await store.dueDeliveries(T0 + 3_000, 10);
        expect(due?.alert.supersedes).toEqual(['opened', 'worsened']);
        expect(await store.outbox()).toMatchObject({ pending: 1, oldestAt: T0 + 2_000, failing: ['ops-mail'] });
      });

      it('knows what nobody took, be it later news of what was heard of, and whom that was meant for', async () => {
        const unheard = async () =>
          (await store.unheard(T0, T0 + 60_000)).map(({ transition, owed }) => [transition.change, owed]);
        await store.record(anEntry(aTransition(), { alerts: [anAlert(), anAlert(aTransition(), 'pager')] }));
        expect(await unheard()).toEqual([['opened', ['ops-mail', 'pager']]]);
        await store.delivered(anAlert().key, T0 + 1);
        expect(await unheard()).toEqual([]);
        await store.record(anEntry(worsened));
        expect(await unheard()).toEqual([['worsened', ['ops-mail']]]);
        // One of its mailboxes is gone, the others took it.
        await store.failed(anAlert(worsened).key, T0 + 2_000, 'no such user', null, ['a@example.org']);
        expect(await unheard()).toEqual([]);
      });

      it('counts somebody as told only of what reaches him', async () => {
        await store.record(anEntry());
        const other = aTransition('opened', { id: 'group', siteId: '_group-1', since: T0 + 1, updatedAt: T0 + 1 });
        await store.record(anEntry(other, { absorbed: ['incident-1'] }));
        expect(await store.receiversTold('incident-1')).toEqual([]);
        expect((await store.dueDeliveries(T0 + 10, 10)).map(({ alert }) => alert.transition.incident.id)).toEqual([
          'group',
        ]);
      });

      it('names the receivers that take nothing, until they take something', async () => {
        await store.record(anEntry());
        await store.failed(anAlert().key, T0, 'no such user', null, []);
        expect(await store.outbox()).toMatchObject({ pending: 0, givenUp: 1, failing: ['ops-mail'] });
        await store.record(anEntry(worsened));
        await store.delivered(anAlert(worsened).key, T0 + 3_000);
        expect(await store.outbox()).toMatchObject({ givenUp: 0, failing: [] });
      });

      it('remembers the attempts and which addresses took it', async () => {
        await store.record(anEntry());
        await store.failed(anAlert().key, T0, 'x'.repeat(5_000), T0 + 5_000, ['a@example.org']);
        expect(await store.dueDeliveries(T0 + 4_999, 10)).toEqual([]);
        expect((await store.dueDeliveries(T0 + 5_000, 10))[0]).toMatchObject({
          attempts: 1,
          accepted: ['a@example.org'],
        });
      });

      it('gives one message that tells two attacks the evidence and the findings of both, the worst first', async () => {
        await store.record(anEntry());
        const second = aFinding({ code: 'dns/redirect', diagnosis: 'dns-redirected', summary: 'A resolver lies.' });
        const verdict = aVerdict({ findings: [second] });
        const record = aRecord({ targetId: 'live/dns', kind: 'dns', verdict, evidence: 'evidence/live/2' });
        await store.record(anEntry(worsened, { verdict: record }));
        const [due, ...more] = await store.dueDeliveries(T0 + 1_000, 10);
        expect(more).toEqual([]);
        expect(due).toMatchObject({
          evidence: ['evidence/live/2', 'evidence/live/1'],
          findings: [second, aFinding()],
          alert: { supersedes: ['opened'] },
        });
      });

      it('gives a reminder the evidence and the findings that were last seen', async () => {
        await store.record(anEntry());
        const reminder = aTransition('reminder', { seq: 2, updatedAt: T0 + 1_000 });
        await store.record({
          verdict: null,
          incidents: [reminder.incident],
          transitions: [reminder],
          alerts: [anAlert(reminder)],
        });
        await store.delivered(anAlert().key, T0);
        expect((await store.dueDeliveries(T0 + 1_000, 10))[0]).toMatchObject({
          evidence: ['evidence/live/1'],
          findings: [aFinding()],
        });
      });

      it('hands out at once what was put off before the clock was set back', async () => {
        await store.record(anEntry());
        await store.failed(anAlert().key, T0, 'come back later', T0 + 5_000, []);
        expect(await store.dueDeliveries(T0 - 1_000, 10)).toEqual([]);
        expect(await store.dueDeliveries(T0 - 3_600_000, 10)).toHaveLength(1);
      });

      it('says since when what is grave waits, and what is less', async () => {
        expect(await store.oldestOwed()).toEqual(new Map());
        const mild = {
          id: 'i2',
          siteId: 'shop',
          severity: 'warning',
          since: T0 - 9_000,
          updatedAt: T0 - 9_000,
        } as const;
        await store.record(anEntry(aTransition('opened', mild)));
        await store.record(anEntry());
        await store.record(anEntry(worsened, { alerts: [anAlert(worsened), anAlert(worsened, 'pager')] }));
        expect(await store.oldestOwed()).toEqual(
          new Map([
            ['warning', T0 - 9_000],
            ['critical', T0],
          ]),
        );
      });

      it('says how much waits and since when', async () => {
        await store.record(anEntry());
        await store.record(anEntry(worsened, { alerts: [anAlert(worsened, 'pager')] }));
        expect(await store.outbox()).toEqual({
          ...{ pending: 2, oldestAt: T0, givenUp: 0, failing: [] },
          provenAt: null,
        });
        expect(await store.load(T0)).toEqual({ pages: 1, newestAt: T0 + 1_000 });
        expect(await store.load(T0 + 2_000)).toEqual({ pages: 0, newestAt: null });
      });
    });

    describe('what is kept back', () => {
      it('is recorded with who, why and until when, in the entry that keeps it back', async () => {
        const row = {
          incidentId: 'incident-1',
          seq: 1,
          kind: 'silence' as const,
          actor: 'Ada',
          reason: 'moving house',
          at: T0,
          until: T0 + 3_600_000,
        };
        await store.record(anEntry(aTransition(), { alerts: [], suppressions: [row] }));
        await reopened();
        expect(await store.suppressions(T0)).toEqual([row]);
        expect(await store.suppressions(T0 + 1)).toEqual([]);
      });

      it('keeps silences until they end, and ends them early', async () => {
        const silence = {
          id: 's1',
          siteId: 'live',
          cause: null,
          by: 'Ada',
          reason: 'moving house',
          from: T0,
          until: T0 + 1_000,
        };
        await store.keepSilence(silence, T0);
        expect(await store.silences(T0 + 999)).toEqual([silence]);
        expect(await store.silences(T0 + 1_000)).toEqual([]);
        await store.keepSilence({ ...silence, until: T0 + 10 }, T0 + 10);
        expect((await store.trail()).map(({ actor, action }) => [actor, action])).toEqual([
          ['Ada', 'silenced'],
          ['Ada', 'silence-ended'],
        ]);
        expect(await store.silences(T0 + 10)).toEqual([]);
      });

      it('gives a fact to the first that claims it', async () => {
        expect(await store.fact('token:1')).toBeNull();
        expect(await Promise.all([store.claim('token:1', 'a'), store.claim('token:1', 'b')])).toEqual([true, false]);
        await reopened();
        expect(await store.fact('token:1')).toBe('a');
      });
    });

    describe('the audit trail', () => {
      it('gives a record by its number', async () => {
        await store.audit({ at: T0, actor: 'Ada', action: 'x', subject: 's', detail: '1' });
        await store.audit({ at: T0, actor: 'Ada', action: 'x', subject: 's', detail: '2' });
        expect(await store.act(2)).toEqual(await store.lastAct());
        expect(await store.act(1)).toMatchObject({ seq: 1, detail: '1' });
        expect(await store.act(3)).toBeNull();
      });
    });

    it('proves that it takes what is written', async () => {
      await store.proveWritable(T0);
      await store.proveWritable(T0 - 1);
      expect(await store.fact('written-at')).toContain(String(T0 - 1));
    });

    describe('pruning', () => {
      const quiet = { incidents: [], transitions: [], alerts: [] };
      const resolved = aTransition('resolved', {
        seq: 2,
        status: 'resolved',
        diverging: {},
        resolvedAt: T0 + 10,
        updatedAt: T0 + 10,
      });

      it('forgets old verdicts in slices, but never the newest of a target', { timeout: 90_000 }, async () => {
        for (let i = 0; i < 1_050; i++) await store.record({ verdict: aRecord({ at: T0 + i }), ...quiet });
        expect(await store.prune(T0 + 5_000)).toBe(1_049);
        expect((await store.latest()).map((record) => record.at)).toEqual([T0 + 1_049]);
      });

      it('forgets an incident of many messages a few at a time, so that others get their turn', async () => {
        const last = aTransition('resolved', { seq: 450, status: 'resolved', diverging: {}, resolvedAt: T0 });
        const all = Array.from({ length: 449 }, (_, index) => aTransition('worsened', { seq: index + 1 }));
        const transitions = [...all, last];
        await store.record({ verdict: null, incidents: [last.incident], transitions, alerts: [] });
        await store.record(anEntry(aTransition('opened', { id: 'open', siteId: 'shop' })));
        let turns = 0;
        let pruned: number | null = null;
        void store.prune(T0 + 5_000).then((count) => (pruned = count));
        while (pruned === null) {
          await turn();
          turns += 1;
        }
        expect(pruned).toBe(1);
        expect(turns).toBeGreaterThanOrEqual(5);
        expect(await store.incident('incident-1')).toBeNull();
        expect(await store.transitions('incident-1')).toEqual([]);
        expect(await store.transitions('open')).toHaveLength(1);
      });

      it('keeps an open incident, and a resolved one while somebody still has to be told', async () => {
        await store.record(anEntry());
        expect(await store.prune(T0 + 5_000)).toBe(0);
        await store.record(anEntry(resolved));
        await store.delivered(anAlert().key, T0);
        await store.prune(T0 + 5_000);
        expect(await store.incidents(10)).toEqual([resolved.incident]);
        await store.delivered(anAlert(resolved).key, T0 + 11);
        await store.prune(T0 + 5_000);
        expect(await store.incidents(10)).toEqual([]);
        expect(await store.transitions('incident-1')).toEqual([]);
        expect(await store.receiversTold('incident-1')).toEqual([]);
      });
    });
  });
}
