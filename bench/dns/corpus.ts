/** Real packets, as unbound, nsd, dnsmasq and an injector sent them, and the places in them that a forger would touch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../src/checks/dns/wire.js';

export interface Captured {
  /** Who sent it in answer to what. */
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Offsets of counts, lengths, types and pointers. */
  readonly joints: readonly number[];
}

/** Run from the repository's root, as npm does. */
const FILE = join(process.cwd(), 'test/fixtures/dns/packets.txt');

export function capturedPackets(): readonly Captured[] {
  return readFileSync(FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [server, name, type, base64 = ''] = line.split(' ');
      const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
      return { label: `${server} ${name} ${type}`, bytes, joints: jointsOf(bytes) };
    });
}

/** The rdata of every record of the type, as packets of their own. */
export function capturedRdata(packets: readonly Captured[], type: number): readonly Captured[] {
  return packets.flatMap(({ label, bytes }) => {
    const decoded = decode(bytes);
    const records = decoded.ok ? [...decoded.message.answers, ...decoded.message.authority] : [];
    return records
      .filter((record) => record.type === type)
      .map(({ rdata }) => bytes.slice(rdata.start, rdata.end))
      .map((rdata) => ({ label, bytes: rdata, joints: [...rdata.keys()] }));
  });
}

function jointsOf(bytes: Uint8Array): number[] {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(`a captured packet does not decode: ${decoded.problem}`);
  const { questionEnd, answers, authority, additional } = decoded.message;
  const records = [...answers, ...authority, ...additional].flatMap(({ span, rdata }) => [
    ...[span.start, span.start + 1],
    // Type, class, TTL and length stand in the ten bytes before the rdata, names and nested lengths at its beginning.
    ...Array.from({ length: 10 }, (_, at) => rdata.start - 10 + at),
    ...Array.from({ length: Math.min(4, rdata.end - rdata.start) }, (_, at) => rdata.start + at),
  ]);
  const head = Array.from({ length: questionEnd }, (_, at) => at);
  return [...head, ...records].filter((offset) => offset < bytes.length);
}
