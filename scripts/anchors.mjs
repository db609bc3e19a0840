#!/usr/bin/env node
/**
 * Replaces src/checks/dns/root-keys.ts, the keys of the DNS root that come with Siteward, by IANA's list. Run after a build.
 *
 *   node scripts/anchors.mjs         from IANA (https://data.iana.org/root-anchors/root-anchors.xml)
 *   node scripts/anchors.mjs FILE    from a file fetched elsewhere
 *
 * A list that has none of the keys known now is refused: the root rolls its key with the old one beside the new for years,
 * so that somebody has to look (the list is signed: root-anchors.p7s beside it).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT_ANCHORS, rootKeysFile } from '../dist/checks/dns/root-anchors.js';

const [file] = process.argv.slice(2);

async function fetched() {
  const response = await fetch(ROOT_ANCHORS.source, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${ROOT_ANCHORS.source} answered ${response.status}`);
  return await response.text();
}

const written = rootKeysFile(file ? readFileSync(file, 'utf8') : await fetched(), Date.now());
if (!written.ok) {
  process.stderr.write(`${written.problem}\n`);
  process.exit(1);
}
writeFileSync(new URL('../src/checks/dns/root-keys.ts', import.meta.url), written.text);
process.stdout.write(`${written.lines.join('\n')}\n`);
