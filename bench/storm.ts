/**
 * What a storm costs: so many sites repointed at once, through judging, grouping, store and delivery, on a clock that is
 * moved. Linear means that the processor time a site stays the same, whatever else the machine does meanwhile.
 *
 *   npm run bench:storm -- [--sites 120,500,1000,2000]
 */
import { parseArgs } from 'node:util';
import type { Policy, Site } from '../src/core/model.js';
import { answer, EVIL, evidence, GOOD, reply, SETTINGS, tlsAt } from '../test/checks/dns/sample.js';
import { play } from '../test/timelines/stage.js';

const POLICY: Policy = {
  content: 'frozen',
  confirmAfterMs: 2_000,
  remindEveryMs: null,
  resolveAfterMs: 120_000,
  inEvent: true,
};

function site(id: string): Site {
  const target = {
    id: `${id}/dns`,
    siteId: id,
    kind: 'dns',
    settings: SETTINGS,
    schedule: { everyMs: 15_000 },
    policy: POLICY,
  };
  return { id, url: null, name: `${id}.example`, title: null, tags: [], targets: [target], receivers: [] };
}

const clean = evidence([answer('isp', 'A', [reply([GOOD])])], { tls: [tlsAt(GOOD, null)] });
const hijacked = evidence([answer('isp', 'A', [reply([EVIL])])], {
  tls: [tlsAt(GOOD, null), tlsAt(EVIL, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'impostor')],
});

const { values } = parseArgs({ options: { sites: { type: 'string', default: '120,500,1000,2000' } } });
process.stdout.write('  sites    seconds    CPU seconds    CPU ms a site    messages to one receiver\n');
for (const count of values.sites.split(',').map(Number)) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let messages = 0;
  await play(
    {
      sites: Array.from({ length: count }, (_, index) => site(`s${index}`)),
      scene: (_, at) => (at < 15_000 ? clean : hijacked),
      approved: () => [clean],
      everyMs: 15_000,
    },
    60_000,
    ({ sent }) => {
      messages = sent.filter(({ receiver }) => receiver === 'mail').length;
    },
  );
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  const numbers = [
    String(count).padStart(7),
    (ms / 1000).toFixed(1).padStart(11),
    (cpuMs / 1000).toFixed(1).padStart(15),
    (cpuMs / count).toFixed(1).padStart(17),
    String(messages).padStart(28),
  ];
  process.stdout.write(`${numbers.join('')}\n`);
}
