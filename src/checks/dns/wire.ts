/**
 * DNS messages as they stand on the wire, read strictly. Pure.
 *
 * Every byte is hostile. A message is taken whole or not at all: counts that the length cannot hold, a second
 * question, a pointer that does not go backwards, rdata longer or shorter than its type allows and trailing bytes
 * all refuse it. Labels keep their dots escaped, so two different names never look the same. Raw offsets stay, for
 * whoever verifies signatures. Encoding is dns-packet's part, see `query.ts`.
 *
 * RFC 1035, 3597, 6672, 6891, 8659, 8914, 9460.
 */
import { Cursor, HEADER_LENGTH, type Span, WireError } from './cursor.js';
import { TYPE } from './names.js';
import { type RecordData, readRecordData } from './rdata.js';

export interface Question {
  /** Presentation form without the final dot, in the case received; the root is `.`. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord extends Question {
  readonly ttl: number;
  readonly data: RecordData;
  /** Where the record and its rdata stand in the message. */
  readonly span: Span;
  readonly rdata: Span;
}

/** EDNS(0), RFC 6891. */
export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** Extended DNS errors, RFC 8914: why a resolver answered as it did. */
  readonly errors: readonly { readonly code: number; readonly text: string }[];
  /** Which server of a pool answered, RFC 5001. */
  readonly nsid: string | null;
  /** Client cookie and, after it, the server's: RFC 7873. */
  readonly cookie: Uint8Array | null;
  /** Of the option by which a server says for whose network the answer holds, RFC 7871; null where it has none. */
  readonly clientSubnet: Uint8Array | null;
}

/** Options of EDNS by number, IANA. */
export const OPTION = { NSID: 3, CLIENT_SUBNET: 8, COOKIE: 10, ERROR: 15 } as const;

export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticated: boolean;
  readonly checkingDisabled: boolean;
  /** With the upper bits of EDNS. */
  readonly rcode: number;
  readonly question: Question;
  /** Offset of the first byte after the question. */
  readonly questionEnd: number;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly edns: Edns | null;
}

export type Decoded =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly problem: string };

/** Root name, type, class, ttl, rdlength. */
const SHORTEST_RECORD = 11;

/** The message, or in a few words why it is none. Never throws. */
export function decode(bytes: Uint8Array): Decoded {
  try {
    return { ok: true, message: readMessage(bytes) };
  } catch (error) {
    if (error instanceof WireError) return { ok: false, problem: error.message };
    throw error;
  }
}

function readMessage(bytes: Uint8Array): Message {
  const cursor = new Cursor(bytes);
  if (bytes.length < HEADER_LENGTH) throw new WireError('shorter than a header');
  const id = cursor.uint16();
  const flags = cursor.uint16();
  const questions = cursor.uint16();
  const counts = [cursor.uint16(), cursor.uint16(), cursor.uint16()] as const;
  if (questions !== 1) throw new WireError(`${questions} questions instead of one`);
  const question = { name: cursor.name(), type: cursor.uint16(), class: cursor.uint16() };
  const questionEnd = cursor.offset;
  const total = counts[0] + counts[1] + counts[2];
  if (total * SHORTEST_RECORD > bytes.length - questionEnd) throw new WireError('more records counted than fit');
  const [answers, authority, extra] = [
    readRecords(cursor, counts[0]),
    readRecords(cursor, counts[1]),
    readRecords(cursor, counts[2]),
  ];
  if (cursor.offset !== bytes.length) throw new WireError('trailing bytes');
  if ([...answers, ...authority].some(isOpt)) throw new WireError('an OPT record outside the additional section');
  const options = extra.filter(isOpt);
  const [opt] = options;
  if (options.length > 1) throw new WireError('two OPT records');
  return {
    id,
    ...flagsOf(flags),
    rcode: (flags & 0xf) | (opt ? (opt.ttl >>> 24) << 4 : 0),
    question,
    questionEnd,
    answers,
    authority,
    additional: extra.filter((record) => !isOpt(record)),
    edns: opt ? readEdns(bytes, opt) : null,
  };
}

function flagsOf(flags: number) {
  return {
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticated: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
  };
}

function readRecords(cursor: Cursor, count: number): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (let index = 0; index < count; index++) records.push(readRecord(cursor));
  return records;
}

function readRecord(cursor: Cursor): ResourceRecord {
  const start = cursor.offset;
  const name = cursor.name();
  const type = cursor.uint16();
  const recordClass = cursor.uint16();
  const ttl = cursor.uint32();
  const rdata = cursor.span(cursor.uint16());
  const data = readRecordData(cursor.within(rdata), type, recordClass);
  // One by one: thousands of records are not to cost a copy each.
  return { name, type, class: recordClass, ttl, data, span: { start, end: rdata.end }, rdata };
}

function isOpt(record: ResourceRecord): boolean {
  return record.type === TYPE.OPT;
}

function readEdns(bytes: Uint8Array, opt: ResourceRecord): Edns {
  if (opt.name !== '.') throw new WireError('an OPT record with an owner name');
  const cursor = new Cursor(bytes).within(opt.rdata);
  const errors: { code: number; text: string }[] = [];
  let nsid: string | null = null;
  let cookie: Uint8Array | null = null;
  let clientSubnet: Uint8Array | null = null;
  while (!cursor.done) {
    const code = cursor.uint16();
    const value = cursor.bytes(cursor.uint16());
    if (code === OPTION.NSID) nsid = printable(value);
    if (code === OPTION.ERROR) errors.push(readError(value));
    if (code === OPTION.COOKIE) cookie = value;
    if (code === OPTION.CLIENT_SUBNET) clientSubnet = value;
  }
  return {
    udpSize: opt.class,
    version: (opt.ttl >>> 16) & 0xff,
    dnssecOk: (opt.ttl & 0x8000) !== 0,
    errors,
    nsid,
    cookie,
    clientSubnet,
  };
}

function readError(value: Uint8Array): { code: number; text: string } {
  const cursor = new Cursor(value);
  return { code: cursor.uint16(), text: new TextDecoder().decode(cursor.rest()).replace(/\0+$/u, '') };
}

/** ASCII as it is, anything else as hex: it is shown, never compared. */
function printable(value: Uint8Array): string {
  const text = String.fromCharCode(...value.subarray(0, 255));
  return /^[\x20-\x7e]*$/u.test(text) ? text : Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
