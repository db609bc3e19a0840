/**
 * The golden timelines in real time: the built daemon, real Chromium, real receivers on loopback (SMTP, a signed webhook,
 * a PagerDuty endpoint), and what each was sent held against what it must be sent, message for message.
 *
 *   npm run bench:golden -- [--only G1,G3,G5,G6,G10] [--sites 500] [--every 60s] [--calm 14m]
 *
 * All run at once and take a quarter of an hour. The many of G5 are looked at every minute (`--every`), as two cores cannot look
 * at five hundred names and at the certificates behind them every 15 s; the site with the second cause is. G10 is a day: here it is as many minutes as `--calm` says, looked at as
 * often as the watchlist allows (every 5 s); the whole day is played on a moved clock in test/timelines/.
 */
import { parseArgs } from 'node:util';
import { calm } from './calm.js';
import { glimpse } from './glimpse.js';
import { Oracle } from './oracle.js';
import { storm } from './storm.js';
import { deafness, takeover } from './takeover.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'G1,G3,G5,G6,G10' },
    sites: { type: 'string', default: '500' },
    every: { type: 'string', default: '60s' },
    calm: { type: 'string', default: '14m' },
  },
});

const TIMELINES: Readonly<Record<string, (oracle: Oracle) => Promise<void>>> = {
  G1: takeover,
  G3: glimpse,
  G5: (oracle) => storm(oracle, Number(values.sites), values.every),
  G6: deafness,
  G10: (oracle) => calm(oracle, Number.parseFloat(values.calm) * 60_000),
};

const played = await Promise.all(
  values.only.split(',').map(async (name) => {
    const oracle = new Oracle(name);
    const play = TIMELINES[name];
    if (!play) throw new Error(`There is no timeline ${name}.`);
    try {
      await play(oracle);
    } catch (error) {
      oracle.holds('it plays to its end', error instanceof Error ? error.message : String(error), false);
    }
    process.stderr.write(`${name} has ended\n`);
    return oracle.findings;
  }),
);

const findings = played.flat();
for (const { timeline, what, came, holds } of findings) {
  process.stdout.write(`${timeline.padEnd(4)} ${holds ? 'ok ' : 'NOT'} ${what}: ${came}\n`);
}
const missed = findings.filter(({ holds }) => !holds).length;
process.stdout.write(`${findings.length - missed} of ${findings.length} hold\n`);
process.exitCode = missed === 0 ? 0 : 1;
