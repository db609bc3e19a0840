/**
 * A small Internet on loopback for one test file, on ports of its own: root and `test.` signed and served by nsd, signed
 * zones on another nsd, scripted zones on a server of ours, and as many unbound resolvers as a test wants. What a
 * registrar or a zone's operator does while time passes is done to the running servers.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Resolver } from '../../src/checks/check.js';
import { type CertificateAuthority, certificateAuthority } from './certificates.js';
import { answering, dig, freePort, nsdConfig, PATH, signZone, unboundConfig } from './dns-daemons.js';
import { type DnsServer, type Handler, type Listening, startDnsServer } from './dns-server.js';

const run = promisify(execFile);

/** Where a resolver answers over UDP and TCP. */
export interface At {
  readonly address: string;
  readonly port: number;
}

/** What the parent says of a zone. */
export interface Delegation {
  /** Names of the servers. */
  readonly nameservers: readonly string[];
  /** Address of every one of them. */
  readonly glue: string;
  /** Lines as in a zone file. */
  readonly ds: readonly string[];
}

/** A zone as its operator signs it. */
export interface SignedZone {
  /** Lines of the zone file beside SOA and NS. */
  readonly records: readonly string[];
  /** Published. */
  readonly keys: readonly string[];
  /** Of those, the ones that sign. */
  readonly signing: readonly string[];
  /** Every key signs everything; otherwise key-signing keys sign keys only. */
  readonly combined?: boolean;
}

