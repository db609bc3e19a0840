/** The costliest messages that 64 kB hold, each as large as TCP allows and made to hurt one part of a decoder. */

const LARGEST = 65_535;
const QUESTION = [...label('www'), ...label('many'), ...label('test'), 0, 0, 1, 0, 1];
/** Where the first record stands. */
const START = 12 + QUESTION.length;

/** By what it is about. */
export function extremes(): Readonly<Record<string, Uint8Array>> {
  const longest = [...Array.from({ length: 126 }, () => [1, 0x61]).flat(), 0];
  const steps = Array.from({ length: 5_000 }, (_, at) => pointer(at === 0 ? 12 : START + 9 + at * 2)).flat();
  return {
    '4,096 A records of the root': many([0], 1, [192, 0, 2, 1]),
    'A records of the question': many(pointer(12), 1, [192, 0, 2, 1]),
    'AAAA records without zeros to leave out': many(
      [0],
      28,
      [0x20, 1, 0x0d, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ),
    'records that point to the longest name': message(
      repeated(record(longest, 1, [192, 0, 2, 1]), pointer(START), 1, [192, 0, 2, 1]),
    ),
    'aliases to one long name': message(repeated(record(longest, 5, [0]), pointer(START), 5, pointer(START))),
    'a chain of pointers': message([
      ...record([0], 99, steps),
      ...record(pointer(START + 11 + 2 * 4_999), 1, [192, 0, 2, 1]),
    ]),
    'one TXT record of empty strings': message(record([0], 16, new Array<number>(65_000).fill(0))),
    'service bindings with thousands of hints': message(
      record([0], 65, [0, 1, 0, 0, 4, 0xfd, 0xe8, ...new Array<number>(65_000).fill(7)]),
    ),
    'service bindings with thousands of IPv6 hints': message(
      record([0], 65, [0, 1, 0, 0, 6, 0xfd, 0xe0, ...new Array<number>(64_992).fill(7)]),
    ),
    'an OPT record of thousands of options': optMessage(),
  };
}

/** A bitmap with every type there is: NSEC rdata. */
export function everyType(): Uint8Array {
  const windows = Array.from({ length: 256 }, (_, window) => [window, 32, ...new Array<number>(32).fill(0xff)]);
  return Uint8Array.from([0, ...windows.flat()]);
}

function label(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

function pointer(target: number): number[] {
  return [0xc0 | (target >> 8), target & 0xff];
}

function record(owner: readonly number[], type: number, rdata: readonly number[]): number[] {
  return [...owner, type >> 8, type & 0xff, 0, 1, 0, 0, 0, 60, rdata.length >> 8, rdata.length & 0xff, ...rdata];
}

function many(owner: readonly number[], type: number, rdata: readonly number[]): Uint8Array {
  return message(repeated([], owner, type, rdata));
}

/** After the first bytes the record as often as it fits. */
function repeated(
  first: readonly number[],
  owner: readonly number[],
  type: number,
  rdata: readonly number[],
): number[] {
  const one = record(owner, type, rdata);
  const times = Math.floor((LARGEST - 12 - QUESTION.length - first.length) / one.length);
  return [...first, ...Array.from({ length: times }, () => one).flat()];
}

/** Counts the records that really stand there, so that a decoder has to read them all. */
function message(records: readonly number[]): Uint8Array {
  const count = recordsIn(records);
  const head = [0, 7, 0x81, 0x80, 0, 1, count >> 8, count & 0xff, 0, 0, 0, 0];
  return Uint8Array.from([...head, ...QUESTION, ...records]);
}

function recordsIn(records: readonly number[]): number {
  let count = 0;
  for (let at = 0; at < records.length; count++) {
    while ((records[at] ?? 0) > 0 && (records[at] ?? 0) < 0xc0) at += (records[at] ?? 0) + 1;
    at += (records[at] ?? 0) >= 0xc0 ? 2 : 1;
    at += 10 + (records[at + 8] ?? 0) * 256 + (records[at + 9] ?? 0);
  }
  return count;
}

function optMessage(): Uint8Array {
  const options = Array.from({ length: 10_000 }, () => [0, 15, 0, 2, 0, 3]).flat();
  const bytes = message(record([0], 41, options));
  // One additional record instead of one answer.
  [bytes[7], bytes[11]] = [0, 1];
  return bytes;
}
