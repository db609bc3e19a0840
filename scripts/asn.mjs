#!/usr/bin/env node
/**
 * Makes assets/asn.bin.br, the bundled IP-to-ASN table, anew. Run after a build.
 *
 *   node scripts/asn.mjs                     from the npm package, fetched into a temporary folder
 *   node scripts/asn.mjs FOLDER YYYY-MM-DD   from asn-ipv4-num.csv and asn-ipv6-num.csv, of that day, in a folder
 *
 * The publisher announced in 2026 that npm gets no further versions and that the last has errors; later ones are among
 * the releases of github.com/sapics/ip-location-db, for the second form.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { encodeTable } from '../dist/checks/dns/asn/table.js';

const PACKAGE = '@ip-location-db/asn';
const OUT = new URL('../assets/', import.meta.url);
const PER_48 = 1n << 80n;

/** Lines of `first,last,asn,"organisation"`, the addresses as decimal numbers. */
function rangesIn(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter(Boolean).map((line, at) => {
    const [first, last, asn] = line.split(',');
    if (![first, last, asn].every((text) => /^\d+$/u.test(text ?? ''))) throw new Error(`${file}:${at + 1}: ${line}`);
    return { first, last, asn: Number(asn) };
  });
}

function asNumbers({ first, last, asn }) {
  return { first: Number(first), last: Number(last), asn };
}

/** In /48s. One that is not all of one network's is left out: unknown is better than half wrong. */
function wholePrefixes({ first, last, asn }) {
  const [from, to] = [(BigInt(first) + PER_48 - 1n) / PER_48, (BigInt(last) + 1n) / PER_48 - 1n];
  return { first: Number(from), last: Number(to), asn };
}

function pack(folder, source, asOf) {
  const byAddress = (a, b) => a.first - b.first;
  const ipv4 = rangesIn(join(folder, 'asn-ipv4-num.csv')).map(asNumbers).sort(byAddress);
  const ipv6 = rangesIn(join(folder, 'asn-ipv6-num.csv')).map(wholePrefixes).sort(byAddress);
  const facts = {
    source,
    asOf,
    licence: 'CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)',
    attribution: 'RouteViews (routeviews.org), DB-IP (db-ip.com), NRO (nro.net); packed, disputed ranges left out',
  };
  const whole = ipv6.filter(({ first, last }) => first <= last);
  const bytes = encodeTable(facts, ipv4, whole);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const packed = brotliCompressSync(bytes, { params });
  mkdirSync(OUT, { recursive: true });
  writeFileSync(new URL('asn.bin.br', OUT), packed);
  process.stdout.write(`${source}: ${ipv4.length} IPv4 and ${whole.length} IPv6 ranges, ${packed.length} bytes\n`);
}

/** Versions end in the day and hour they were made: 2.3.2026061719. */
function dayOf(version) {
  const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)\d*$/u.exec(version) ?? [];
  if (!day) throw new Error(`${PACKAGE} ${version} does not say of which day it is: give the folder and the day.`);
  return `${year}-${month}-${day}`;
}

function fromNpm() {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-asn-'));
  try {
    execFileSync('npm', ['pack', PACKAGE, '--pack-destination', folder, '--silent'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [archive] = readdirSync(folder);
    execFileSync('tar', ['-xzf', join(folder, archive), '-C', folder]);
    const { version } = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
    pack(join(folder, 'package'), `${PACKAGE} ${version}`, dayOf(version));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [folder, asOf] = process.argv.slice(2);
if (folder === undefined) fromNpm();
else if (/^\d{4}-\d\d-\d\d$/u.test(asOf ?? '')) pack(folder, `sapics/ip-location-db asn ${asOf}`, asOf);
else {
  process.stderr.write('Give the day of the files too: node scripts/asn.mjs FOLDER YYYY-MM-DD\n');
  process.exitCode = 64;
}
