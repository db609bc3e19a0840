import dnsPacket, { type Packet } from 'dns-packet';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { echoes, hasForeignCookie, makeQuery } from '../../../src/checks/dns/query.js';
import { recordText } from '../../../src/checks/dns/rdata.js';
import { decode, type Message } from '../../../src/checks/dns/wire.js';

const zeros = (length: number): Uint8Array => new Uint8Array(length);

function response(parts: Partial<Packet>): Uint8Array {
  return dnsPacket.encode({
    type: 'response',
    id: 7,
    questions: [{ name: 'www.example.org', type: 'A', class: 'IN' }],
    ...parts,
  });
}

function accepted(bytes: Uint8Array): Message {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.problem);
  return decoded.message;
}

function problemOf(bytes: Uint8Array): string | null {
  const decoded = decode(bytes);
  return decoded.ok ? null : decoded.problem;
}

/** Header with the four counts, a question for the root, then whatever follows. */
function packet(counts: readonly [number, number, number, number], ...rest: readonly number[]): Uint8Array {
  const header = [0, 7, 0x81, 0x80, ...counts.flatMap((count) => [count >> 8, count & 0xff])];
  return Uint8Array.from([...header, 0, 0, 1, 0, 1, ...rest]);
}

/** A record of the root name with this type and rdata. */
function record(type: number, rdata: readonly number[], length = rdata.length): number[] {
  return [0, type >> 8, type & 0xff, 0, 1, 0, 0, 0, 60, length >> 8, length & 0xff, ...rdata];
}

describe('a well-formed message', () => {
  test('gives every record of the types we read', () => {
    const message = accepted(
      response({
        answers: [
          { type: 'CNAME', name: 'www.example.org', data: 'cdn.example.net' },
          { type: 'A', name: 'cdn.example.net', data: '192.0.2.7' },
          { type: 'AAAA', name: 'cdn.example.net', data: '2001:db8::7' },
          { type: 'MX', name: 'example.org', data: { preference: 10, exchange: 'mail.example.org' } },
          { type: 'TXT', name: 'example.org', data: ['v=spf1', '-all'] },
          { type: 'CAA', name: 'example.org', data: { flags: 0, tag: 'issue', value: 'letsencrypt.org' } },
          { type: 'DNAME', name: 'old.example.org', data: 'new.example.org' },
        ],
        authorities: [
          { type: 'NS', name: 'example.org', data: 'ns1.example.org' },
          {
            type: 'SOA',
            name: 'example.org',
            data: { mname: 'ns1.example.org', rname: 'host.example.org', serial: 3, minimum: 30 },
          },
        ],
      }),
    );
    expect(message.answers.map(({ data }) => recordText(data))).toEqual([
      'cdn.example.net',
      '192.0.2.7',
      '2001:db8::7',
      '10 mail.example.org',
      '"v=spf1" "-all"',
      '0 issue "letsencrypt.org"',
      'new.example.org',
    ]);
    expect(message.authority.map(({ data }) => recordText(data))).toEqual([
      'ns1.example.org',
      'ns1.example.org host.example.org 3',
    ]);
  });

  test('keeps where each record and its rdata stand', () => {
    const bytes = response({ answers: [{ type: 'A', name: 'www.example.org', data: '192.0.2.7' }] });
    const [a] = accepted(bytes).answers;
    expect([...bytes.subarray(a?.rdata.start, a?.rdata.end)]).toEqual([192, 0, 2, 7]);
    expect(a?.span.end).toBe(bytes.length);
  });

  test('gives the service binding of an HTTPS record', () => {
    const rdata = [0, 1, 0, 0, 1, 0, 3, 2, 0x68, 0x32, 0, 3, 0, 2, 0x20, 0xfb, 0, 4, 0, 4, 192, 0, 2, 7];
    const [https] = accepted(packet([1, 1, 0, 0], ...record(65, rdata))).answers;
    expect(https && recordText(https.data)).toBe('1 . alpn=h2 port=8443 hints=192.0.2.7');
  });

  test('merges the upper bits of EDNS into the response code and reads extended errors and the server id', () => {
    const options = [0, 15, 0, 5, 0, 6, 0x62, 0x61, 0x64, 0, 3, 0, 2, 0x6e, 0x31];
    const opt = [0, 0, 41, 4, 208, 1, 0, 0x80, 0, 0, options.length, ...options];
    const message = accepted(packet([1, 0, 0, 1], ...opt));
    expect(message.rcode).toBe(16);
    expect(message.edns).toEqual({
      udpSize: 1232,
      version: 0,
      dnssecOk: true,
      errors: [{ code: 6, text: 'bad' }],
      nsid: 'n1',
      cookie: null,
      clientSubnet: null,
    });
  });

  test('never lets a dot inside a label look like a border between labels', () => {
    const name = [3, 0x61, 0x2e, 0x62, 4, 0x74, 0x65, 0x73, 0x74, 0];
    const bytes = Uint8Array.from([0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 1, 0, 1]);
    expect(accepted(bytes).question.name).toBe('a\\.b.test');
  });
});

