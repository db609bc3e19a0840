/**
 * Lies that were thought up against the ladder: each looked genuine, or a healthy answer looked false, before there was
 * a rung for it.
 */
import { describe, expect, test } from 'vitest';
import type { Answer, DnsEvidence, Reply, TlsAt } from '../../../src/checks/dns/evidence.js';
import { judgeAnswers } from '../../../src/checks/dns/ladder.js';
import { resolvers } from '../../../src/checks/dns/path-comparers.js';
import {
  answer,
  CDN,
  control,
  EVIL,
  evidence,
  GOOD,
  NEAR,
  pageAt,
  REFERENCES,
  reply,
  SETTINGS,
  tlsAt,
} from './sample.js';
import { asked, authorityIn, canary, genuine, passedOn } from './signed-world.js';

const PROVEN = tlsAt(GOOD, null);
const FOREIGN = tlsAt(EVIL, 'SELF_SIGNED_CERT_IN_CHAIN', 'foreign', 'CN=x');

function worst(seen: DnsEvidence, who = 'isp'): string[] {
  return judgeAnswers(seen, [], SETTINGS)
    .filter(({ answer: { resolver } }) => resolver.name === who)
    .map(({ judgement }) => `${judgement.verdict} ${judgement.confidence}`);
}

function told(seen: DnsEvidence): string[] {
  return resolvers.compare(seen, [], SETTINGS).map(({ code, severity }) => `${code} ${severity}`);
}

async function signed(
  came: Reply,
  tls: readonly TlsAt[] = [PROVEN],
  more: Partial<DnsEvidence> = {},
): Promise<DnsEvidence> {
  return {
    ...{ name: 'www.example.org', zone: 'example.org', victims: [], genuine: null, tls: [...tls] },
    authority: await authorityIn(),
    answers: [control('ref1'), control('ref2'), canary('isp', 'signed'), ...REFERENCES, asked('isp', came)],
    ...more,
  };
}

describe('records that the owner signed', () => {
  test('under a response code that makes clients throw them away are a denial', async () => {
    const records = { ...passedOn(genuine()), addresses: [GOOD], records: [GOOD] };
    const denied = { ...records, ...passedOn(genuine(), 3), addresses: [GOOD], records: [GOOD] };
    expect(worst(await signed(denied))).toEqual(['BLOCK_NX 0.95']);
    expect(worst(await signed({ ...records, rcode: 'SERVFAIL' }))).toEqual(['BLOCK_ERR 0.3']);
    expect(worst(await signed(records))).toEqual(['CONSISTENT_SECURE 1']);
  });

  test('long ago, of an address that somebody else has now, are told; of one that is silent or proves itself they are not', async () => {
    const old = passedOn(genuine({ addresses: [EVIL] }));
    expect(worst(await signed(old, [PROVEN, FOREIGN]))).toEqual(['INCONSISTENT 0.6']);
    expect(told(await signed(old, [PROVEN, FOREIGN]))).toEqual(['dns/inconsistent warning']);
    const defaced = { victims: [pageAt(EVIL, 'HACKED BY X', '')] };
    expect(worst(await signed(old, [PROVEN, FOREIGN], defaced))).toEqual(['REDIRECT 0.99']);
    expect(worst(await signed(old, [PROVEN, tlsAt(EVIL, 'refused')]))).toEqual(['CONSISTENT_SECURE 1']);
    expect(worst(await signed(old, [PROVEN, tlsAt(EVIL, null)]))).toEqual(['CONSISTENT_SECURE 1']);
  });

  test('long ago, that the name has no address, are a denial while it has one', async () => {
    const replayed = { ...passedOn(genuine({ addresses: [] })), addresses: [], records: [] };
    expect(worst(await signed(replayed))).toEqual(['BLOCK_NX 0.8']);
    expect(told(await signed(replayed))).toEqual(['dns/blocked-nxdomain critical']);
  });
});

describe('an answer whose addresses are right', () => {
  test('but belong to another name gives the name none', () => {
    expect(worst(evidence([answer('isp', 'A', [reply([GOOD], { stray: true })])]))).toEqual(['BLOCK_NX 0.8']);
  });

  test('under NXDOMAIN is thrown away by those who ask', () => {
    expect(worst(evidence([answer('isp', 'A', [reply([GOOD], { rcode: 'NXDOMAIN' })])]))).toEqual(['BLOCK_NX 0.8']);
  });
});

