/** G10: a healthy site with a nonce, a clock, an advertisement, and addresses that change inside what is approved. */
import { writeFileSync } from 'node:fs';
import { startEvent } from '../../test/e2e/event.js';
import { a, authorityOf, startDnsServer } from '../../test/support/dns-server.js';
import { startOrigin } from '../../test/support/origin.js';
import type { Oracle } from './oracle.js';
import { openSinks } from './sinks.js';
import { eventPage, json, pause, started } from './world.js';

const ZONE = 'calm.test';
const ADVERTISEMENTS = ['Visit the old town', 'Coffee, roasted today', 'Trains every half hour', 'A new exhibition'];

function noisyPage(): string {
  const nonce = Math.random().toString(36).slice(2);
  const advertisement = ADVERTISEMENTS[Math.floor(Math.random() * ADVERTISEMENTS.length)];
  const script = `document.getElementById('clock').textContent = new Date().toISOString()`;
  return eventPage({
    extra: `<p id="clock">${new Date().toISOString()}</p><aside class="ad">${advertisement}</aside>
<script nonce="${nonce}" src="/noise.js"></script><script nonce="${nonce}">${script}</script>`,
  });
}

export async function calm(oracle: Oracle, forMs: number): Promise<void> {
  const event = await startEvent({});
  const cdn = await startOrigin(
    {
      '/': (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(noisyPage()),
      '/noise.js': { headers: { 'content-type': 'text/javascript' }, body: 'window.noise = 1;' },
    },
    { certificate: event.authority.issue([`www.${ZONE}`]), address: '0.0.0.0' },
  );
  let asked = 0;
  const edge = (): string => `127.0.92.${10 + (asked++ % 40)}`;
  const handler = authorityOf(ZONE, ({ name, type }) =>
    name !== `www.${ZONE}` ? [] : type === 'A' ? [a(name, edge())] : [],
  );
  const secure = { as: 'tls' as const, certificate: event.authority.issue(['dns.calm.test']) };
  const [reference, second, witness] = await Promise.all([
    startDnsServer(handler, { address: '127.0.92.1', secure }),
    startDnsServer(handler, { address: '127.0.92.2', secure }),
    startDnsServer(handler, { address: '127.0.92.53' }),
  ]);
  const sinks = await openSinks();
  const place = event.workplace();
  writeFileSync(
    place.path('config', 'settings.yaml'),
    `network: { only: [127.0.0.0/8], ca: [root.pem] }
dns:
  resolvers:
    - { name: one, address: "tls://127.0.92.1:${reference.port}#dns.calm.test", role: reference }
    - { name: two, address: "tls://127.0.92.2:${second.port}#dns.calm.test", role: reference }
    - { name: isp, address: "udp://127.0.92.53:${witness.port}", role: witness }
${sinks.settings}`,
  );
  place.watchlist(`version: 1
sites:
  - id: calm
    url: "https://www.${ZONE}:${cdn.port}/"
    every: 5s
    viewports: [desktop]
    ignore: { selectors: [".ad", "#clock"] }
    dns: { allow: { addresses: ["127.0.92.0/24"] } }
`);
  const world = await started(event, place, sinks, ['calm/page', 'calm/dns', 'calm/tls']);
  try {
    await pause(forMs);
    const looks = world.daemon.stderr().match(/"target":"calm\//g)?.length ?? 0;
    oracle.holds('it was looked at all the time', `${looks} looks`, looks >= forMs / 5_000);
    const said = sinks.heard.map(({ receiver, change, siteId }) => `${siteId} ${change} to ${receiver}`).join(', ');
    oracle.holds('0 pages', said || '0', said === '');
    const { incidents } = (await json(place, 'incidents')) as { incidents: { siteId: string; summary: string }[] };
    const seen = incidents.map(({ siteId, summary }) => `${siteId}: ${summary}`).join('; ');
    oracle.holds('0 incidents', seen || '0', seen === '');
    oracle.holds('the heart beat on', `${sinks.beats.length} beats`, sinks.beats.length >= forMs / 20_000 - 2);
  } finally {
    await world.close();
    await Promise.all([reference, second, witness, cdn].map((server) => server.close()));
  }
}
