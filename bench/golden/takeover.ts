/** G1: an event page is replaced, taken after five minutes, restored after ten. */
import { DEFACED } from '../../test/e2e/event.js';
import { cameAt, type Oracle } from './oracle.js';
import { FIRST } from './sinks.js';
import { eventPage, json, MINUTE, reach, SECOND, until, watching } from './world.js';

export async function takeover(oracle: Oracle): Promise<void> {
  const world = await watching({ '/live': eventPage() });
  try {
    const begun = performance.now();
    world.event.origin.pages['/live'] = DEFACED;
    await reach(begun, 5 * MINUTE);
    const { incidents } = (await json(world.place, 'incidents', '--open')) as { incidents: { id: string }[] };
    await world.place.siteward('ack', incidents[0]?.id ?? '', '--by', 'Ada');
    const takenAt = performance.now();
    await reach(begun, 10 * MINUTE);
    world.event.origin.pages['/live'] = eventPage();
    await reach(begun, 13 * MINUTE + 30 * SECOND);
    const heard = world.heard();
    oracle.exactly(heard, {
      mail: 'suspected, opened, resolved',
      hook: 'suspected, opened, acknowledged, resolved',
      pager: 'trigger, trigger, acknowledge, resolve',
      lead: 'escalated, acknowledged, resolved',
      everyone: 'escalated, resolved',
    });
    const pager = heard.filter(({ receiver }) => receiver === 'pager');
    oracle.holds('one dedup_key', `${new Set(pager.map(({ incident }) => incident)).size}`, hasOne(pager));
    for (const receiver of FIRST) {
      const [first, second] = receiver === 'pager' ? ['trigger', 'trigger'] : ['suspected', 'opened'];
      oracle.within(`SUSPECTED to ${receiver}`, cameAt(heard, receiver, first) - begun, 20 * SECOND);
      const opened = cameAt(heard, receiver, second, receiver === 'pager' ? 1 : 0);
      oracle.within(`OPEN to ${receiver}`, opened - begun, 25 * SECOND);
    }
    const opened = cameAt(heard, 'hook', 'opened');
    // The ladder is looked at every ten seconds.
    const slack = 11 * SECOND;
    oracle.within(
      'L2 after OPEN',
      cameAt(heard, 'lead', 'escalated') - opened,
      2 * MINUTE + slack,
      2 * MINUTE - SECOND,
    );
    oracle.within(
      'L3 after OPEN',
      cameAt(heard, 'everyone', 'escalated') - opened,
      4 * MINUTE + slack,
      4 * MINUTE - SECOND,
    );
    const quiet = heard.filter(({ at, change }) => at > takenAt + 5 * SECOND && !change.startsWith('resolve'));
    oracle.holds(
      'nothing after it was taken',
      quiet.map(({ change }) => change).join(', ') || 'nothing',
      quiet.length === 0,
    );
    for (const receiver of ['mail', 'hook', 'lead', 'everyone'] as const) {
      const at = cameAt(heard, receiver, 'resolved') - begun;
      oracle.within(`RESOLVED to ${receiver}`, at, 12 * MINUTE + 40 * SECOND, 12 * MINUTE);
    }
    const pictures = heard.filter(({ receiver, change }) => receiver === 'mail' && change !== 'resolved');
    const counts = pictures.map((one) => one.pictures);
    oracle.holds(
      'pictures in the mails of the attack',
      counts.join(', '),
      counts.every((count) => count >= 2),
    );
    oracle.holds('nothing about itself', `${world.ofItself().length}`, world.ofItself().length === 0);
    oracle.holds('receivers found no fault', world.sinks.faults.join('; ') || 'none', world.sinks.faults.length === 0);
  } finally {
    await world.close();
  }
}

function hasOne(messages: readonly { readonly incident: string }[]): boolean {
  return new Set(messages.map(({ incident }) => incident)).size === 1;
}

/** G6: the same while no receiver answers for ten minutes: then each gets one message that tells it all, and the end. */
export async function deafness(oracle: Oracle): Promise<void> {
  const world = await watching({ '/live': eventPage() });
  const { sinks } = world;
  try {
    await until('a heartbeat', () => sinks.beats.length > 0, MINUTE);
    const begun = performance.now();
    sinks.open(false);
    world.event.origin.pages['/live'] = DEFACED;
    await reach(begun, 3 * MINUTE);
    const health = /"health":"([^"]+)"/.exec(world.daemon.stderr())?.[1] ?? '';
    oracle.holds('/healthz says so', `${(await fetch(health)).status}`, (await fetch(health)).status === 503);
    await reach(begun, 10 * MINUTE);
    oracle.holds('nothing was heard', `${sinks.heard.length}`, sinks.heard.length === 0);
    oracle.within('the last heartbeat', (sinks.beats.at(-1) ?? Number.NaN) - begun, 2 * MINUTE);
    const healedAt = performance.now();
    sinks.open(true);
    world.event.origin.pages['/live'] = eventPage();
    await reach(begun, 15 * MINUTE);
    const heard = world.heard();
    for (const receiver of ['mail', 'hook', 'lead', 'everyone', 'pager'] as const) {
      const own = heard.filter((one) => one.receiver === receiver);
      const [first] = own;
      oracle.within(`${receiver} hears after the line is back`, (first?.at ?? Number.NaN) - healedAt, MINUTE);
      const changes = own.map(({ change }) => change);
      const before = changes.slice(0, -1).filter((change) => change !== 'reminder' && change !== 'escalated');
      const isWhole =
        (changes.at(-1) ?? '').startsWith('resolve') && changes.filter((c) => c.startsWith('resolve')).length === 1;
      oracle.holds(
        `${receiver}: the beginning once, then RESOLVED once, in order`,
        changes.join(', '),
        isWhole && before.length <= 1 && changes.length >= 2,
      );
    }
    const hook = heard.find(({ receiver }) => receiver === 'hook');
    const told = hook ? [...hook.supersedes, hook.change].join(', ') : '';
    oracle.holds('the first message tells of SUSPECTED and OPEN', told, /suspected.*opened/.test(told));
    oracle.holds(
      'the heart beats again',
      `${(sinks.beats.at(-1) ?? 0) > healedAt}`,
      (sinks.beats.at(-1) ?? 0) > healedAt,
    );
    const itself = world.ofItself();
    const ofIncident = new Set(itself.map(({ receiver, incident }) => `${receiver} ${incident}`));
    const words = itself.map(({ receiver, change }) => `${receiver} ${change}`).join(', ') || 'nothing';
    // That alerts waited: to each its beginning and its end.
    const isOne = ofIncident.size <= 5 && itself.length <= 10;
    oracle.holds('of itself each hears once that alerts waited, and that they do no more', words, isOne);
  } finally {
    await world.close();
  }
}
