/** The IP-to-ASN table that comes with Siteward: read when the first address is looked up, as most commands need none. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { type AsnTable, asnIn, decodeTable } from '../checks/dns/asn/table.js';
import type { Log } from './log.js';

const FILE = new URL('../../assets/asn.bin.br', import.meta.url);
/** Ten times what the table takes today. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Looks addresses up. Without a readable table it says so once and knows none: prefixes are still compared. */
export function bundledAsns(log: Pick<Log, 'warn'>, file = FILE): (address: string) => number | null {
  let table: AsnTable | null | undefined;
  const read = (): AsnTable | null => {
    try {
      return decodeTable(brotliDecompressSync(readFileSync(file), { maxOutputLength: MOST_BYTES }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(
        { reason },
        'No network of an address is known: assets/asn.bin.br cannot be read. Install Siteward anew.',
      );
      return null;
    }
  };
  return (address) => {
    if (table === undefined) table = read();
    return table && asnIn(table, address);
  };
}
