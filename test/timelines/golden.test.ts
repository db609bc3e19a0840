/** The golden timelines: what must be sent when, message for message. */
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.js';
import type { Content, MaintenanceWindow, Policy, Site, Target } from '../../src/core/model.js';
import { isGroup } from '../../src/core/reserved.js';
import { faultsOf } from '../../src/core/watchdog.js';
import { answer, control, EVIL, evidence, GOOD, reply, SETTINGS, tlsAt } from '../checks/dns/sample.js';
import { GENUINE, lookAt, settingsFor } from '../checks/page/looks.js';
import { T0 } from '../contracts/samples.js';
import { ANY_TARGET, play, type Script, type Sent, type Stage } from './stage.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const EVENT: Policy = {
  content: 'frozen',
  confirmAfterMs: 2_000,
  remindEveryMs: null,
  resolveAfterMs: 120_000,
  inEvent: true,
};
const EVERYDAY: Policy = { ...EVENT, content: 'living', inEvent: false };

function site(id: string, policy: Policy, kinds: readonly ('page' | 'dns')[] = ['page']): Site {
  const settings = (kind: 'page' | 'dns') => (kind === 'page' ? settingsFor(policy.content as Content) : SETTINGS);
  const targets = kinds.map((kind): Target => {
    return { id: `${id}/${kind}`, siteId: id, kind, settings: settings(kind), schedule: { everyMs: 15_000 }, policy };
  });
  return { id, url: null, name: `${id}.example`, title: null, tags: [], targets, receivers: [] };
}

const genuine = lookAt();
const DEFACED_HTML = `<!doctype html><html><head><title>Hacked by CyberWolf</title></head><body><h1>HACKED BY CYBERWOLF</h1>
<p>Your security is a joke. We own your server.</p></body></html>`;
const defaced = lookAt({ html: DEFACED_HTML });
const clean = evidence([answer('isp', 'A', [reply([GOOD])])], { tls: [tlsAt(GOOD, null)] });
const hijacked = evidence([answer('isp', 'A', [reply([EVIL])])], {
  tls: [tlsAt(GOOD, null), tlsAt(EVIL, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'impostor')],
});

const EVERY = 15 * SECOND;
const base = { everyMs: EVERY, approved: ({ kind }: Target) => [kind === 'page' ? genuine : clean] };
const ladder = [
  { severity: 'critical' as const, afterMs: 5 * MINUTE, to: ['lead'] },
  { severity: 'critical' as const, afterMs: 10 * MINUTE, to: ['everyone'] },
];
const FIRST = ['hook', 'mail', 'pager'];
/** What nobody of those takes goes to everybody else as well. */
const EVERYBODY = ['everyone', 'hook', 'lead', 'mail', 'pager'];

/** Per change: who got it, and when the first did. */
function heard(sent: readonly Sent[], change: string): { readonly to: readonly string[]; readonly at: number } {
  const own = sent.filter((one) => one.change === change);
  return { to: own.map(({ receiver }) => receiver).sort(), at: own[0]?.at ?? Number.NaN };
}
const changesOf = (sent: readonly Sent[]) => [...new Set(sent.map(({ change }) => change))];
const between = (from: number, to: number) => (one: Sent) => one.at >= from && one.at < to;

const CDN_ALLOWED = { ...SETTINGS.allow, addresses: ['151.101.0.0/16'] };

/** Any two of the addresses that a CDN gives at that time, proven by their certificate. @param others that came with them */
function rotated(at: number, others: readonly string[] = []): unknown {
  const turn = Math.abs(Math.round(at / MINUTE));
  const edge = (which: number): string => `151.101.${(turn * 7 + which) % 64}.${10 + ((turn * 13 + which) % 90)}`;
  const given = (which: number) => [reply([edge(which), edge(which + 1)])];
  const seen = [0, 1, 2, 3].map(edge);
  const answers = [
    ...['ref1', 'ref2', 'isp'].map((name) => control(name)),
    answer('ref1', 'A', given(0)),
    answer('ref2', 'A', given(2)),
    answer('isp', 'A', others.length > 0 ? [reply([...others])] : given(1)),
  ];
  const tls = [
    ...seen.map((one) => tlsAt(one, null)),
    ...others.map((one) => tlsAt(one, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'x')),
  ];
  return { ...evidence([]), answers, tls };
}

const ADVERTISEMENTS = ['Visit the old town', 'Coffee, roasted today', 'Trains every half hour', 'A new exhibition'];

