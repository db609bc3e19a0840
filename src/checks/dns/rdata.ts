/** What a record says, by type, from hostile bytes. Types we do not read keep their raw span. Pure. */
import { type Cursor, WireError } from './cursor.js';
import { canonicalName, TYPE } from './names.js';

export type RecordData =
  | { readonly kind: 'address'; readonly address: string }
  /** CNAME, NS, DNAME, PTR. */
  | { readonly kind: 'name'; readonly target: string }
  | {
      readonly kind: 'soa';
      readonly mname: string;
      readonly rname: string;
      readonly serial: number;
      readonly minimum: number;
    }
  | { readonly kind: 'mx'; readonly preference: number; readonly exchange: string }
  | { readonly kind: 'txt'; readonly strings: readonly Uint8Array[] }
  | { readonly kind: 'caa'; readonly flags: number; readonly tag: string; readonly value: string }
  | ServiceBinding
  | { readonly kind: 'raw' };

/** SVCB and HTTPS, RFC 9460. */
export interface ServiceBinding {
  readonly kind: 'svcb';
  /** 0: an alias. */
  readonly priority: number;
  readonly target: string;
  readonly alpn: readonly string[];
  readonly port: number | null;
  /** ipv4hint and ipv6hint: a browser may dial these without asking for A or AAAA. */
  readonly hints: readonly string[];
}

/** Where a record sends whoever follows it, as it is written. */
export function addressesIn(data: RecordData): readonly string[] {
  if (data.kind === 'svcb') return data.hints;
  return data.kind === 'address' ? [data.address] : [];
}

const CLASS_IN = 1;
/** Of which servers answer questions about themselves, in text: RFC 4892. */
const CLASS_CHAOS = 3;

/** @param cursor over the rdata alone. Everything in it must be used up. */
export function readRecordData(cursor: Cursor, type: number, recordClass: number): RecordData {
  const isRead = recordClass === CLASS_IN || (recordClass === CLASS_CHAOS && type === TYPE.TXT);
  const data = isRead ? readKnown(cursor, type) : null;
  if (data === null) return { kind: 'raw' };
  if (!cursor.done) throw new WireError(`a record of type ${type} longer than its content`);
  return data;
}

function readKnown(cursor: Cursor, type: number): RecordData | null {
  switch (type) {
    case TYPE.A:
      return { kind: 'address', address: ipv4Text(cursor) };
    case TYPE.AAAA:
      return { kind: 'address', address: ipv6Text(cursor) };
    case TYPE.CNAME:
    case TYPE.NS:
    case TYPE.DNAME:
    case TYPE.PTR:
      return { kind: 'name', target: cursor.name() };
    case TYPE.SOA:
      return readSoa(cursor);
    case TYPE.MX:
      return { kind: 'mx', preference: cursor.uint16(), exchange: cursor.name() };
    case TYPE.TXT:
      return { kind: 'txt', strings: readStrings(cursor) };
    case TYPE.CAA:
      return readCaa(cursor);
    case TYPE.SVCB:
    case TYPE.HTTPS:
      return readServiceBinding(cursor);
    default:
      return null;
  }
}

/** An answer may hold thousands: nothing is allocated on the way. */
function ipv4Text(cursor: Cursor): string {
  const upper = cursor.uint16();
  const lower = cursor.uint16();
  return `${upper >> 8}.${upper & 0xff}.${lower >> 8}.${lower & 0xff}`;
}

/** RFC 5952: the longest run of two or more zero groups is left out, the first of several. */
function ipv6Text(cursor: Cursor): string {
  const groups: number[] = [];
  let [best, bestLength, run] = [-1, 1, 0];
  for (let at = 0; at < 8; at++) {
    const group = cursor.uint16();
    groups.push(group);
    run = group === 0 ? run + 1 : 0;
    if (run > bestLength) [best, bestLength] = [at - run + 1, run];
  }
  let text = '';
  for (let at = 0; at < 8; at++) {
    if (at === best) {
      text += '::';
      at += bestLength - 1;
      continue;
    }
    text += (text === '' || text.endsWith(':') ? '' : ':') + (groups[at] ?? 0).toString(16);
  }
  return text;
}

function readSoa(cursor: Cursor): RecordData {
  const mname = cursor.name();
  const rname = cursor.name();
  const serial = cursor.uint32();
  cursor.span(12);
  return { kind: 'soa', mname, rname, serial, minimum: cursor.uint32() };
}

function readStrings(cursor: Cursor): Uint8Array[] {
  const strings = [cursor.bytes(cursor.uint8())];
  while (!cursor.done) strings.push(cursor.bytes(cursor.uint8()));
  return strings;
}

function readCaa(cursor: Cursor): RecordData {
  const flags = cursor.uint8();
  const tag = latin1(cursor.bytes(cursor.uint8()));
  if (!/^[a-z0-9]+$/iu.test(tag)) throw new WireError('a CAA record with a tag that is none');
  return { kind: 'caa', flags, tag, value: latin1(cursor.rest()) };
}

function readServiceBinding(cursor: Cursor): ServiceBinding {
  const priority = cursor.uint16();
  const target = cursor.name();
  const binding = { alpn: [] as string[], port: null as number | null, hints: [] as string[] };
  let previous = -1;
  while (!cursor.done) {
    const key = cursor.uint16();
    if (key <= previous) throw new WireError('service parameters out of order');
    previous = key;
    readParameter(cursor.within(cursor.span(cursor.uint16())), key, binding);
  }
  return { kind: 'svcb', priority, target, ...binding };
}

function readParameter(
  cursor: Cursor,
  key: number,
  binding: { readonly alpn: string[]; port: number | null; readonly hints: string[] },
): void {
  switch (key) {
    case 1:
      while (!cursor.done) binding.alpn.push(latin1(cursor.bytes(cursor.uint8())));
      return;
    case 3:
      binding.port = cursor.uint16();
      if (!cursor.done) throw new WireError('a port parameter of the wrong length');
      return;
    case 4:
      while (!cursor.done) binding.hints.push(ipv4Text(cursor));
      return;
    case 6:
      while (!cursor.done) binding.hints.push(ipv6Text(cursor));
      return;
    default:
      return;
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/**
 * One record's content in a line, as zone files write it. Names are in lower case: compression makes them repeat the
 * random case of our own question.
 */
export function recordText(data: RecordData): string {
  switch (data.kind) {
    case 'address':
      return data.address;
    case 'name':
      return canonicalName(data.target);
    case 'soa':
      return `${canonicalName(data.mname)} ${canonicalName(data.rname)} ${data.serial}`;
    case 'mx':
      return `${data.preference} ${canonicalName(data.exchange)}`;
    case 'txt':
      return data.strings.map((string) => JSON.stringify(new TextDecoder().decode(string))).join(' ');
    case 'caa':
      return `${data.flags} ${data.tag} ${JSON.stringify(data.value)}`;
    case 'svcb':
      return bindingText(data);
    case 'raw':
      return '(raw)';
  }
}

function bindingText({ priority, target, alpn, port, hints }: ServiceBinding): string {
  return [
    `${priority} ${canonicalName(target)}`,
    ...(alpn.length > 0 ? [`alpn=${alpn.join(',')}`] : []),
    ...(port === null ? [] : [`port=${port}`]),
    ...(hints.length > 0 ? [`hints=${hints.join(',')}`] : []),
  ].join(' ');
}
