/** A PostgreSQL server of the test's own, from Debian's package: in a temporary folder, as an ordinary user, on loopback. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './siteward.js';

export const PASSWORD = 'hunter2:with@every/mark%';

export interface PostgresServer {
  readonly port: number;
  /** A fresh database; gives its `postgres://` address. @param password another than the right one */
  create(password?: string): Promise<string>;
  /** Runs SQL past the store, in the database of that address. */
  run(url: string, sql: string): Promise<string>;
  stop(): Promise<void>;
  /** Kills every process of it at once, as a machine that loses power; what it answered for is on the disk. */
  crash(): Promise<void>;
  /** Starts it again after `crash`, on the same port. */
  restart(): Promise<void>;
}

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; Debian's package made this user. */
const PREFIX = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-postgres-'));
  if (PREFIX.length > 0) execFileSync('chown', ['postgres', folder]);
  const secret = join(folder, 'password');
  writeFileSync(secret, PASSWORD);
  chmodSync(secret, 0o644);
  const data = join(folder, 'data');
  const as = (program: string, ...args: readonly string[]): [string, string[]] => {
    const [first = '', ...rest] = [...PREFIX, programOf(program), ...args];
    return [first, rest];
  };
  const options = ['-U', 'siteward', '-E', 'UTF8', '--locale=C', '--no-sync', '-A', 'scram-sha-256'];
  await run(...as('initdb', '-D', data, ...options, `--pwfile=${secret}`), { cwd: folder });
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'fsync=off'];
  const launch = async (): Promise<ChildProcess> => {
    const started = spawn(...as('postgres', '-D', data, ...settings.flatMap((line) => ['-c', line])), {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: Buffer[] = [];
    started.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
    await until('PostgreSQL listens', () => Buffer.concat(said).includes('ready to accept connections'), 60_000);
    return started;
  };
  let server = await launch();
  const psql = async (database: string, sql: string): Promise<string> => {
    const env = { ...process.env, PGPASSWORD: PASSWORD };
    const where = ['-h', '127.0.0.1', '-p', String(port), '-U', 'siteward', '-d', database];
    return (await run(programOf('psql'), ['-X', '-A', '-t', '-c', sql, ...where], { env })).stdout.trim();
  };
  let databases = 0;
  return {
    port,
    async create(password = PASSWORD) {
      const name = `siteward${++databases}`;
      await psql('postgres', `create database ${name}`);
      return `postgres://siteward:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
    },
    run: (url, sql) => psql(new URL(url).pathname.slice(1), sql),
    async crash() {
      const gone = once(server, 'exit');
      // The postmaster is the child of `runuser`; its own children see that it is gone and end.
      process.kill(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      await gone;
    },
    async restart() {
      server = await launch();
    },
    async stop() {
      const gone = once(server, 'exit');
      // The postmaster is the child of `runuser`: its own file says which process it is. Immediate: nothing is kept.
      await run(...as('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop'), { cwd: folder });
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian keeps the server's programs out of the way, in a folder of their version. */
function programOf(name: string): string {
  const versions = '/usr/lib/postgresql';
  const found = (existsSync(versions) ? readdirSync(versions) : [])
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin', name))
    .find((path) => existsSync(path));
  return found ?? name;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
