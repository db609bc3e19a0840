/** G5: 500 names are repointed at once by the resolver of one network, and one other page is defaced. */
import { writeFileSync } from 'node:fs';
import { DEFACED, startEvent } from '../../test/e2e/event.js';
import { certificateAuthority } from '../../test/support/certificates.js';
import { a, authorityOf, startDnsServer } from '../../test/support/dns-server.js';
import { startOrigin } from '../../test/support/origin.js';
import { cameAt, type Oracle } from './oracle.js';
import { openSinks } from './sinks.js';
import { eventPage, eventWindow, json, MINUTE, pause, SECOND, started } from './world.js';

const GENUINE = '127.0.91.10';
const IMPOSTOR = '127.0.91.66';
const ZONE = 'storm.test';

/** @param every how often each of the many is looked at: more than two cores can is no storm but an overload. */
export async function storm(oracle: Oracle, many: number, every: string): Promise<void> {
  const event = await startEvent({ '/321': eventPage() });
  const other = certificateAuthority('Some Other Root');
  const names = [`*.${ZONE}`];
  const genuine = await startOrigin(
    { '*': eventPage() },
    { certificate: event.authority.issue(names), address: GENUINE },
  );
  const port = genuine.port;
  const impostor = await startOrigin({ '*': DEFACED }, { certificate: other.issue(names), address: IMPOSTOR, port });
  let lies = false;
  const answering = (address: () => string) =>
    authorityOf(ZONE, ({ name, type }) => (name === ZONE ? [] : type === 'A' ? [a(name, address())] : []));
  const secure = { as: 'tls' as const, certificate: event.authority.issue(['dns.storm.test']) };
  const honest = answering(() => GENUINE);
  const [first, second, witness] = await Promise.all([
    startDnsServer(honest, { address: '127.0.91.1', secure }),
    startDnsServer(honest, { address: '127.0.91.2', secure }),
    startDnsServer(
      answering(() => (lies ? IMPOSTOR : GENUINE)),
      { address: '127.0.91.53' },
    ),
  ]);
  const sinks = await openSinks();
  const place = event.workplace();
  writeFileSync(
    place.path('config', 'settings.yaml'),
    `network: { only: [127.0.0.0/8], hosts: { event.test: 127.0.0.1 }, ca: [root.pem] }
dns:
  resolvers:
    - { name: one, address: "tls://127.0.91.1:${first.port}#dns.storm.test", role: reference }
    - { name: two, address: "tls://127.0.91.2:${second.port}#dns.storm.test", role: reference }
    - { name: isp, address: "udp://127.0.91.53:${witness.port}", role: witness }
${sinks.settings}`,
  );
  const ids = Array.from({ length: many }, (_, index) => `s${index + 1}`);
  place.watchlist(`version: 1
defaults: { content: frozen }
sites:
  - { id: other, url: "${event.url('/321')}", checks: [page], viewports: [desktop] }
${ids.map((id) => `  - { id: ${id}, url: "https://${id}.${ZONE}:${port}/", checks: [dns] }\n`).join('')}
${eventWindow(['other'], '15s', ids, every)}`);
  const world = await started(event, place, sinks, ['other/page', ...ids.map((id) => `${id}/dns`)]);
  try {
    await pause(20 * SECOND);
    const begun = performance.now();
    lies = true;
    event.origin.pages['/321'] = DEFACED;
    await pause(4 * MINUTE);
    const heard = world.heard();
    const groups = heard.filter(({ siteId }) => siteId.startsWith('_group-'));
    const parents = groups.filter(({ receiver }) => receiver === 'hook');
    oracle.within('one page for the many', (parents[0]?.at ?? Number.NaN) - begun, 30 * SECOND);
    oracle.holds(
      'it is one incident',
      `${new Set(parents.map(({ incident }) => incident)).size}`,
      new Set(parents.map(({ incident }) => incident)).size === 1,
    );
    const own = heard.filter(({ siteId }) => siteId === 'other');
    oracle.within('the second cause', cameAt(own, 'hook', 'suspected') - begun, MINUTE);
    for (const receiver of ['mail', 'hook', 'pager'] as const) {
      const within = heard.filter((one) => one.receiver === receiver && one.at < begun + 10 * MINUTE).length;
      oracle.holds(`${receiver}: at most 12 messages in ten minutes`, `${within}`, within <= 12);
    }
    const { incidents } = (await json(place, 'incidents', '--open')) as { incidents: { siteId: string }[] };
    const hit = incidents.filter(({ siteId }) => /^s\d+$/.test(siteId)).length;
    oracle.holds(`${many} incidents with their evidence`, `${hit}`, hit === many);
    const itself = world
      .ofItself()
      .map(({ receiver, change }) => `${receiver} ${change}`)
      .join(', ');
    oracle.holds('nothing about itself', itself || 'nothing', itself === '');
  } finally {
    await world.close();
    await Promise.all([first, second, witness, genuine, impostor].map((server) => server.close()));
    other.remove();
  }
}
