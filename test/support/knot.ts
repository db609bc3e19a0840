/** A real Knot DNS whose answers depend on the network of the visitor (EDNS client subnet), without root and on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answering, PATH } from './dns-daemons.js';

export interface Regional {
  /** `geo.test`; the site is `www` in it. */
  readonly zone: string;
  /** For whoever is in no network named. */
  readonly elsewhere: string;
  /** Address by network: `203.0.113.0/24`. */
  readonly regions: Readonly<Record<string, string>>;
}

export class Knot {
  readonly #folder = mkdtempSync(join(tmpdir(), 'siteward-knot-'));
  #child: ChildProcess | undefined;

  /** Resolves once it answers. @param at where it listens, over UDP and TCP. */
  static async start(
    { zone, elsewhere, regions }: Regional,
    at: { readonly address: string; readonly port: number },
  ): Promise<Knot> {
    const knot = new Knot();
    const folder = knot.#folder;
    mkdirSync(join(folder, 'run'));
    const lines = Object.entries(regions).map(([net, address]) => `  - net: ${net}\n    A: [ ${address} ]`);
    writeFileSync(join(folder, 'geo.conf'), `www.${zone}:\n${lines.join('\n')}\n`);
    const soa = `@ 1 IN SOA ns1.${zone}. hostmaster.invalid. ( 1 3600 600 86400 1 )`;
    writeFileSync(join(folder, 'zone'), `${soa}\n@ 1 IN NS ns1.${zone}.\nwww 1 IN A ${elsewhere}\n`);
    const config = [
      ...['server:', `  rundir: "${folder}/run"`, `  listen: [ ${at.address}@${at.port} ]`, '  edns-client-subnet: on'],
      ...['log:', '  - target: stderr', '    any: warning', 'database:', `  storage: "${folder}"`],
      ...['mod-geoip:', '  - id: regions', `    config-file: "${folder}/geo.conf"`, '    ttl: 1', '    mode: subnet'],
      ...['zone:', `  - domain: ${zone}`, `    file: "${folder}/zone"`, '    module: mod-geoip/regions'],
    ];
    writeFileSync(join(folder, 'knot.conf'), `${config.join('\n')}\n`);
    knot.#child = spawn('knotd', ['-c', join(folder, 'knot.conf')], { env: { ...process.env, PATH }, stdio: 'ignore' });
    try {
      await answering(at.address, at.port, zone, 'SOA');
    } catch (error) {
      await knot.stop();
      throw error;
    }
    return knot;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
