#!/usr/bin/env node
/**
 * Replaces assets/rdap-dns.json, which says where each top-level domain has its RDAP server, by IANA's whole list. Run
 * after a build.
 *
 *   node scripts/rdap.mjs         from IANA (https://data.iana.org/rdap/dns.json)
 *   node scripts/rdap.mjs FILE    from a file fetched elsewhere
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { bootstrapSchema } from '../dist/checks/dns/authority/rdap.js';

const SOURCE = 'https://data.iana.org/rdap/dns.json';
const [file] = process.argv.slice(2);

async function fetched() {
  const response = await fetch(SOURCE, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${SOURCE} answered ${response.status}`);
  return await response.text();
}

const list = bootstrapSchema.parse(JSON.parse(file ? readFileSync(file, 'utf8') : await fetched()));
const services = list.services.map((service) => `    ${JSON.stringify(service)}`).join(',\n');
const head = { description: `IANA's list (${SOURCE})`, publication: list.publication, version: '1.0' };
const text = `${JSON.stringify(head, null, 2).replace(/\n\}$/u, '')},\n  "services": [\n${services}\n  ]\n}\n`;
writeFileSync(new URL('../assets/rdap-dns.json', import.meta.url), text);
process.stdout.write(`${list.services.length} groups of top-level domains, published ${list.publication}\n`);
