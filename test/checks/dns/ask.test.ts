import dnsPacket, { type Packet, type Answer as Record_ } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { type DnsExchangeRequest, type Network, ProbeFailure, type Resolver } from '../../../src/checks/check.js';
import { ask, holdWindowMs } from '../../../src/checks/dns/ask.js';
import { referenceLookup } from '../../../src/checks/dns/lookup.js';

const WITNESS: Resolver = {
  ...{ name: 'isp', role: 'witness', transport: 'udp', address: '127.0.0.1', port: 53 },
  ...{ serverName: null, path: null, network: null },
};

const question = { asked: 'name', name: 'www.example.org', type: 'A', hold: false } as const;
const a = (data: string): Record_ => ({ type: 'A', name: 'www.example.org', data });

/** Answers each request with these packets; what it is asked is remembered. */
function server(respond: (request: DnsExchangeRequest, query: Packet) => readonly Uint8Array[] | 'nothing') {
  const requests: DnsExchangeRequest[] = [];
  const exchange: Network['exchange'] = async (request) => {
    requests.push(request);
    const came = respond(request, dnsPacket.decode(Buffer.from(request.message)));
    const datagrams = came === 'nothing' ? [] : came;
    const matching = datagrams.filter((datagram) => request.matches(datagram));
    return {
      replies: matching.map((message, at) => ({ message, rttMs: 5 + at })),
      ignored: datagrams.length - matching.length,
      server: '127.0.0.1:53',
      failure: matching.length > 0 ? null : { blame: 'resolver', code: 'timeout', detail: 'No answer in time.' },
    };
  };
  return { exchange, requests };
}

function replyTo(query: Packet, answers: Record_[], flags = 0, rcode = 0): Uint8Array {
  const { id = 0, questions = [] } = query;
  return dnsPacket.encode({ type: 'response', id, flags: flags | rcode, questions, answers });
}

let seed = 1;
function randomByte(): number {
  seed = (seed * 48271) % 2147483647;
  return seed & 0xff;
}
const random = (length: number): Uint8Array => Uint8Array.from({ length }, randomByte);
const { signal } = new AbortController();