function noisyPage(at: number): unknown {
  const turn = Math.abs(Math.round(at / SECOND));
  const html = GENUINE.replaceAll('r4nd0m', `n${turn}x`)
    .replace('k3J9dkqPz0aa81bcdeF0', `t${turn}k3J9dkqPz0aa`)
    .replace('value="aa81"', `value="${turn.toString(16)}"`)
    .replace('1752765000', String(1_752_765_000 + turn))
    .replace('12,431', String(10_000 + (turn % 5_000)))
    .replace('</main>', `<aside class="ad">${ADVERTISEMENTS[turn % ADVERTISEMENTS.length]}</aside></main>`);
  return lookAt({ html });
}

describe('the golden timelines', () => {
  it('G1: an event page is replaced, taken after 5 minutes and restored after 10', async () => {
    const script: Script = {
      ...base,
      tickMs: 5 * SECOND,
      sites: [site('live', EVENT)],
      scene: (_, at) => (at < 10 * MINUTE ? defaced : genuine),
      terms: { ladder },
      acts: [{ at: 5 * MINUTE, act: (stage) => stage.acknowledge('Ada') }],
    };
    await play(script, 15 * MINUTE, ({ sent }) => {
      expect(changesOf(sent)).toEqual(['suspected', 'opened', 'escalated', 'resolved']);
      expect(heard(sent, 'suspected')).toMatchObject({ to: FIRST });
      expect(heard(sent, 'suspected').at).toBeLessThanOrEqual(20 * SECOND);
      const opened = heard(sent, 'opened');
      expect(opened.to).toEqual(FIRST);
      expect(opened.at).toBeLessThanOrEqual(25 * SECOND);
      const [lead, everyone, ...more] = sent.filter(({ change }) => change === 'escalated');
      expect([lead?.receiver, everyone?.receiver, more]).toEqual(['lead', 'everyone', []]);
      expect((lead?.at ?? 0) - opened.at).toBeLessThanOrEqual(2 * MINUTE + 15 * SECOND);
      expect((everyone?.at ?? 0) - opened.at).toBeLessThanOrEqual(4 * MINUTE + 15 * SECOND);
      expect(sent.filter(between(5 * MINUTE, 12 * MINUTE))).toEqual([]);
      const resolved = heard(sent, 'resolved');
      expect(resolved.to).toEqual([...FIRST, 'everyone', 'lead'].sort());
      expect(resolved.at).toBeGreaterThanOrEqual(12 * MINUTE);
      expect(resolved.at).toBeLessThanOrEqual(12 * MINUTE + 40 * SECOND);
    });
  });

  it('G2: one of two vantages is sent to an impostor: one incident, regional, its resolver named as the cause', async () => {
    const script: Script = {
      ...base,
      sites: [site('live', EVENT, ['dns'])],
      vantages: ['north', 'isp'],
      scene: (_, __, vantage) => (vantage === 'isp' ? hijacked : clean),
    };
    await play(script, MINUTE, async ({ sent, store }) => {
      const [incident, ...others] = await store.openIncidents();
      expect(others).toEqual([]);
      expect(incident).toMatchObject({ status: 'open', scope: 'regional', severity: 'critical' });
      expect(Object.values(incident?.diverging ?? {})[0]?.keys.some((key) => key.startsWith('resolver='))).toBe(true);
      expect(Object.keys(Object.values(incident?.diverging ?? {})[0]?.witnesses ?? {})).toEqual(['isp']);
      expect(heard(sent, 'opened').at).toBeLessThanOrEqual(25 * SECOND);
    });
  });

  it('G3a: defaced for exactly one look: suspected, then stood down, and in the digest', async () => {
    let looks = 0;
    const script: Script = {
      ...base,
      sites: [site('live', EVENT)],
      scene: ({ id }) => (id !== '' && ++looks === 2 ? defaced : genuine),
    };
    await play(script, 2 * MINUTE, async ({ sent, store, evidence: kept }) => {
      expect(changesOf(sent)).toEqual(['suspected', 'stood-down']);
      expect(heard(sent, 'suspected')).toMatchObject({ to: FIRST, at: 15 * SECOND });
      expect(heard(sent, 'stood-down').to).toEqual(FIRST);
      expect(heard(sent, 'stood-down').at).toBeLessThanOrEqual(45 * SECOND);
      // Of the suspicion, which people are shown, and of what came of it.
      expect(kept).toEqual(['live/page', 'live/page']);
      expect((await digest(store)).transients).toHaveLength(1);
    });
  });

  it('G3b: defaced for 20 seconds: told, and told over', async () => {
    const script: Script = {
      ...base,
      sites: [site('live', EVENT)],
      scene: (_, at) => (at >= 10 * SECOND && at < 30 * SECOND ? defaced : genuine),
    };
    await play(script, 5 * MINUTE, async ({ sent, store }) => {
      expect(changesOf(sent)).toEqual(['suspected', 'opened', 'resolved']);
      expect((await digest(store)).ended).toHaveLength(1);
    });
  });

  it('G4: every tenth answer is defaced: one intermittent incident, then a message in ten minutes', async () => {
    let answers = 0;
    const script: Script = {
      ...base,
      tickMs: 5 * SECOND,
      sites: [site('live', EVENT)],
      scene: ({ id }) => (id !== '' && ++answers % 10 === 0 ? defaced : genuine),
      acts: [{ at: 15 * MINUTE, act: (stage) => stage.acknowledge('Ada') }],
    };
    await play(script, 34 * MINUTE, async ({ sent, store }) => {
      const opened = sent.filter(({ change }) => change === 'opened');
      expect(opened.map(({ receiver }) => receiver).sort()).toEqual(FIRST);
      expect(opened[0]?.at).toBeLessThanOrEqual(15 * MINUTE);
      expect(opened[0]?.alert.transition.incident).toMatchObject({ pattern: 'intermittent', severity: 'critical' });
      const after = sent.filter((one) => one.receiver === 'mail' && one.at > 15 * MINUTE);
      expect(changesOf(after)).toEqual(['relapsed']);
      for (const [index, one] of after.entries()) {
        if (index > 0) expect(one.at - (after[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(10 * MINUTE);
      }
      expect(await store.openIncidents()).toHaveLength(1);
    });
  });

  it('G5: 60 sites are repointed at once and one is defaced: one page with a list, and one for the second cause', async () => {
    const sites = Array.from({ length: 60 }, (_, index) => site(`s${index}`, EVENT, index === 37 ? ['page'] : ['dns']));
    const script: Script = {
      ...base,
      sites,
      scene: ({ kind }, at) =>
        at < 15 * SECOND ? (kind === 'page' ? genuine : clean) : kind === 'page' ? defaced : hijacked,
    };
    await play(script, 2 * MINUTE, async ({ sent, store, evidence: kept }) => {
      const toMail = sent.filter(({ receiver }) => receiver === 'mail');
      const parents = toMail.filter(({ siteId }) => siteId.startsWith('_group-'));
      expect(parents[0]?.at).toBeLessThanOrEqual(45 * SECOND);
      expect(parents[0]?.alert.transition.incident.lines.length).toBeLessThanOrEqual(11);
      const second = toMail.filter(({ siteId }) => siteId === 's37');
      expect(second[0]?.at).toBeLessThanOrEqual(75 * SECOND);
      expect(toMail.length).toBeLessThanOrEqual(12);
      const last = parents.at(-1)?.alert.transition.incident;
      expect(last?.summary).toMatch(/^59 sites at once/);
      expect(last?.lines.at(-1)).toBe('and 49 more, 59 in all');
      expect(new Set(kept).size).toBe(60);
      const kinds = (await store.suppressions(0)).map(({ kind, incidentId }) => `${kind} ${incidentId}`);
      expect(new Set(kinds.filter((one) => one.startsWith('grouped'))).size).toBe(59);
    });
  }, 240_000);

  it('G5, closed by a person while it goes on: its sites are told of anew', async () => {
    const sites = ['a', 'b', 'c', 'd'].map((id) => site(id, EVENT, ['dns']));
    const script: Script = {
      ...base,
      sites,
      scene: (_, at) => (at < 15 * SECOND ? clean : hijacked),
      acts: [{ at: 5 * MINUTE, act: (stage) => stage.close('Ada', isGroup) }],
    };
    await play(script, 6 * MINUTE, async ({ sent, store }) => {
      const after = sent.filter((one) => one.receiver === 'mail' && one.at >= 5 * MINUTE && one.change !== 'resolved');
      expect(after[0]).toMatchObject({ change: 'opened' });
      expect(after[0]?.at).toBeLessThanOrEqual(5 * MINUTE + 15 * SECOND);
      const open = await store.openIncidents();
      const [again, ...more] = open.filter(isGroup);
      expect(more).toEqual([]);
      expect(open.filter(({ parent }) => parent === again?.id)).toHaveLength(4);
    });
  });

  it('G5, over at all its sites: one end to everybody who was told of it', async () => {
    const sites = ['a', 'b', 'c', 'd'].map((id) => site(id, EVENT, ['dns']));
    const script: Script = {
      ...base,
      sites,
      scene: (_, at) => (at >= 15 * SECOND && at < 3 * MINUTE ? hijacked : clean),
    };
    await play(script, 8 * MINUTE, async ({ sent, store }) => {
      const ends = sent.filter(({ change, siteId }) => change === 'resolved' && siteId.startsWith('_group-'));
      expect(ends.map(({ receiver }) => receiver).sort()).toEqual(FIRST);
      expect(await store.openIncidents()).toEqual([]);
    });
  });

  it('G6: nobody takes a message for ten minutes: then each gets one that tells it all, and the end after it', async () => {
    const script: Script = {
      ...base,
      sites: [site('live', EVENT)],
      scene: (_, at) => (at < 15 * MINUTE ? defaced : genuine),
      isDeaf: (at) => at < 10 * MINUTE,
      acts: [{ at: 2 * MINUTE, act: (stage) => expectStuck(stage) }],
    };
    await play(script, 20 * MINUTE, ({ sent }) => {
      const healed = sent.filter(between(10 * MINUTE, 11 * MINUTE));
      expect(healed.map(({ receiver }) => receiver).sort()).toEqual(EVERYBODY);
      for (const { alert } of healed.filter(({ receiver }) => FIRST.includes(receiver)))
        expect(alert.supersedes).toEqual(expect.arrayContaining(['suspected', 'opened']));
      for (const receiver of FIRST) {
        const own = sent.filter((one) => one.receiver === receiver).map(({ change }) => change);
        expect(own.at(-1)).toBe('resolved');
        expect(own.filter((change) => change === 'resolved')).toHaveLength(1);
        expect(own.slice(0, -1).every((change) => change === 'reminder')).toBe(true);
      }
    });
  });

  it('G6, over before anybody hears: one message that tells of the beginning and the end', async () => {
    const script: Script = {
      ...base,
      sites: [site('live', EVENT)],
      scene: (_, at) => (at < 2 * MINUTE ? defaced : genuine),
      isDeaf: (at) => at < 10 * MINUTE,
    };
    await play(script, 25 * MINUTE, ({ sent }) => {
      expect(sent.map(({ receiver, change }) => `${receiver} ${change}`).sort()).toEqual(
        EVERYBODY.map((r) => `${r} resolved`),
      );
      for (const { alert } of sent) expect(alert.supersedes).toContain('opened');
    });
  });

  it('G8: a redesign in a maintenance window pages nobody; what nobody approved pages when the window ends', async () => {
    const redesigned = lookAt({
      html: GENUINE.replace(/<main>[\s\S]*<\/main>/, '<main><h1>Everything new</h1></main>'),
    });
    const window: MaintenanceWindow = {
      siteIds: ['a', 'b'],
      by: 'Ada',
      reason: 'the new design',
      from: T0,
      until: T0 + 30 * MINUTE,
    };
    const script: Script = {
      ...base,
      everyMs: MINUTE,
      sites: [site('a', EVERYDAY), site('b', EVERYDAY)],
      scene: (_, at) => (at < 5 * MINUTE ? genuine : redesigned),
      approved: ({ siteId }, at) => (siteId === 'a' && at >= 10 * MINUTE ? [genuine, redesigned] : [genuine]),
      terms: { windows: [window] },
    };
    await play(script, 33 * MINUTE, async ({ sent, store }) => {
      expect(sent.filter(({ at }) => at < 30 * MINUTE)).toEqual([]);
      expect(sent.map(({ siteId }) => siteId)).toEqual(sent.map(() => 'b'));
      expect(changesOf(sent)).toEqual(['unmuted']);
      expect(sent[0]?.at).toBeLessThanOrEqual(30 * MINUTE + 15 * SECOND);
      expect((await store.openIncidents()).map(({ siteId }) => siteId)).toEqual(['b']);
      const rows = await store.suppressions(0);
      expect(
        rows.every(({ actor, reason, until }) => actor === 'Ada' && reason === 'the new design' && until !== null),
      ).toBe(true);
    });
  });

  it('G8: work on many sites at once pages nobody either', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const redesigned = lookAt({ html: GENUINE.replace(/<main>[\s\S]*<\/main>/, '<main><h1>New</h1></main>') });
    const script: Script = {
      ...base,
      everyMs: MINUTE,
      sites: ids.map((id) => site(id, EVERYDAY)),
      scene: () => redesigned,
      terms: { windows: [{ siteIds: ids, by: 'Ada', reason: 'a new look', from: T0, until: T0 + 10 * MINUTE }] },
    };
    await play(script, 12 * MINUTE, ({ sent }) => {
      expect(sent.filter(({ at }) => at < 10 * MINUTE)).toEqual([]);
      // What nobody approved is told when it ends: six of a kind in one message, and how many there are a minute later.
      expect(changesOf(sent.filter(({ receiver }) => receiver === 'mail'))).toEqual(['opened', 'worsened']);
    });
  });

  it('G8: a defacement in a maintenance window pages at once', async () => {
    const window = { siteIds: ['a'], by: 'Ada', reason: 'work', from: T0, until: T0 + 30 * MINUTE };
    const script: Script = {
      ...base,
      sites: [site('a', EVERYDAY)],
      scene: () => defaced,
      terms: { windows: [window] },
    };
    await play(script, MINUTE, ({ sent }) => expect(heard(sent, 'opened').to).toEqual(FIRST));
  });

  it('G9: the vantage that saw it is gone when the page is restored: no end', async () => {
    const script: Script = {
      ...base,
      tickMs: 5 * SECOND,
      sites: [site('live', EVENT)],
      vantages: ['north', 'isp'],
      scene: (target, at, vantage) => {
        if (vantage === 'isp' && at >= 2 * MINUTE) return null;
        return target !== ANY_TARGET && vantage === 'isp' ? defaced : genuine;
      },
    };
    await play(script, 60 * MINUTE, async ({ sent, store }) => {
      expect(changesOf(sent)).not.toContain('resolved');
      expect((await store.openIncidents()).map(({ status }) => status)).toEqual(['open']);
    });
  });

  describe('G10: a site with a nonce, a token, a clock, a counter, an advertisement, and addresses of a CDN', () => {
    const noisySite = site('live', EVERYDAY, ['page', 'dns']);
    const options = { ignore: { selectors: ['.ad', '.viewers'] } };
    const targets = noisySite.targets.map((target): Target => {
      const isPage = target.kind === 'page';
      return { ...target, settings: isPage ? settingsFor('living', options) : { ...SETTINGS, allow: CDN_ALLOWED } };
    });
    const healthy = ({ kind }: Target, at: number): unknown => (kind === 'page' ? noisyPage(at) : rotated(at));
    const script: Script = {
      ...base,
      everyMs: 10 * MINUTE,
      tickMs: 10 * MINUTE,
      sites: [{ ...noisySite, targets }],
      scene: healthy,
      approved: ({ kind }) => (kind === 'page' ? [noisyPage(-1), noisyPage(-2)] : [rotated(-1), rotated(-2)]),
    };

    it('that is healthy for a day: nothing', async () => {
      await play(script, 24 * 60 * MINUTE, async ({ sent, store }) => {
        expect(sent).toEqual([]);
        expect(await store.incidents(10)).toEqual([]);
        expect(await store.suppressions(0)).toEqual([]);
        expect([...(await store.lookedAt()).keys()].sort()).toEqual(['live/dns', 'live/page']);
      });
    }, 240_000);

    it.each([
      ['page', defaced],
      ['dns', rotated(0, [EVIL])],
    ])(
      'is no reason to overlook its %s when that is attacked',
      async (attackedKind, attack) => {
        const scene: Script['scene'] = (target, at) =>
          target.kind === attackedKind && at >= 60 * MINUTE ? attack : healthy(target, at);
        await play({ ...script, scene }, 80 * MINUTE, ({ sent }) => {
          expect(sent.filter(({ at }) => at < 60 * MINUTE)).toEqual([]);
          // Time moves by ten minutes here, so the first message is a reminder that tells of the beginning.
          expect(sent.map(({ receiver }) => receiver).sort()).toEqual(FIRST);
          for (const { alert } of sent) expect(alert.supersedes).toContain('opened');
        });
      },
      120_000,
    );
  });
});

async function expectStuck({ store }: Stage): Promise<void> {
  const { oldestAt } = await store.outbox();
  const held = {
    storeProblem: null,
    lost: [],
    roomProblem: null,
    eves: [],
    unverifiable: [],
    clockJumpMs: 0,
    lagMs: 0,
    blockedMs: 0,
  };
  const nothing = { ...held, failing: [], sights: new Map(), targets: [] };
  const faults = faultsOf({ ...nothing, at: T0 + 2 * MINUTE, outboxOldestAt: oldestAt });
  expect(faults.map(({ code }) => code)).toEqual(['outbox-stuck']);
}

async function digest(store: Stage['store']) {
  const incidents = await store.incidents(100);
  return digestOf({ from: T0, to: T0 + 86_400_000, incidents, suppressions: [], undelivered: 0, lookedAt: new Map() });
}
