/** Records that real servers sent, from `fixtures/root-and-de.zone`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Rr, rr, S, wire } from './signer.js';

const LINES = readFileSync(join(import.meta.dirname, 'fixtures/root-and-de.zone'), 'utf8')
  .trim()
  .split('\n');
const TYPES: Readonly<Record<string, number>> = { ...S };

function parse(line: string): Rr {
  const [owner = '', ttl = '', type = '', ...fields] = line.split(' ');
  return rr(owner, TYPES[type] ?? 0, rdataOf(type, fields), Number(ttl));
}

function rdataOf(type: string, fields: readonly string[]): number[] {
  const numbers = fields.map(Number);
  const [one = 0, two = 0, three = 0] = numbers;
  if (type === 'DNSKEY') return [one >> 8, one & 255, two, three, ...Buffer.from(fields[3] ?? '', 'base64')];
  if (type === 'DS') return [one >> 8, one & 255, two, three, ...Buffer.from(fields[3] ?? '', 'hex')];
  const [covered = '', , , , expiration = '', inception = '', , signer = '', signature = ''] = fields;
  const head = Buffer.alloc(18);
  head.writeUInt16BE(TYPES[covered] ?? 0, 0);
  head.writeUInt8(two, 2);
  head.writeUInt8(three, 3);
  head.writeUInt32BE(numbers[3] ?? 0, 4);
  head.writeUInt32BE(secondsOf(expiration), 8);
  head.writeUInt32BE(secondsOf(inception), 12);
  head.writeUInt16BE(numbers[6] ?? 0, 16);
  return [...head, ...wire(signer), ...Buffer.from(signature, 'base64')];
}

function secondsOf(text: string): number {
  return Date.parse(text.replace(/^(....)(..)(..)(..)(..)(..)$/u, '$1-$2-$3T$4:$5:$6Z')) / 1000;
}

/** The records of a name and type, with the signature over them. */
export function realRecords(owner: string, type: 'DS' | 'DNSKEY'): Rr[] {
  return LINES.filter((line) =>
    new RegExp(`^${owner.replace('.', '\\.')} \\d+ (?:RRSIG )?${type} `, 'u').test(line),
  ).map(parse);
}