describe('several answers to one question', () => {
  const judged = (...replies: Reply[]): string[] =>
    worst(
      evidence([answer('isp', 'A', replies)], {
        tls: [PROVEN, FOREIGN, tlsAt(NEAR, 'SELF_SIGNED', 'foreign', 'CN=x')],
      }),
    );

  test('are judged all of them, in whichever order they came', () => {
    expect(judged(reply([GOOD]), reply([NEAR]))).toEqual(['REDIRECT 0.95']);
    expect(judged(reply([NEAR]), reply([GOOD]))).toEqual(['REDIRECT 0.95']);
  });

  test('are an injection behind a forged failure too', () => {
    expect(judged(reply('SERVFAIL'), reply([EVIL]), reply([GOOD]))).toEqual(['INJECTION_ONPATH 0.98']);
  });

  test('of which one is a failure are as good as the other', () => {
    expect(judged(reply('SERVFAIL'), reply([GOOD]))).toEqual(['CONSISTENT_IP 0.99']);
    expect(judged(reply([GOOD]), reply('SERVFAIL'))).toEqual(['CONSISTENT_IP 0.99']);
    expect(judged(reply([GOOD]), reply([GOOD]))).toEqual(['CONSISTENT_IP 0.99']);
  });
});

describe('an answer that strict readers refuse and lax ones take', () => {
  const malformed = [{ problem: 'trailing bytes', raw: null }];
  const garbled = answer('isp', 'A', [], { malformed });

  test('is told where everything else from there is well formed', () => {
    expect(worst(evidence([garbled]))).toEqual(['MALFORMED 0.6']);
    expect(told(evidence([garbled]))).toEqual(['dns/malformed warning']);
  });

  test('is told beside a genuine answer to the same question', () => {
    const both = answer('isp', 'A', [reply([GOOD])], { malformed, garbled: true });
    expect(told(evidence([both]))).toEqual(['dns/malformed warning']);
    const earlier = answer('isp', 'A', [reply([GOOD])], { malformed });
    expect(told(evidence([earlier]))).toEqual([]);
  });

  test('is only noted where the resolver garbles everything, or the references are garbled too', () => {
    const broken = evidence([garbled]);
    const answers = broken.answers.map((one) =>
      one.asked === 'control' && one.resolver.name === 'isp' ? { ...one, malformed } : one,
    );
    expect(told({ ...broken, answers })).toEqual(['dns/malformed notice']);
    const everywhere = broken.answers.map((one) =>
      one.resolver.role === 'reference' && one.asked === 'name' ? { ...one, malformed } : one,
    );
    expect(told({ ...broken, answers: everywhere })).toEqual(['dns/malformed notice']);
  });
});

describe('a reference that is alone with an address which shows a foreign certificate', () => {
  const lying = (name: string): Answer => answer(name, 'A', [reply([EVIL])]);
  const honest = (name: string): Answer => answer(name, 'A', [reply([GOOD])]);
  const seen = (answers: readonly Answer[], tls: readonly TlsAt[] = [PROVEN, FOREIGN]): DnsEvidence => ({
    ...evidence([], { tls: [...tls] }),
    answers: [control('ref1'), control('ref2'), control('ref3'), control('isp'), ...answers],
  });

  test('does not speak for itself, nor for those who give it too', () => {
    const two = seen([honest('ref1'), lying('ref2'), lying('isp')]);
    expect(worst(two, 'ref2')).toEqual(['REDIRECT 0.95']);
    expect(worst(two, 'ref1')).toEqual(['CONSISTENT_IP 0.99']);
    expect(told(two)).toEqual(['dns/redirect notice', 'dns/redirect critical']);
  });

  test('is believed with most others, and where no certificate tells which is right', () => {
    expect(worst(seen([honest('ref1'), lying('ref2'), lying('ref3')]), 'ref2')).toEqual(['CONSISTENT_IP 0.99']);
    const blind = [tlsAt(GOOD, 'refused'), FOREIGN];
    expect(worst(seen([honest('ref1'), lying('ref2')], blind), 'ref2')).toEqual(['CONSISTENT_IP 0.99']);
    expect(worst(seen([honest('ref1'), answer('ref2', 'A', [reply([CDN])])]), 'ref2')).toEqual(['CONSISTENT_IP 0.99']);
  });
});

describe('a resolver that lies only to those who ask as ordinary machines do', () => {
  const truthful = answer('isp', 'A', [reply([GOOD])]);
  const plainly = (...addresses: string[]): Answer => answer('isp', 'A', [reply(addresses)], { asked: 'plain' });

  test('is told by the answer that visitors get', () => {
    const seen = evidence([truthful, plainly(EVIL)], { tls: [PROVEN, FOREIGN] });
    expect(worst(seen)).toEqual(['CONSISTENT_IP 0.99', 'REDIRECT 0.95']);
    expect(told(seen)).toEqual(['dns/redirect critical']);
  });

  test('is not told twice, nor of an answer that was lost', () => {
    expect(worst(evidence([truthful, plainly(GOOD)]))).toEqual(['CONSISTENT_IP 0.99']);
    expect(worst(evidence([truthful, answer('isp', 'A', [], { asked: 'plain' })]))).toEqual(['CONSISTENT_IP 0.99']);
  });
});
