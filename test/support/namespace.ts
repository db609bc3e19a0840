/**
 * A network of its own for the processes of one test file: loopback, and one way out that leads nowhere and counts. A
 * packet to anything but loopback, IPv4 or IPv6, is on the counter; an untouched counter is the proof that none was sent.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Namespace {
  /** In front of a command line: it runs in here. */
  readonly prefix: readonly string[];
  /** A process that runs in here until `remove`. */
  start(program: string, ...args: readonly string[]): ChildProcess;
  run(program: string, ...args: readonly string[]): string;
  /** Packets that left for somewhere else since the beginning. */
  strayPackets(): number;
  /**
   * Has nftables count what processes in here send from now on, loopback included. @param paths by name what is
   * counted, as nftables matches it: `ip daddr 127.0.0.3`. @returns reads the counters
   */
  countSent<Path extends string>(paths: Readonly<Record<Path, string>>): () => Record<Path, number>;
  remove(): Promise<void>;
}

/** A sentence when this machine cannot make one. */
export function openNamespace(): Namespace | string {
  if (process.getuid?.() !== 0)
    return 'only root may make a network namespace: run the tests as root to have this proven';
  const name = `siteward-${process.pid}`;
  const ip = (...args: readonly string[]): string =>
    execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    ip('netns', 'add', name);
  } catch (error) {
    return `this machine makes no network namespaces (${error instanceof Error ? error.message.trim() : error})`;
  }
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'link', 'add', 'stray', 'type', 'veth', 'peer', 'name', 'nowhere');
  for (const end of ['nowhere', 'stray']) {
    // Silent by itself: no ARP, and no address of its own that IPv6 would announce.
    ip('-n', name, 'link', 'set', end, 'addrgenmode', 'none', 'arp', 'off');
    ip('-n', name, 'link', 'set', end, 'up');
  }
  ip('-n', name, 'addr', 'add', '198.18.0.1/32', 'dev', 'stray');
  ip('-n', name, 'route', 'add', 'default', 'dev', 'stray');
  ip('-n', name, '-6', 'addr', 'add', 'fd00::1/128', 'dev', 'lo', 'nodad');
  ip('-n', name, '-6', 'route', 'add', 'default', 'dev', 'stray');

  const prefix = ['ip', 'netns', 'exec', name];
  const children: ChildProcess[] = [];
  return {
    prefix,
    start(program, ...args) {
      const child = spawn('ip', [...prefix.slice(1), program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
      children.push(child);
      return child;
    },
    run: (program, ...args) => execFileSync('ip', [...prefix.slice(1), program, ...args], { encoding: 'utf8' }),
    strayPackets: () => Number(ip(...prefix.slice(1), 'cat', '/sys/class/net/stray/statistics/tx_packets')),
    countSent(paths) {
      const counted = Object.entries<string>(paths);
      const table = `table inet siteward {
${counted.map(([path]) => `  counter ${path} { }`).join('\n')}
  chain sent {
    type filter hook output priority filter; policy accept;
${counted.map(([path, match]) => `    ${match} counter name ${path}`).join('\n')}
  }
}`;
      execFileSync('ip', [...prefix.slice(1), 'nft', '-f', '-'], { input: table });
      return () => {
        const listed = execFileSync('ip', [...prefix.slice(1), 'nft', 'list', 'counters'], { encoding: 'utf8' });
        const packets = (path: string) => new RegExp(`counter ${path} \\{\\s+packets (\\d+)`).exec(listed)?.[1];
        return Object.fromEntries(counted.map(([path]) => [path, Number(packets(path))])) as Record<
          keyof typeof paths,
          number
        >;
      };
    },
    async remove() {
      const gone = children.filter(isRunning).map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(gone);
      ip('netns', 'delete', name);
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