describe('a question to a resolver', () => {
  test('keeps every answer that came to it, with the packets', async () => {
    const { exchange, requests } = server((_request, query) => [
      replyTo(query, [a('203.0.113.7')]),
      replyTo(query, [a('192.0.2.1')]),
    ]);
    const answer = await ask(WITNESS, { ...question, hold: true }, { exchange, random, signal });
    expect(answer.replies.map((reply) => reply.addresses)).toEqual([['203.0.113.7'], ['192.0.2.1']]);
    expect(answer.replies.every((reply) => (reply.raw?.bytes.length ?? 0) > 12)).toBe(true);
    expect(requests[0]?.holdMs?.(10)).toBe(1_000);
    expect(holdWindowMs(800)).toBe(2_400);
  });

  test('ignores answers with another id or letter case', async () => {
    const { exchange } = server((_request, query) => {
      const forged = replyTo({ ...query, id: (query.id ?? 0) ^ 1 }, [a('203.0.113.7')]);
      const lower = replyTo({ ...query, questions: [{ type: 'A', name: 'www.example.or' }] }, [a('203.0.113.7')]);
      return [forged, lower, replyTo(query, [a('192.0.2.1')])];
    });
    const answer = await ask(WITNESS, question, { exchange, random, signal });
    expect(answer.replies.map((reply) => reply.addresses)).toEqual([['192.0.2.1']]);
    expect(answer.ignored).toBe(2);
  });

  test('ignores answers made for another client, and reads which machine answered', async () => {
    const { exchange } = server((_request, query) => {
      const opt = (cookie: Buffer): Record_ =>
        ({
          ...{ type: 'OPT', name: '.', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0 },
          options: [
            { code: 10, data: cookie },
            { code: 3, data: Buffer.from('pop-7') },
          ],
        }) as unknown as Record_;
      const [sent] = query.additionals ?? [];
      const options = sent && 'options' in sent ? (sent.options as unknown as { code: number; data: Buffer }[]) : [];
      const own = options.find(({ code }) => code === 10)?.data ?? Buffer.alloc(8);
      const with_ = (address: string, cookie: Buffer): Uint8Array =>
        dnsPacket.encode({
          ...{ type: 'response', id: query.id ?? 0, questions: query.questions ?? [], answers: [a(address)] },
          additionals: [opt(cookie)],
        });
      return [with_('203.0.113.7', Buffer.alloc(16, 9)), with_('192.0.2.1', Buffer.concat([own, Buffer.alloc(8, 3)]))];
    });
    const answer = await ask(WITNESS, question, { exchange, random, signal });
    expect(answer.replies).toMatchObject([{ addresses: ['192.0.2.1'], server: 'pop-7' }]);
    expect(answer).toMatchObject({ ignored: 1, signaturesAsked: false });
  });

  test('asks for signatures until the path turns out not to take EDNS', async () => {
    const { exchange } = server((_request, query) => [
      replyTo(query, [a('192.0.2.1')], 0, (query.additionals ?? []).length > 0 ? 1 : 0),
    ]);
    const signed = { ...question, signed: true };
    expect(await ask(WITNESS, signed, { exchange, random, signal })).toMatchObject({ signaturesAsked: false });
    const whole = server((_request, query) => [replyTo(query, [a('192.0.2.1')])]);
    expect(await ask(WITNESS, signed, { ...whole, random, signal })).toMatchObject({ signaturesAsked: true });
  });

  test('is asked a second time without EDNS and mixed case when nothing comes', async () => {
    const { exchange, requests } = server((_request, query) =>
      (query.additionals ?? []).length > 0 ? 'nothing' : [replyTo(query, [a('192.0.2.1')])],
    );
    const answer = await ask(WITNESS, question, { exchange, random, signal });
    expect(answer.replies).toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  test('is asked a second time with EDNS where it travels inside TLS: no path can mangle it there', async () => {
    let times = 0;
    const { exchange } = server((_request, query) => (times++ === 0 ? 'nothing' : [replyTo(query, [a('192.0.2.1')])]));
    const signed = { ...question, signed: true };
    const sealed: Resolver = { ...WITNESS, transport: 'tls', serverName: 'resolver.test' };
    expect(await ask(sealed, signed, { exchange, random, signal })).toMatchObject({
      replies: [{ addresses: ['192.0.2.1'] }],
      signaturesAsked: true,
    });
  });

  test('is not asked a second time where somebody else answered inside TLS: that must not go unseen', async () => {
    const failure = { blame: 'resolver', code: 'certificate-invalid', detail: 'self-signed' } as const;
    let times = 0;
    const exchange: Network['exchange'] = async () => {
      times += 1;
      return { replies: [], ignored: 0, server: null, failure };
    };
    const sealed: Resolver = { ...WITNESS, transport: 'tls', serverName: 'resolver.test' };
    expect(await ask(sealed, question, { exchange, random, signal })).toMatchObject({ replies: [], failure });
    expect(times).toBe(1);
  });

  test('is asked again at once where the path changes the case of letters', async () => {
    const { exchange, requests } = server((_request, query) => {
      const [first] = query.questions ?? [];
      const lower = first ? [{ ...first, name: first.name.toLowerCase() }] : [];
      return [replyTo({ ...query, questions: lower }, [a('192.0.2.1')])];
    });
    const answer = await ask(WITNESS, question, { exchange, random, signal });
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(answer.replies[0]?.addresses).toEqual(['192.0.2.1']);
  });

  test('is asked a second time when the resolver does not understand EDNS', async () => {
    const { exchange } = server((_request, query) =>
      (query.additionals ?? []).length > 0 ? [replyTo(query, [], 0, 1)] : [replyTo(query, [a('192.0.2.1')])],
    );
    expect((await ask(WITNESS, question, { exchange, random, signal })).replies[0]?.addresses).toEqual(['192.0.2.1']);
  });

  test('is asked over TCP when the answer was cut to fit a datagram', async () => {
    const { exchange, requests } = server(({ resolver }, query) =>
      resolver.transport === 'tcp'
        ? [replyTo(query, [a('192.0.2.1'), a('192.0.2.2')])]
        : [replyTo(query, [], dnsPacket.TRUNCATED_RESPONSE)],
    );
    const answer = await ask(WITNESS, question, { exchange, random, signal });
    expect(answer.replies[0]?.addresses).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(requests.map(({ resolver }) => resolver.transport)).toEqual(['udp', 'tcp']);
    expect(answer.resolver.transport).toBe('udp');
  });

  test('cut short is asked again without signatures, and is no denial where that does not help', async () => {
    const signed = { ...question, signed: true };
    const cut = (query: Packet, answers: Record_[] = []) => [replyTo(query, answers, dnsPacket.TRUNCATED_RESPONSE)];
    const fits = server(({ resolver }, query) => {
      if (resolver.transport === 'tcp') return 'nothing';
      return (query.additionals ?? []).length > 0 ? cut(query) : [replyTo(query, [a('192.0.2.1')])];
    });
    expect(await ask(WITNESS, signed, { ...fits, random, signal })).toMatchObject({
      replies: [{ addresses: ['192.0.2.1'] }],
      signaturesAsked: false,
      failure: null,
    });
    const never = server(({ resolver }, query) => (resolver.transport === 'tcp' ? 'nothing' : cut(query)));
    const answer = await ask(WITNESS, signed, { ...never, random, signal });
    expect(answer).toMatchObject({ replies: [], failure: { blame: 'resolver', code: 'answer-truncated' } });
    const some = server(({ resolver }, query) =>
      resolver.transport === 'tcp' ? 'nothing' : cut(query, [a('203.0.113.7')]),
    );
    expect((await ask(WITNESS, signed, { ...some, random, signal })).replies[0]?.addresses).toEqual(['203.0.113.7']);
  });

  test('is asked as ordinary machines ask where that is wanted: no EDNS, no mixed case', async () => {
    const { exchange, requests } = server((_request, query) => [replyTo(query, [a('192.0.2.1')])]);
    await ask(WITNESS, { ...question, plain: true }, { exchange, random, signal });
    const sent = requests.map(({ message }) => dnsPacket.decode(Buffer.from(message)));
    expect(sent.map(({ questions, additionals }) => [questions?.[0]?.name, additionals])).toEqual([
      ['www.example.org', []],
    ]);
  });

  test('tells addresses of other names from those the name leads to', async () => {
    const stray = async (...answers: Record_[]): Promise<unknown> => {
      const { exchange } = server((_request, query) => [replyTo(query, answers)]);
      return (await ask(WITNESS, question, { exchange, random, signal })).replies[0]?.stray;
    };
    const of = (name: string): Record_ => ({ type: 'A', name, data: '192.0.2.1' });
    const alias = (name: string, data: string): Record_ => ({ type: 'CNAME', name, data });
    expect(await stray(of('WWW.example.ORG'))).toBeUndefined();
    expect(
      await stray(of('cdn.test'), alias('a.test', 'cdn.test'), alias('www.example.org', 'a.test')),
    ).toBeUndefined();
    expect(await stray(of('other.test'))).toBe(true);
    expect(await stray(of('cdn.test'), alias('www.example.org', 'a.test'))).toBe(true);
    expect(await stray(of('c.test'), alias('www.example.org', 'a.test'), alias('a.test', 'www.example.org'))).toBe(
      true,
    );
    expect(await stray()).toBeUndefined();
  });

  test('says that something unreadable came beside the answer, but not of an earlier question', async () => {
    const bad = (query: Packet) => Buffer.concat([replyTo(query, [a('203.0.113.7')]), Buffer.from([0])]);
    const beside = server((_request, query) => [bad(query), replyTo(query, [a('192.0.2.1')])]);
    expect(await ask(WITNESS, question, { ...beside, random, signal })).toMatchObject({ garbled: true, replies: [{}] });
    const earlier = server((_request, query) =>
      (query.additionals ?? []).length > 0 ? [bad(query)] : [replyTo(query, [a('192.0.2.1')])],
    );
    const answer = await ask(WITNESS, question, { ...earlier, random, signal });
    expect(answer.garbled).toBeUndefined();
    expect(answer.malformed).toHaveLength(1);
  });

  test('keeps what could not be read and why nothing came', async () => {
    const { exchange } = server((_request, query) => [Buffer.concat([replyTo(query, []), Buffer.from([0])])]);
    const answer = await ask(WITNESS, question, { exchange, random, signal });
    expect(answer.replies).toEqual([]);
    expect(answer.malformed[0]?.problem).toMatch(/trailing/);
    expect(answer.failure).toMatchObject({ blame: 'resolver' });
  });

  test('keeps every address of an answer of a thousand', async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => a(`10.0.${at >> 8}.${at & 255}`));
    const { exchange } = server((_request, query) => [replyTo(query, many)]);
    expect((await ask(WITNESS, question, { exchange, random, signal })).replies[0]?.addresses).toHaveLength(1_000);
  });
});

