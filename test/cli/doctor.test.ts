/** What doctor must not call sound: a resolver that refuses, and receivers that were not told. */
import { describe, expect, test } from 'vitest';
import type { DnsExchangeRequest, Resolver } from '../../src/checks/check.js';
import { answers, outboxWords } from '../../src/cli/doctor.js';
import type { Workplace } from '../../src/cli/workplace.js';
import type { Outbox } from '../../src/store/store.js';
import { T0 } from '../contracts/samples.js';

const RESOLVER: Resolver = { name: 'isp', address: 'udp://192.0.2.53', role: 'witness' } as unknown as Resolver;

describe('a resolver', () => {
  const answering = (rcode: number): Promise<string> => {
    const exchange = async ({ message }: DnsExchangeRequest) => {
      const reply = Uint8Array.from(message);
      reply.set([0x81, 0x80 | rcode], 2);
      return { replies: [{ message: reply, rttMs: 12 }], ignored: 0, server: '192.0.2.53', failure: null };
    };
    return answers(RESOLVER, { exchange }, new AbortController().signal);
  };

  test('that answers works', async () => {
    expect(await answering(0)).toBe('witness, answers from 192.0.2.53 in 12 ms');
  });

  test.each([
    [5, /answers REFUSED .*does it serve this machine/],
    [2, /answers SERVFAIL/],
    [11, /answers RCODE11/],
  ])('that answers with code %i does not', async (rcode, words) => {
    await expect(answering(rcode)).rejects.toThrow(words);
  });
});

describe('alerts', () => {
  const words = (over: Partial<Outbox>, receivers: readonly string[] = ['ops', 'pager']): string => {
    const settings = { receivers: receivers.map((id) => ({ id })) };
    const place = { config: { settings }, observatory: { now: () => T0 } } as unknown as Workplace;
    return outboxWords({ pending: 0, oldestAt: null, givenUp: 0, failing: [], provenAt: null, ...over }, place);
  };

  test('that all were told, or are just being told, are in order', () => {
    expect(words({})).toBe('none waits');
    expect(words({ pending: 2, oldestAt: T0 - 60_000 })).toMatch(/^2 wait/);
    expect(words({ givenUp: 3, failing: ['former'] })).toBe('none waits');
  });

  test('that wait, or that somebody refused for good, are not', () => {
    expect(() => words({ pending: 2, oldestAt: T0 - 120_001 })).toThrow(/2 wait, the oldest since 2/);
    expect(() => words({ pending: 2, oldestAt: T0 + 1 })).toThrow(/2 wait/);
    expect(() => words({ givenUp: 3, failing: ['former', 'pager'] })).toThrow(/^pager refused alerts for good/);
  });

  test('that nobody would get are said to be that', () => {
    expect(words({}, [])).toMatch(/would tell nobody/);
  });
});
