/**
 * A name whose answers alternate: the address of a server we may dial, then that of one inside. Both listen on the same
 * port of their own loopback address; the one inside counts who comes.
 */
import { createServer, get, type Server } from 'node:http';
import { ProbeFailure, type Resolver } from '../../src/checks/check.js';
import { referenceLookup } from '../../src/checks/dns/lookup.js';
import { mayDial } from '../../src/net/dial-policy.js';
import { createNetwork } from '../../src/net/network.js';
import { a, type DnsServer, saying, startDnsServer } from '../../test/support/dns-server.js';

/** Stands for the public Internet: the only address that may be dialled. */
const OUTSIDE = '127.91.0.1';
/** Stands for everything behind the firewall. */
const INSIDE = '127.91.0.2';
const DNS = '127.91.0.53';
const POLICY = { allow: [`${OUTSIDE}/32`], only: [] };
const NAME = 'rebinding.test';
/** Longer than an answer is shared between the parts of one look. */
const STEP_MS = 60_000;

export interface Rebound {
  readonly fetches: number;
  /** Connections to the server inside. */
  readonly inside: number;
  /** Pages got from the server outside, so that nought inside is not the nought of nobody going anywhere. */
  readonly outside: number;
  readonly queries: number;
}

/** How a page is got, by the name alone. */
type Way = (url: string, turn: number) => Promise<unknown>;

interface Stage {
  readonly port: number;
  readonly dnsPort: number;
  readonly count: { inside: number; outside: number; queries: number };
  close(): Promise<void>;
}

/** Through the product: the resolver asks the scripted server, the door dials what it classified. */
export async function rebind(fetches: number, allow: readonly string[] = POLICY.allow): Promise<Rebound> {
  return await onStage(fetches, (stage) => {
    const clock = { now: 0 };
    const resolver = resolverAt(stage.dnsPort);
    const network = createNetwork({
      policy: { ...POLICY, allow },
      hosts: {},
      ca: [],
      lookup: (name) => referenceLookup([resolver], network.exchange)(name),
      capture: () => Promise.reject(new ProbeFailure({ blame: 'monitor', code: 'no-browser', detail: 'none' })),
      now: () => clock.now,
    });
    return async (url, turn) => {
      clock.now = turn * STEP_MS;
      await network.fetch({ url, signal: AbortSignal.timeout(20_000) });
    };
  });
}

/** As it is usually done: look the name up, judge the address, then hand the name to a client, which looks it up again. */
export async function rebindTheUsualWay(fetches: number): Promise<Rebound> {
  return await onStage(fetches, ({ dnsPort }) => {
    const network = createNetwork({
      policy: { allow: ['127.91.0.0/24'], only: [] },
      hosts: {},
      ca: [],
      lookup: () => Promise.reject(new Error('not asked')),
      capture: () => Promise.reject(new Error('not asked')),
      now: () => 0,
    });
    const resolver = resolverAt(dnsPort);
    const ask = referenceLookup([resolver], network.exchange);
    return async (url) => {
      const [first = ''] = await ask(NAME);
      if (mayDial(first, POLICY, 'found') !== null) return;
      const again = await ask(NAME);
      await new Promise<void>((resolve, reject) => {
        const asked = get(url, {
          agent: false,
          lookup: (_name, { all }, done) => {
            const [address = ''] = again;
            if (all) done(null, [{ address, family: 4 }]);
            else done(null, address, 4);
          },
        });
        asked.on('error', reject).on('response', (response) => response.resume().on('end', resolve));
      });
    };
  });
}

function resolverAt(port: number): Resolver {
  const where = { transport: 'udp', address: DNS, port, serverName: null, path: null, network: null } as const;
  return { name: 'rebinding', role: 'reference', ...where };
}

async function onStage(fetches: number, wayOn: (stage: Stage) => Way): Promise<Rebound> {
  const stage = await openStage();
  try {
    const way = wayOn(stage);
    const paths = ['/', '/again', '/mixed'];
    for (let turn = 1; turn <= fetches; turn++) {
      await way(`http://${NAME}:${stage.port}${paths[turn % paths.length]}`, turn);
    }
    return { fetches, ...stage.count };
  } finally {
    await stage.close();
  }
}

async function openStage(): Promise<Stage> {
  const count = { inside: 0, outside: 0, queries: 0 };
  const outside = createServer((request, response) => {
    count.outside++;
    // Sends the visitor back to the same name, which by then may be another address.
    if (request.url === '/again') response.writeHead(302, { location: '/there', connection: 'close' }).end();
    else response.setHeader('connection', 'close').end('<h1>outside</h1>');
  });
  const port = await listening(outside, OUTSIDE, 0);
  const inside = createServer((_request, response) => void response.end('secret'));
  inside.on('connection', () => {
    count.inside++;
  });
  await listening(inside, INSIDE, port);
  const dns = await scripted(count);
  return {
    port,
    dnsPort: dns.port,
    count,
    close: async () => {
      await dns.close();
      for (const server of [outside, inside]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** One answer in three names both, the one inside first. */
function scripted(count: { queries: number }): Promise<DnsServer> {
  let turn = 0;
  const answers = [[OUTSIDE], [INSIDE], [INSIDE, OUTSIDE]];
  const handler = saying(({ name, type }) => {
    count.queries++;
    if (type !== 'A') return {};
    turn++;
    return { answers: (answers[turn % answers.length] ?? []).map((address) => a(name, address, 0)) };
  });
  return startDnsServer(handler, { address: DNS });
}

function listening(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, address, () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
    });
  });
}