describe('the lookup by references', () => {
  const reference = (name: string): Resolver => ({ ...WITNESS, name, role: 'reference' });
  const failureOf = async (lookup: Promise<unknown>): Promise<unknown> => {
    try {
      return await lookup;
    } catch (error) {
      return error instanceof ProbeFailure ? error.failure : error;
    }
  };

  test('gives the addresses of the first reference that has any, IPv4 first, and asks no witness', async () => {
    const { exchange, requests } = server(({ resolver }, query) => {
      if (resolver.name === 'broken') return [replyTo(query, [], 0, 2)];
      const v6: Record_ = { type: 'AAAA', name: 'www.example.org', data: '2001:db8::1' };
      return [replyTo(query, query.questions?.[0]?.type === 'A' ? [a('192.0.2.1')] : [v6])];
    });
    const lookup = referenceLookup([WITNESS, reference('broken'), reference('good')], exchange, random);
    expect(await lookup('www.example.org')).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(requests.some(({ resolver }) => resolver.role === 'witness')).toBe(false);
  });

  test('asks the system where there is no reference', async () => {
    const { exchange, requests } = server((_request, query) => [replyTo(query, [a('192.0.2.1')])]);
    await referenceLookup([WITNESS], exchange, random)('www.example.org');
    expect(new Set(requests.map(({ resolver }) => resolver.transport))).toEqual(new Set(['system']));
  });

  test('blames the name for having no address and the resolvers for not answering', async () => {
    const denying = server((_request, query) => [replyTo(query, [], 0, 3)]);
    const lookup = referenceLookup([reference('a')], denying.exchange, random);
    expect(await failureOf(lookup('www.example.org'))).toMatchObject({ blame: 'target', code: 'no-address' });
    const silent = server(() => 'nothing');
    const blind = referenceLookup([reference('a')], silent.exchange, random);
    expect(await failureOf(blind('www.example.org'))).toMatchObject({ blame: 'resolver', code: 'resolvers-unusable' });
  });

  test('asks nobody for localhost or for what is no name', async () => {
    const { exchange, requests } = server(() => 'nothing');
    const lookup = referenceLookup([reference('a')], exchange, random);
    expect(await lookup('demo.localhost')).toEqual(['127.0.0.1']);
    expect(await failureOf(lookup('a b'))).toMatchObject({ code: 'no-address' });
    expect(requests).toEqual([]);
  });
});
