/** Real resolvers on loopback: two unbound that tell the truth, and the dnsmasq of an Internet provider that will not. */
import { Resolver } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KeyPair } from './certificates.js';
import { type Daemon, ownCopy, startDaemon, stop } from './processes.js';

export const ENCRYPTED = { address: '127.0.53.80', dot: 8853, doh: 8443 };
export const PLAIN = { address: '127.0.53.81', port: 5381 };
export const PROVIDER = { address: '127.0.53.82', port: 5382 };

const READY_WITHIN_MS = 10_000;

export interface Zone {
  readonly apex: string;
  readonly host: string;
  readonly address: string;
}

function unboundConfig(zone: Zone, listen: readonly string[]): string {
  return [
    'server:',
    ...['chroot: ""', 'username: ""', 'pidfile: ""', 'use-syslog: no', 'num-threads: 1', 'so-rcvbuf: 0'],
    ...[
      'access-control: 127.0.0.0/8 allow',
      'module-config: "iterator"',
      'root-hints: ""',
      'do-not-query-localhost: yes',
    ],
    ...listen,
    `local-zone: "${zone.apex}." static`,
    `local-data: "${zone.apex}. 300 IN SOA ns1.${zone.apex}. hostmaster.${zone.apex}. 1 3600 600 86400 60"`,
    `local-data: "${zone.apex}. 300 IN NS ns1.${zone.apex}."`,
    `local-data: "ns1.${zone.apex}. 300 IN A ${zone.address}"`,
    `local-data: "${zone.host}. 60 IN A ${zone.address}"`,
    // Every other name ends here: nothing of the demo ever asks beyond loopback.
    'local-zone: "." static',
    '',
  ].join('\n');
}

async function startUnbound(program: string, folder: string, name: string, text: string): Promise<Daemon> {
  const file = join(folder, `${name}.conf`);
  await writeFile(file, text);
  return startDaemon(program, ['-d', '-p', '-c', file]);
}

async function startProvider(program: string, lies: readonly string[]): Promise<Daemon> {
  const daemon = startDaemon(program, [
    ...[
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--pid-file=',
      '--bind-interfaces',
    ],
    ...['--log-facility=-', '--cache-size=0', `--user=${process.env['USER'] ?? 'root'}`],
    ...[`--listen-address=${PROVIDER.address}`, `--port=${PROVIDER.port}`, `--server=${PLAIN.address}#${PLAIN.port}`],
    ...lies,
  ]);
  return daemon;
}

/** Waits until `ready` holds, or says what the daemon said. */
async function until(what: string, daemon: Daemon, ready: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  while (!(await ready())) {
    const dead = daemon.process.exitCode !== null;
    if (dead || performance.now() > end)
      throw new Error(`${what} does not answer. It said: ${daemon.said() || 'nothing'}`);
    await pause(25);
  }
}

async function answers(server: { address: string; port: number }, host: string, expected: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`${server.address}:${server.port}`]);
  try {
    return (await resolver.resolve4(host)).join() === expected;
  } catch {
    return false; // not up yet: asked again by `until`
  }
}

function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

export interface Resolvers {
  /** From now on the provider's resolver sends the host's visitors to `address`. */
  poison(address: string): Promise<void>;
}

/** Starts all three and returns when each answers. `processes.stopAll` ends them. */
export async function startResolvers(folder: string, zone: Zone, identity: KeyPair): Promise<Resolvers> {
  const [unbound, dnsmasq] = await Promise.all([ownCopy('unbound', folder), ownCopy('dnsmasq', folder)]);
  const encrypted = await startUnbound(
    unbound,
    folder,
    'encrypted',
    unboundConfig(zone, [
      `interface: ${ENCRYPTED.address}@${ENCRYPTED.dot}`,
      `interface: ${ENCRYPTED.address}@${ENCRYPTED.doh}`,
      `tls-port: ${ENCRYPTED.dot}`,
      `https-port: ${ENCRYPTED.doh}`,
      `tls-service-key: "${identity.keyFile}"`,
      `tls-service-pem: "${identity.certFile}"`,
    ]),
  );
  const plain = await startUnbound(
    unbound,
    folder,
    'plain',
    unboundConfig(zone, [`interface: ${PLAIN.address}@${PLAIN.port}`]),
  );
  let provider = await startProvider(dnsmasq, []);
  await Promise.all([
    until('unbound (DoT)', encrypted, () => listens(ENCRYPTED.address, ENCRYPTED.dot)),
    until('unbound (DoH)', encrypted, () => listens(ENCRYPTED.address, ENCRYPTED.doh)),
    until('unbound', plain, () => answers(PLAIN, zone.host, zone.address)),
    until('dnsmasq', provider, () => answers(PROVIDER, zone.host, zone.address)),
  ]);
  return {
    poison: async (address) => {
      await stop(provider.process);
      provider = await startProvider(dnsmasq, [`--address=/${zone.host}/${address}`]);
      await until('the poisoned dnsmasq', provider, () => answers(PROVIDER, zone.host, address));
    },
  };
}