describe('a hostile message', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['four counts of 65535 in 17 bytes', packet([65535, 65535, 65535, 65535]), /questions/],
    ['more records than the length can hold', packet([1, 65535, 65535, 65535]), /more records/],
    ['no question', packet([0, 0, 0, 0]), /0 questions/],
    ['two questions', packet([2, 0, 0, 0], 0, 0, 1, 0, 1), /2 questions/],
    ['less than a header', zeros(11), /header/],
    ['an A record of 3 bytes', packet([1, 1, 0, 0], ...record(1, [1, 2, 3])), /cut short/],
    ['an A record of 5 bytes', packet([1, 1, 0, 0], ...record(1, [1, 2, 3, 4, 5])), /longer than its content/],
    ['an AAAA record of 4 bytes', packet([1, 1, 0, 0], ...record(28, [1, 2, 3, 4])), /cut short/],
    ['rdata beyond the end', packet([1, 1, 0, 0], ...record(16, [1, 65], 9)), /cut short/],
    ['a byte too many at the end', packet([1, 0, 0, 0], 0), /trailing/],
    ['a CNAME that does not fill its rdata', packet([1, 1, 0, 0], ...record(5, [0, 0])), /longer than its content/],
    ['a pointer to itself', packet([1, 1, 0, 0], 0xc0, 17, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0), /backwards/],
    ['a pointer forwards', packet([1, 1, 0, 0], 0xc0, 40, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0), /backwards/],
    ['a pointer into the header', packet([1, 1, 0, 0], 0xc0, 2, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0), /backwards/],
    ['a label of an unknown kind', packet([1, 1, 0, 0], 0x80, 2, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0), /unknown kind/],
    [
      'service parameters out of order',
      packet([1, 1, 0, 0], ...record(65, [0, 1, 0, 0, 3, 0, 2, 1, 1, 0, 1, 0, 0])),
      /order/,
    ],
    ['two OPT records', packet([1, 0, 0, 2], ...record(41, []), ...record(41, [])), /two OPT/],
    ['an OPT record among the answers', packet([1, 1, 0, 0], ...record(41, [])), /OPT/],
    ['an EDNS option that says it is longer', packet([1, 0, 0, 1], ...record(41, [0, 3, 0, 9, 1])), /cut short/],
  ])('is refused: %s', (_what, bytes, problem) => {
    expect(problemOf(bytes)).toMatch(problem);
  });

  test('with a chain of pointers longer than any server makes is refused', () => {
    const chain = [0];
    for (let hop = 0; hop < 20; hop++) chain.push(0xc0, hop === 0 ? 29 : 28 + hop * 2);
    const names = record(16, [chain.length, ...chain]);
    const last = 29 + chain.length - 2;
    const bytes = packet([1, 2, 0, 0], ...names, 0xc0, last, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4);
    expect(problemOf(bytes)).toMatch(/pointer/);
  });

  test('with a name longer than 255 bytes is refused', () => {
    const labels = Array.from({ length: 5 }, () => [63, ...new Array<number>(63).fill(0x61)]).flat();
    const bytes = Uint8Array.from([0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1]);
    expect(problemOf(bytes)).toMatch(/255/);
  });
});

