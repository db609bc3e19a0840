/** The HTTP exchange as a web archive (WARC 1.1, ISO 28500), which archives, courts and replay tools read without us. */
import type { Exchange } from '../core/model.js';

/** Of the message, not of the text: what is kept is the body after decoding, so these would be untrue of it. */
const OF_THE_TRANSFER = new Set(['content-encoding', 'transfer-encoding', 'content-length']);

/** @param at epoch milliseconds of the look */
export async function warcOf(exchanges: readonly Exchange[], at: number): Promise<Uint8Array> {
  const { WARCRecord, WARCSerializer } = await import('warcio');
  const date = new Date(at).toISOString();
  const records = [
    WARCRecord.createWARCInfo(
      { filename: 'exchange.warc.gz', warcVersion: 'WARC/1.1', date },
      { software: 'siteward', format: 'WARC File Format 1.1' },
    ),
    ...exchanges.map(({ url, status, headers, address, body }) =>
      WARCRecord.create(
        {
          url,
          date,
          type: 'response',
          warcVersion: 'WARC/1.1',
          warcHeaders: { 'WARC-IP-Address': address },
          statusline: `HTTP/1.1 ${status}`,
          httpHeaders: headers.map(([name, value]): [string, string] => [
            OF_THE_TRANSFER.has(name.toLowerCase()) ? `x-original-${name}` : name,
            value,
          ]),
          keepHeadersCase: true,
        },
        body === null ? [] : [body.bytes],
      ),
    ),
  ];
  const members: Uint8Array[] = [];
  for (const record of records) members.push(await WARCSerializer.serialize(record, { gzip: true }));
  return Buffer.concat(members);
}
