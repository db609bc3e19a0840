/**
 * Which autonomous system an address is in: by the operator's own MMDB file, or by the table that comes with Siteward. Read
 * when the first address is looked up, as most commands need none.
 */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { type AsnResponse, Reader } from 'mmdb-lib';
import { type AsnTable, asnIn, decodeTable } from '../checks/dns/asn/table.js';
import { oneLine } from '../core/plain-text.js';
import type { Log } from './log.js';
import { ASN_CREDIT } from './report/words.js';

const FILE = new URL('../../assets/asn.bin.br', import.meta.url);
/** Ten times what the table takes today. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Whom the answers are owed to is asked when they are shown: by then it is known which file could be read. */
export type AsnOf = ((address: string) => number | null) & { readonly credit: () => string };

/** @param database path of an MMDB file; null, or one that cannot be read: the bundled table. */
export function asnsFrom(database: string | null, log: Pick<Log, 'warn'>): AsnOf {
  const bundled = bundledAsns(log);
  let known: AsnOf | undefined;
  const read = (): AsnOf => {
    known ??= (database === null ? null : ownAsns(database, log)) ?? bundled;
    return known;
  };
  return Object.assign((address: string) => read()(address), { credit: () => read().credit() });
}

function ownAsns(file: string, log: Pick<Log, 'warn'>): AsnOf | null {
  try {
    const reader = new Reader<AsnResponse>(readFileSync(file));
    const asnOf = (address: string): number | null => {
      try {
        return asnOfRecord(reader.get(address));
      } catch (error) {
        // An IPv6 address in a file of IPv4 only, or a damaged record: unknown, which equals nothing.
        log.warn({ address, reason: String(error) }, 'The database of dns.asn_database cannot say this address.');
        return null;
      }
    };
    return Object.assign(asnOf, { credit: () => creditOf(reader.metadata.databaseType) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(
      { file, reason },
      'dns.asn_database cannot be read: the bundled table is used. Give an MMDB file with AS numbers.',
    );
    return null;
  }
}

/** The licences of these files ask for it wherever what they say is shown. */
const CREDITS: readonly (readonly [RegExp, string])[] = [
  [/^GeoLite2/u, 'This product includes GeoLite2 Data created by MaxMind, available from https://www.maxmind.com'],
  [/^DBIP/u, 'IP to ASN: IP Geolocation by DB-IP (https://db-ip.com)'],
  [/^ipinfo/iu, 'IP address data powered by IPinfo (https://ipinfo.io)'],
];

function creditOf(type: string): string {
  return CREDITS.find(([pattern]) => pattern.test(type))?.[1] ?? `IP to ASN: ${oneLine(type, 80)} (dns.asn_database)`;
}

/**
 * GeoLite2 and DB-IP write `autonomous_system_number: 15169`, IPinfo `asn: AS15169`. Null where there is none, or 0:
 * unknown networks are not one network.
 */
function asnOfRecord(record: object | null): number | null {
  const fields: Readonly<Record<string, unknown>> = { ...record };
  const given = fields['autonomous_system_number'] ?? fields['asn'];
  const number = typeof given === 'string' ? Number(given.replace(/^AS/iu, '')) : given;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : null;
}

/** Looks addresses up. Without a readable table it says so once and knows none: prefixes are still compared. */
export function bundledAsns(log: Pick<Log, 'warn'>, file = FILE): AsnOf {
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
  const asnOf = (address: string): number | null => {
    if (table === undefined) table = read();
    return table && asnIn(table, address);
  };
  return Object.assign(asnOf, { credit: () => ASN_CREDIT });
}
