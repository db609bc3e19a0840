/** Who answers where nobody should, and from where a resolver's questions reach the world. */
import { describe, expect, test } from 'vitest';
import type { DnsExchangeRequest, ProbeIo, Resolver } from '../../../src/checks/check.js';
import type { Answer, DnsEvidence } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import { survey } from '../../../src/checks/dns/survey.js';
import { answer, EVIL, evidence, GOOD, NAME, reply, SETTINGS } from './sample.js';
import { address, replyTo } from './trace/universe.js';

const nobody = (...given: string[]): Answer =>
  answer('nobody at 192.0.2.9', 'A', given.length > 0 ? [reply(given)] : [], { asked: 'nobody' });

function told(seen: DnsEvidence): string[] {
  return dns.comparers
    .flatMap((one) => one.compare(seen, [], SETTINGS))
    .map(({ code, severity, summary }) => `${code} ${severity}: ${summary}`);
}

describe('an address where no DNS server runs', () => {
  test('that is silent says nothing, and is no resolver that fails', () => {
    const seen = evidence([nobody(), answer('isp', 'A', [reply([GOOD])])]);
    expect([told(seen), dns.failures(seen)]).toEqual([[], []]);
    expect(dns.combine([seen]).answers.some(({ asked }) => asked === 'nobody')).toBe(false);
  });

  test('that answers with what is genuine stands for a proxy on the way', () => {
    expect(told(evidence([nobody(GOOD)]))).toEqual([
      expect.stringMatching(
        /^dns\/intercepted warning: .*sent to 192\.0\.2\.9, where no DNS server runs, was answered with/u,
      ),
    ]);
  });

  test.each([[EVIL], [GOOD, EVIL]])('that answers with %s stands for a forger', (...given) => {
    expect(told(evidence([nobody(...given)]))).toEqual([
      expect.stringMatching(/^dns\/injection critical: .*forges answers/u),
    ]);
  });

  test('does not make up for witnesses that are all silent', () => {
    const seen = { ...evidence([]), answers: [answer('isp', 'A', []), nobody(EVIL)] };
    expect(dns.failures(seen)).toMatchObject([{ code: 'resolvers-unusable' }]);
  });
});

describe('a name that tells who asked', () => {
  const whoami = (network: string | null): Answer => {
    const made = answer('isp', 'A', [reply([EVIL])], { asked: 'whoami', name: 'whoami.example.net' });
    return { ...made, resolver: { ...made.resolver, network } };
  };
  test.each<[string, string | null, number, number]>([
    ['another network than the resolver is in', 'AS64501', 64_502, 1],
    ['its own network', 'AS64501', 64_501, 0],
    ['a network that is not known', 'AS64501', 0, 0],
    ['some network, where nobody said whose it is', null, 64_502, 0],
  ])('and was asked from %s', (_, network, asn, count) => {
    const found = told(evidence([whoami(network)], { asns: { [EVIL]: asn } }));
    expect(found).toEqual(
      Array(count).fill(
        expect.stringMatching(/^dns\/diverted notice: .*185\.11\.12\.13 \(AS64502\), not from AS64501/u),
      ),
    );
  });
});

test('a survey asks each of them once and waits for none of them long', async () => {
  const requests: DnsExchangeRequest[] = [];
  const isp: Resolver = {
    ...{ name: 'isp', role: 'witness', transport: 'udp', address: '127.0.0.1', port: 53 },
    ...{ serverName: null, path: null, network: null },
  };
  const exchange = async (request: DnsExchangeRequest) => {
    requests.push(request);
    const replies =
      request.resolver.address === '127.0.0.1'
        ? [{ message: replyTo(request.message, { answer: [address(NAME, GOOD)] }), rttMs: 1 }]
        : [];
    const failure = { blame: 'resolver', code: 'resolver-timeout', detail: 'It did not answer.' } as const;
    return await Promise.resolve({ replies, ignored: 0, server: null, failure: replies.length > 0 ? null : failure });
  };
  const handshake = () => Promise.resolve({ address: GOOD, problem: null, protocol: 'TLSv1.3', chain: [] });
  const io = {
    ...{ vantage: 'local', now: () => 0, signal: new AbortController().signal, resolvers: [isp] },
    network: { exchange, handshake } as unknown as ProbeIo['network'],
    pathProbes: { silent: ['192.0.2.9'], whoami: ['whoami.example.net'] },
  };
  const seen = await survey(SETTINGS, io, { types: ['A'], victims: false });
  const asked = seen.answers.map(({ asked: what, resolver, name }) => `${what} ${resolver.name} ${name}`);
  expect(asked).toContain(`nobody nobody at 192.0.2.9 ${NAME}`);
  expect(asked).toContain('whoami isp whoami.example.net');
  const toNobody = requests.filter(({ resolver }) => resolver.address === '192.0.2.9');
  expect(toNobody.map(({ timeoutMs }) => timeoutMs)).toEqual([1_500]);
});