export class DnsWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'siteward-world-'));
  /** Vouches for the resolvers and for whatever a test asks it to. */
  readonly authority: CertificateAuthority = certificateAuthority('World Root');
  /** Where all authorities listen, each on its own address. */
  readonly port: number;
  readonly root: string;
  /** Lines of a DS record. */
  trustAnchor = '';
  readonly #net: string;
  readonly #daemons: ChildProcess[] = [];
  readonly #servers: DnsServer[] = [];
  readonly #delegations = new Map<string, Delegation>();
  readonly #signed = new Set<string>();
  #serial = 1;
  #nextHost = 100;
  #nextWeb = 1;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(net: string, port: number) {
    this.#net = net;
    this.port = port;
    this.root = this.address(1);
  }

  /**
   * @param scripted zones below `test.` and who answers for them.
   * @param signed zones below `test.` that `publish` fills before anything is asked.
   */
  static async start(
    scripted: Readonly<Record<string, Handler>>,
    signed: readonly string[] = [],
    prepare: (world: DnsWorld) => Promise<void> = () => Promise.resolve(),
  ): Promise<DnsWorld> {
    const net = `127.0.${64 + Math.floor(Math.random() * 160)}`;
    const world = new DnsWorld(net, await freePort(`${net}.1`));
    mkdirSync(join(world.folder, 'zones'));
    // A copy: where AppArmor confines Debian's unbound, it confines it by its path.
    copyFileSync(
      execFileSync('sh', ['-c', 'command -v unbound'], { env: { PATH } }).toString().trim(),
      world.#path('unbound'),
    );
    await run('chmod', ['755', world.#path('unbound')]);
    try {
      for (const zone of signed) world.#signed.add(zone);
      for (const zone of Object.keys(scripted)) {
        world.#delegations.set(zone, { nameservers: [`ns1.${zone}`], glue: world.address(4), ds: [] });
      }
      await prepare(world);
      await world.#startAuthorities(scripted);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  /** `127.0.x.host` of this world. */
  address(host: number): string {
    return `${this.#net}.${host}`;
  }

  /** Another address on which nobody listens yet. */
  webAddress(): string {
    const host = this.#nextWeb++;
    return `${this.#net.replace('127.0.', '127.1.')}.${host}`;
  }

  /** Makes a key. @returns its name, as dnssec-keygen gives it. */
  async newKey(zone: string, algorithm: string, ksk: boolean): Promise<string> {
    const flags = ksk ? ['-f', 'KSK'] : [];
    const { stdout } = await run('dnssec-keygen', ['-q', '-a', algorithm, ...flags, '-n', 'ZONE', zone], this.#io());
    return stdout.trim();
  }

  /** The DS line of a key. */
  async dsOf(key: string): Promise<string> {
    return (await run('dnssec-dsfromkey', ['-2', `${key}.key`], this.#io())).stdout.trim();
  }

  /** Signs the zone anew; a running server takes it up before this resolves. */
  async publish(zone: string, { records, keys, signing, combined = false }: SignedZone): Promise<void> {
    const serial = ++this.#serial;
    const lines = [
      ...[`$TTL 1`, `@ IN SOA ns1.${zone}. hostmaster.invalid. ( ${serial} 3600 600 86400 1 )`, `@ IN NS ns1.${zone}.`],
      ...[
        `ns1 IN A ${this.address(3)}`,
        ...records,
        ...keys.map((key) => readFileSync(this.#path(`${key}.key`), 'utf8')),
      ],
    ];
    await signZone(zone, lines, { folder: this.folder, keys: signing, combined });
    await this.#reload('auth', this.address(3), zone, serial);
  }

  /** What the registrar makes of the delegation. */
  async delegate(zone: string, change: Partial<Delegation>): Promise<void> {
    const known = this.#delegations.get(zone) ?? { nameservers: [`ns1.${zone}`], glue: this.address(3), ds: [] };
    this.#delegations.set(zone, { ...known, ...change });
    if (this.#daemons.length === 0) return;
    const turn = this.#turn.then(() => this.#publishTld());
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  /** A validating resolver. @param lines of its `server:` clause; `ADDRESS` stands for its own. */
  async unbound(name: string, lines: readonly string[] = []): Promise<At> {
    const address = this.address(this.#nextHost++);
    const path = this.#path(`${name}.conf`);
    const zones = [...new Set([...this.#delegations.keys(), ...this.#signed])];
    const leaves = zones.map((zone) => [`${zone}.`, this.address(this.#signed.has(zone) ? 3 : 4)] as const);
    const authorities = [['.', this.root] as const, ['test.', this.address(2)] as const, ...leaves];
    const { folder, port } = this;
    const anchor = this.#path('anchor.ds');
    writeFileSync(path, unboundConfig({ folder, name, address, port, anchor, authorities, lines }));
    this.#daemon(this.#path('unbound'), '-d', '-c', path);
    await answering(address, port, 'www.nothing.test', 'A');
    return { address, port: this.port };
  }

  /** Two validating resolvers, one behind verified DoT and one behind DoH: the paths an operator trusts. */
  async references(): Promise<readonly [Resolver, Resolver]> {
    const { key, cert } = this.authority.issue(['resolver.test']);
    for (const [name, text] of Object.entries({ key, pem: cert })) writeFileSync(this.#path(`resolver.${name}`), text);
    const lines = [
      `tls-service-key: "${this.#path('resolver.key')}"`,
      `tls-service-pem: "${this.#path('resolver.pem')}"`,
    ];
    const port = this.port + 1;
    const [dot, doh] = await Promise.all([
      this.unbound('dot', [...lines, `interface: ADDRESS@${port}`, `tls-port: ${port}`]),
      this.unbound('doh', [
        ...lines,
        `interface: ADDRESS@${port}`,
        `https-port: ${port}`,
        'http-endpoint: "/dns-query"',
      ]),
    ]);
    const common = { port, role: 'reference', serverName: 'resolver.test', network: null } as const;
    return [
      { ...common, name: 'dot', address: dot.address, transport: 'tls', path: null },
      { ...common, name: 'doh', address: doh.address, transport: 'https', path: '/dns-query' },
    ];
  }

  /** A server of ours on an address of its own. @returns where it answers. */
  async serve(handler: Handler, options: Partial<Listening> = {}): Promise<At> {
    const address = options.address ?? this.address(this.#nextHost++);
    const server = await startDnsServer(handler, { port: this.port, ...options, address });
    this.#servers.push(server);
    return { address, port: server.port };
  }

  async stop(): Promise<void> {
    const gone = this.#daemons.filter((child) => child.exitCode === null && child.signalCode === null);
    for (const child of gone) child.kill('SIGTERM');
    await Promise.all([...gone.map((child) => once(child, 'exit')), ...this.#servers.map((server) => server.close())]);
    this.authority.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #startAuthorities(scripted: Readonly<Record<string, Handler>>): Promise<void> {
    const tldKey = await this.newKey('test', 'ECDSAP256SHA256', true);
    const rootKey = await this.newKey('.', 'ECDSAP256SHA256', true);
    this.#tldKey = tldKey;
    this.trustAnchor = await this.dsOf(rootKey);
    writeFileSync(this.#path('anchor.ds'), `${this.trustAnchor}\n`);
    await this.#publishTld();
    await signZone(
      '.',
      [
        ...['$TTL 1', '@ IN SOA a.root.test. hostmaster.invalid. ( 1 3600 600 86400 1 )', '@ IN NS a.root.test.'],
        ...[`a.root.test. IN A ${this.root}`, 'test. IN NS ns1.nic.test.', `ns1.nic.test. IN A ${this.address(2)}`],
        ...[await this.dsOf(tldKey), readFileSync(this.#path(`${rootKey}.key`), 'utf8')],
      ],
      { folder: this.folder, keys: [rootKey], combined: true },
    );
    this.#nsd('root', this.root, ['.']);
    this.#nsd('tld', this.address(2), ['test']);
    if (this.#signed.size > 0) this.#nsd('auth', this.address(3), [...this.#signed]);
    await this.serve(
      (query, send) => {
        const zone = Object.keys(scripted).find((one) => query.name === one || query.name.endsWith(`.${one}`));
        if (zone !== undefined) scripted[zone]?.(query, send);
      },
      { address: this.address(4) },
    );
    await Promise.all([
      answering(this.root, this.port, 'test', 'SOA'),
      answering(this.address(2), this.port, 'test', 'SOA'),
    ]);
  }

  #tldKey = '';

  async #publishTld(): Promise<void> {
    const serial = ++this.#serial;
    const delegations = [...this.#delegations].flatMap(([zone, { nameservers, glue, ds }]) => [
      ...nameservers.flatMap((server) => [
        `${zone}. IN NS ${server}.`,
        ...(server.endsWith('.test') ? [`${server}. IN A ${glue}`] : []),
      ]),
      ...ds,
    ]);
    const lines = [
      ...[
        '$TTL 1',
        `@ IN SOA ns1.nic.test. hostmaster.invalid. ( ${serial} 3600 600 86400 1 )`,
        '@ IN NS ns1.nic.test.',
      ],
      ...[`ns1.nic IN A ${this.address(2)}`, ...delegations, readFileSync(this.#path(`${this.#tldKey}.key`), 'utf8')],
    ];
    await signZone('test', lines, { folder: this.folder, keys: [this.#tldKey], combined: true });
    await this.#reload('tld', this.address(2), 'test', serial);
  }

  #nsd(name: string, address: string, zones: readonly string[]): void {
    const path = this.#path(`nsd-${name}.conf`);
    const files = zones.map((zone) => [zone, `${zone === '.' ? 'root' : zone}.signed`] as const);
    const { folder, port } = this;
    writeFileSync(path, nsdConfig({ folder, name, address, port, zones: files }));
    this.#named.set(name, this.#daemon('nsd', '-d', '-c', path));
  }

  readonly #named = new Map<string, ChildProcess>();

  #daemon(program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { env: { ...process.env, PATH }, stdio: 'ignore' });
    this.#daemons.push(child);
    return child;
  }

  /** Has the server read its files again and waits until it gives out what stands in them. */
  async #reload(name: string, address: string, zone: string, serial: number): Promise<void> {
    const server = this.#named.get(name);
    if (!server) return;
    server.kill('SIGHUP');
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await dig(address, this.port, zone, 'SOA')).includes(` ${serial} `)) return;
      await pause(25);
      if (attempt % 40 === 39) server.kill('SIGHUP');
    }
    throw new Error(`nsd-${name} did not take up ${zone} ${serial}.`);
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  #io(): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd: this.folder, env: { ...process.env, PATH } };
  }
}
