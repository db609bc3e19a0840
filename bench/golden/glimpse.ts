/** G3: defaced (a) for exactly one look, (b) for twenty seconds. Silence is a failure. */
import { DEFACED } from '../../test/e2e/event.js';
import { cameAt, type Oracle } from './oracle.js';
import { eventPage, json, MINUTE, pause, SECOND, until, watching } from './world.js';

interface Digest {
  readonly transients: readonly { readonly siteId: string }[];
  readonly ended: readonly { readonly siteId: string }[];
}

export async function glimpse(oracle: Oracle): Promise<void> {
  const world = await watching({ '/once': eventPage(), '/short': eventPage({ heading: 'Live from the second hall' }) });
  try {
    const { pages } = world.event.origin;
    const of = (siteId: string) => world.heard().filter((one) => one.siteId === siteId);
    const begun = performance.now();
    pages['/once'] = DEFACED;
    // Told at the first look, so the page is itself again before the second.
    await until('SUSPECTED', () => of('once').length > 0, MINUTE);
    pages['/once'] = eventPage();
    await until('STAND-DOWN', () => cameAt(of('once'), 'mail', 'stood-down') > 0, MINUTE).catch(() => undefined);
    const shortAt = performance.now();
    pages['/short'] = DEFACED.replaceAll(/CYBERWOLF/gi, 'Red Lantern');
    await pause(20 * SECOND);
    pages['/short'] = eventPage({ heading: 'Live from the second hall' });
    await pause(4 * MINUTE);
    const once = of('once');
    oracle.exactly(once, { mail: 'suspected, stood-down', hook: 'suspected, stood-down', pager: 'trigger, resolve' });
    oracle.within('(a) SUSPECTED', cameAt(once, 'hook', 'suspected') - begun, 20 * SECOND);
    oracle.within('(a) STAND-DOWN', cameAt(once, 'hook', 'stood-down') - begun, 45 * SECOND);
    const short = of('short');
    const told = [...new Set(short.filter(({ receiver }) => receiver === 'mail').map(({ change }) => change))].join(
      ', ',
    );
    oracle.holds('(b) stood down, or opened and resolved', told, /stood-down|opened, resolved/.test(told));
    oracle.within('(b) SUSPECTED', cameAt(short, 'hook', 'suspected') - shortAt, 20 * SECOND);
    const digest = (await json(world.place, 'incidents', '--digest')) as unknown as Digest;
    const listed = [...digest.transients, ...digest.ended]
      .map(({ siteId }) => siteId)
      .sort()
      .join(', ');
    oracle.holds('the digest lists both', listed, listed === 'once, short');
    const { code, stdout } = await verified(world.place);
    oracle.holds('the evidence verifies', `exit code ${code}: ${stdout.trim().split('\n').at(-1)?.trim()}`, code === 0);
    oracle.holds('nothing about itself', `${world.ofItself().length}`, world.ofItself().length === 0);
  } finally {
    await world.close();
  }
}

/** Every bundle, as `verify` finds it; the first that is not sound, else the last. */
async function verified(place: Awaited<ReturnType<typeof watching>>['place']) {
  const { readdirSync } = await import('node:fs');
  let last = { code: 3 as number | null, stdout: 'there is no evidence' };
  for (const siteId of readdirSync(place.path('data/evidence'))) {
    for (const bundle of readdirSync(place.path('data/evidence', siteId))) {
      last = await place.siteward('verify', place.path('data/evidence', siteId, bundle));
      if (last.code !== 0) return last;
    }
  }
  return last;
}
