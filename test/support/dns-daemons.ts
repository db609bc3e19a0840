/** Configurations of the real DNS servers that a test runs on loopback without root, and a port for them. */
import { execFile } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian keeps daemons where not every user looks. */
export const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

export interface UnboundSettings {
  readonly folder: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** File with the root's DS. */
  readonly anchor: string;
  /** Zone to the address of its authority, on the same port: unbound cannot follow delegations to other ports than 53. */
  readonly authorities: readonly (readonly [string, string])[];
  /** Further lines of the `server:` clause; `ADDRESS` stands for its own. */
  readonly lines: readonly string[];
}

export function unboundConfig({ folder, name, address, port, anchor, authorities, lines }: UnboundSettings): string {
  const caching = lines.some((line) => line.startsWith('cache-max-ttl'));
  return `
server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${folder}/${name}.log"
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  local-zone: "test." nodefault
  ede: yes
  num-threads: 1
  so-rcvbuf: 0
  so-reuseport: no
  incoming-num-tcp: 300
  outgoing-num-tcp: 50
  interface: ${address}@${port}
  trust-anchor-file: "${anchor}"
  ${caching ? '' : 'cache-max-ttl: 1\n  cache-max-negative-ttl: 1'}
  ${lines.map((line) => line.replaceAll('ADDRESS', address)).join('\n  ')}
${authorities.map(([zone, at]) => `stub-zone:\n  name: "${zone}"\n  stub-addr: ${at}@${port}\n  stub-prime: no`).join('\n')}
remote-control:
  control-enable: no
`;
}

export interface NsdSettings {
  readonly folder: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Zone to its file. */
  readonly zones: readonly (readonly [string, string])[];
}

export function nsdConfig({ folder, name, address, port, zones }: NsdSettings): string {
  return `
server:
  ip-address: ${address}@${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${folder}/zones"
  pidfile: ""
  logfile: "${folder}/nsd-${name}.log"
  xfrdfile: "${folder}/xfrd-${name}"
  xfrdir: "${folder}"
  zonelistfile: "${folder}/list-${name}"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${zones.map(([zone, file]) => `zone:\n  name: "${zone}"\n  zonefile: "${file}"`).join('\n')}
`;
}

/** Outside the range from which the kernel gives ports to clients; the two above it are free to use too. */
export async function freePort(address: string): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + 3 * Math.floor(Math.random() * 3_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, address, () => resolve(true));
    });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (free) return port;
  }
  throw new Error('No port is free for the servers of this test.');
}

/** What dig prints; empty where nothing answered, which dig says by its exit code. */
export async function dig(address: string, port: number, name: string, type: string): Promise<string> {
  const args = ['+time=1', '+tries=1', '-p', String(port), `@${address}`, name, type];
  return await run('dig', args, { env: { ...process.env, PATH } }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** Resolves as soon as a server answers there. */
export async function answering(address: string, port: number, name: string, type: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await dig(address, port, name, type)).includes('status:')) return;
    await pause(25);
  }
  throw new Error(`Nothing answers on ${address}:${port}.`);
}

export interface Signing {
  /** Holds the keys, and `zones/` with the files. */
  readonly folder: string;
  readonly keys: readonly string[];
  /** Every key signs everything; otherwise key-signing keys sign keys only. */
  readonly combined: boolean;
}

/** Signs a zone's lines into `zones/<zone>.signed`, which is never seen half written. */
export async function signZone(zone: string, lines: readonly string[], signing: Signing): Promise<void> {
  const { folder, keys, combined } = signing;
  const file = join(folder, 'zones', zone === '.' ? 'root' : zone);
  writeFileSync(`${file}.zone`, `${[...new Set(lines)].join('\n')}\n`);
  const flags = ['-P', '-q', ...(combined ? ['-z'] : []), '-o', zone, '-f', `${file}.new`, '-N', 'keep'];
  const io = { cwd: folder, env: { ...process.env, PATH } };
  await run('dnssec-signzone', [...flags, `${file}.zone`, ...keys], io);
  renameSync(`${file}.new`, `${file}.signed`);
}
