/**
 * The browser's network namespace: nothing in it leads anywhere but to our proxies. A flag the browser disregards, a hole
 * in it, even a page that has taken it over sends no packet past us: there is nowhere to send one.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { Server } from 'node:net';
import { promisify } from 'node:util';
import { JAIL_PORT, type JailGate } from './gate.js';
import { CONFINE } from './limits.js';
import type { Identity } from './profile.js';

/** A way into a jail that works on this machine. */
export interface Jail {
  /** Whom to start `command` as. */
  readonly identity: Identity | null;
  /** Ends in a shell inside, with everything a namespace's owner may do. */
  readonly enter: readonly string[];
  /** Gives that up, and runs what follows. */
  readonly drop: readonly string[];
}

export const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
const TRY_MS = 5_000;

/**
 * Loopback, and an interface that leads nowhere: without one a page is told that it is offline (navigator.onLine), and
 * shows that. 192.0.2.1 is nobody's (RFC 5737); no route leads to it or over it. Addresses that IPv6 makes up by itself
 * would come a second late, and Chromium ends what it is loading when an address comes (ERR_NETWORK_CHANGED).
 */
const FURNISH = `ip link set lo up &&
{ ip link add nowhere type dummy 2>/dev/null ||
  { ip link add nowhere type veth peer name nobody && ip link set nobody addrgenmode none up; }; } &&
ip link set nowhere addrgenmode none && ip address add 192.0.2.1/32 dev nowhere && ip link set nowhere up`;

/** Listens inside, hands the socket out to us and is gone: no process stands between the browser and its proxies. */
const LISTEN = `const server = require('net').createServer();
server.listen(${JAIL_PORT}, '0.0.0.0', () => process.send('listening', server));
process.once('disconnect', () => process.exit());`;

/** $1 is Node, $2 LISTEN, and the rest the browser, which is given neither the channel to us nor its number. */
const INSIDE = `${CONFINE}; ${FURNISH} && "$1" -e "$2" && shift 2 && unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE &&
exec 5>&- && exec "$@"`;

/** Position of the channel to us among the standard descriptors; INSIDE closes it by this number. */
export const CHANNEL = 5;

/** @returns why there is none, in a sentence, when this machine lets us build none. */
export async function findJail(identity: Identity | null): Promise<Jail | string> {
  let why = '';
  for (const jail of waysFor(identity)) {
    const said = await complaintOf(jail);
    if (said === null) return jail;
    why = said;
  }
  return (
    `no network namespace can be made here (${why}). Install util-linux and iproute2, and allow the user whom Siteward ` +
    'runs as user namespaces, or run it as root with CAP_SYS_ADMIN; docs/deploy.md says how'
  );
}

function waysFor(identity: Identity | null): Jail[] {
  const unprivileged = {
    identity,
    enter: ['unshare', '--user', '--map-current-user', '--keep-caps', '--net', '--'],
    drop: ['setpriv', '--inh-caps=-all', '--ambient-caps=-all', '--'],
  };
  if (identity === null) return [unprivileged];
  const { uid, gid } = identity;
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
  return [{ identity: null, enter: ['unshare', '--net', '--'], drop }, unprivileged];
}

/** Null: it works. */
async function complaintOf({ identity, enter, drop }: Jail): Promise<string | null> {
  const [program = '', ...args] = [...enter, '/bin/sh', '-c', `${FURNISH} && exec "$@"`, 'jail', ...drop, 'true'];
  try {
    await promisify(execFile)(program, args, { ...identity, cwd: '/', env: { PATH: SYSTEM_PATH }, timeout: TRY_MS });
    return null;
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const text = stderr === '' ? String(error instanceof Error ? error.message : error) : stderr;
    return text.split('\n').at(-1)?.slice(0, 200) ?? '';
  }
}

/** The command line that starts `command` in there. It needs a descriptor CHANNEL of kind `ipc`. */
export function jailed({ enter, drop }: Jail, command: readonly string[]): string[] {
  return [...enter, '/bin/sh', '-c', INSIDE, 'jail', process.execPath, LISTEN, ...drop, ...command];
}

/** Takes the socket that listens inside; the browser starts when we have it. */
export function takeListener(child: ChildProcess, gate: JailGate): void {
  child.once('message', (_, handle) => {
    if (handle instanceof Server) gate.attach(handle);
    child.disconnect();
  });
}