describe('against random and damaged bytes', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
  const answer = fc.oneof(
    fc.record({ type: fc.constant('A' as const), name, ttl: fc.nat(), data: fc.ipV4() }),
    fc.record({
      type: fc.constantFrom('CNAME' as const, 'NS' as const, 'DNAME' as const),
      name,
      ttl: fc.nat(),
      data: name,
    }),
    fc.record({
      type: fc.constant('MX' as const),
      name,
      ttl: fc.nat(),
      data: fc.record({ preference: fc.nat(65535), exchange: name }),
    }),
  );
  const message = fc.array(answer, { maxLength: 20 }).map((answers) => response({ answers }));

  test('what dns-packet encodes, the decoder reads as dns-packet does', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        const ours = accepted(bytes);
        const theirs = dnsPacket.decode(Buffer.from(bytes));
        expect(ours.answers.map(({ name: owner, data }) => [owner, recordText(data)])).toEqual(
          (theirs.answers ?? []).map((entry) => [entry.name, 'data' in entry ? textOf(entry.data) : '']),
        );
      }),
    );
  });

  test('a damaged message is read whole or refused, and nothing is accepted that dns-packet refuses', () => {
    const damaged = fc
      .tuple(message, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
      .map(([bytes, changes, cut]) => {
        const copy = Uint8Array.from(bytes);
        for (const [at, byte] of changes) copy[at % copy.length] = byte;
        return cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy;
      });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const decoded = decode(bytes);
        if (!decoded.ok || decoded.message.additional.length > 0 || decoded.message.edns) return;
        if (![...decoded.message.answers].every((one) => one.class === 1)) return;
        // dns-packet reads more types than we do and is pickier there; only what both read is compared.
        const known = new Set([1, 2, 5, 15, 28, 39]);
        if (!decoded.message.answers.every((one) => known.has(one.type))) return;
        expect(() => dnsPacket.decode(Buffer.from(bytes))).not.toThrow();
        expect(decoded.message.answers.every((one) => one.rdata.end <= bytes.length)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(typeof decode(bytes).ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});

function textOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return String(data);
  return 'exchange' in data && 'preference' in data ? `${data.preference} ${data.exchange}` : '';
}

describe('a query', () => {
  test('has random id and letter case, EDNS with 1232 bytes, and no more', () => {
    const query = makeQuery('www.example.org', 'A', (length) => zeros(length).fill(0xff));
    const read = accepted(query.message);
    expect(read.id).toBe(0xffff);
    expect(read.question).toEqual({ name: 'WWW.EXAMPLE.ORG', type: 1, class: 1 });
    expect(read.edns).toMatchObject({ udpSize: 1232, dnssecOk: false });
  });

  test('for a type dns-packet does not know asks for that type', () => {
    expect(accepted(makeQuery('example.org', 'HTTPS', zeros).message).question.type).toBe(65);
  });

  test('asks for signatures only where they are wanted, for the server id and for its own cookie back', () => {
    const random = (length: number): Uint8Array => zeros(length).fill(7);
    const query = makeQuery('example.org', 'A', random, 'dnssec');
    const { edns } = accepted(query.message);
    expect(edns).toMatchObject({ dnssecOk: true, nsid: '', cookie: Buffer.from(random(8)) });
    const answered = (cookie: readonly number[] | null) =>
      hasForeignCookie(query, edns && { ...edns, cookie: cookie && Uint8Array.from(cookie) });
    expect([answered([...(query.cookie ?? []), 1, 2]), answered(null), hasForeignCookie(query, null)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([answered([7, 7, 7, 7, 7, 7, 7, 8]), answered([7, 7])]).toEqual([true, true]);
  });

  test('that is plain has neither EDNS nor mixed case', () => {
    const read = accepted(makeQuery('www.Example.org', 'A', (length) => zeros(length).fill(0xff), 'plain').message);
    expect(read.question.name).toBe('www.example.org');
    expect(read.edns).toBeNull();
  });

  test('is answered only by the same id, question and letter case', () => {
    const { message } = makeQuery('www.example.org', 'A', (length) => zeros(length).fill(5));
    const reply = Uint8Array.from(message);
    reply[2] = 0x81;
    expect(echoes(message, reply)).toBe(true);
    expect(echoes(message, message), 'a query is no reply').toBe(false);
    for (const at of [0, 1, 13, 20, 5, 32]) {
      const other = Uint8Array.from(reply);
      other[at] = (other[at] ?? 0) ^ 0x20;
      expect(echoes(message, other), `byte ${at}`).toBe(false);
    }
    expect(echoes(message, reply.subarray(0, 20))).toBe(false);
  });
});

describe('addresses', () => {
  test('are written as ipaddr.js writes them', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = groups.flatMap((one) => [one >> 8, one & 0xff]);
        const v6 = bytes
          .map((byte) => byte.toString(16).padStart(2, '0'))
          .join('')
          .replace(/(.{4})(?!$)/gu, '$1:');
        const v4 = bytes.slice(0, 4).join('.');
        const answers = [
          { type: 'AAAA' as const, name: 'a.test', ttl: 1, data: v6 },
          { type: 'A' as const, name: 'a.test', ttl: 1, data: v4 },
        ];
        const texts = accepted(response({ answers })).answers.map(({ data }) => recordText(data));
        expect(texts).toEqual([ipaddr.fromByteArray(bytes).toString(), v4]);
      }),
    );
  });
});
