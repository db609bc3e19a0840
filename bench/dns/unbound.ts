/** A local unbound that knows all names by itself, over every transport: what is measured is the way to it and back. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Resolver } from '../../src/checks/check.js';

export const ADDRESS = '127.0.90.1';
const [PORT, TLS_PORT, HTTPS_PORT] = [25_310, 25_853, 25_443];
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;

export interface LocalUnbound {
  readonly pid: number;
  readonly ca: string;
  readonly resolver: Readonly<Record<'udp' | 'tcp' | 'tls' | 'https', Resolver>>;
  stop(): Promise<void>;
}

/** The n-th of the names it knows. */
export function nameOf(index: number): string {
  return `www.site${index}.test`;
}

export async function startUnbound(names: number): Promise<LocalUnbound> {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-bench-dns-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=resolver.test', '-addext', 'subjectAltName=DNS:resolver.test', '-keyout', 'key', '-out', 'pem'],
  );
  writeFileSync(path('conf'), configuration(folder, names));
  // A copy: where AppArmor confines Debian's unbound, it confines it by its path.
  copyFileSync(execFileSync('sh', ['-c', 'command -v unbound'], { env: { PATH } }).toString().trim(), path('unbound'));
  execFileSync('chmod', ['755', path('unbound')]);
  const child = spawn(path('unbound'), ['-d', '-c', path('conf')], { stdio: 'ignore' });
  await answering(child);
  const common = { address: ADDRESS, role: 'witness', serverName: 'resolver.test', network: null } as const;
  return {
    pid: child.pid ?? 0,
    ca: readFileSync(path('pem'), 'utf8'),
    resolver: {
      udp: { ...common, name: 'udp', transport: 'udp', port: PORT, path: null },
      tcp: { ...common, name: 'tcp', transport: 'tcp', port: PORT, path: null },
      tls: { ...common, name: 'tls', transport: 'tls', port: TLS_PORT, path: null },
      https: { ...common, name: 'https', transport: 'https', port: HTTPS_PORT, path: '/dns-query' },
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, names: number): string {
  const data = Array.from({ length: names }, (_, at) => `  local-data: "${nameOf(at)}. 60 IN A 127.0.90.80"`);
  return `
server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${folder}/log"
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  so-rcvbuf: 0
  so-reuseport: no
  incoming-num-tcp: 500
  interface: ${ADDRESS}@${PORT}
  interface: ${ADDRESS}@${TLS_PORT}
  interface: ${ADDRESS}@${HTTPS_PORT}
  tls-port: ${TLS_PORT}
  https-port: ${HTTPS_PORT}
  http-endpoint: "/dns-query"
  http-max-streams: 1000
  tls-service-key: "${folder}/key"
  tls-service-pem: "${folder}/pem"
  local-zone: "." static
  local-data: ". 60 IN SOA a.root.test. host.test. 1 2 3 4 5"
${data.join('\n')}
remote-control:
  control-enable: no
`;
}

/** Waits for the first datagram back, whatever it says. */
async function answering(child: ChildProcess): Promise<void> {
  const socket = createSocket('udp4');
  let heard = false;
  socket.on('message', () => {
    heard = true;
  });
  const query = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1]);
  for (let attempt = 0; attempt < 200 && !heard && child.exitCode === null; attempt++) {
    socket.send(query, PORT, ADDRESS);
    await pause(25);
  }
  socket.close();
  // One that finds its ports taken ends at once, and whoever has them answered.
  await pause(200);
  if (child.exitCode !== null) throw new Error(`unbound ended: is another bench running on ${ADDRESS}?`);
  if (!heard) throw new Error('unbound did not start; is it installed (node scripts/setup.mjs --tests)?');
}
