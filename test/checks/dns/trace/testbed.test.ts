/** Trace and validation against real, really signed zones; unbound on the same zones is the oracle. Dials 127.0.0.0/8 only. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import dnsPacket from 'dns-packet';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Network, ProbeFailure } from '../../../../src/checks/check.js';
import { explain } from '../../../../src/checks/dns/dnssec/explanation.js';
import { SECURITY_TYPE } from '../../../../src/checks/dns/dnssec/security-records.js';
import { TYPE } from '../../../../src/checks/dns/names.js';
import { parseAnchors, ROOT_ANCHORS, type RootAnchor } from '../../../../src/checks/dns/root-anchors.js';
import { delegationsOf, differencesIn } from '../../../../src/checks/dns/trace/delegation-facts.js';
import { type Trace, traceSchema } from '../../../../src/checks/dns/trace/facts.js';
import { queryFor } from '../../../../src/checks/dns/trace/server-query.js';
import { signedWord } from '../../../../src/checks/dns/trace/signed-answer.js';
import { traceName } from '../../../../src/checks/dns/trace/trace.js';
import {
  explainable,
  type TraceValidation,
  validateResolverAnswer,
  validateTrace,
} from '../../../../src/checks/dns/trace/validation.js';
import { decode } from '../../../../src/checks/dns/wire.js';
import { createNetwork } from '../../../../src/net/network.js';
import { type DnsTestbed, type ResolverName, startDnsTestbed } from '../../../support/dns-testbed.js';

let bed: DnsTestbed;
let anchors: readonly RootAnchor[];
let network: Network;

beforeAll(async () => {
  bed = await startDnsTestbed();
  const parsed = parseAnchors(readFileSync(join(bed.folder, 'trust-anchor.ds'), 'utf8').trim().split('\n'));
  if (!parsed.ok) throw new Error(parsed.problem);
  anchors = parsed.anchors;
  network = createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [bed.ca],
    capture: () =>
      Promise.reject(new ProbeFailure({ blame: 'monitor', code: 'no-browser', detail: 'No browser here.' })),
    lookup: () => Promise.resolve([]),
    now: Date.now,
  });
});
afterAll(async () => {
  await bed.stop();
});

async function traced(name: string, type: number = TYPE.A, root = '127.0.53.1'): Promise<Trace> {
  const io = {
    exchange: (request: Parameters<Network['exchange']>[0]) => network.exchange(request),
    random: randomBytes,
    signal: AbortSignal.timeout(20_000),
  };
  return await traceName(name, type, { roots: [root], port: 5300 }, io);
}

async function judged(name: string, type: number = TYPE.A): Promise<TraceValidation> {
  return validateTrace(await traced(name, type), anchors, Date.now());
}

function verdict({ status, reasons }: TraceValidation): string {
  return `${status} ${reasons.at(-1)?.code}`;
}

describe('the status of a name', () => {
  test.each([
    ['www.signed.test', 'SECURE answer-signed'],
    ['www.rsa.test', 'SECURE answer-signed'],
    ['www.ed.test', 'SECURE answer-signed'],
    ['alias.ed.test', 'SECURE answer-signed'],
    ['any.thing.w.signed.test', 'SECURE wildcard-signed'],
    ['any.thing.w.rsa.test', 'SECURE wildcard-signed'],
    ['nope.signed.test', 'SECURE name-denied'],
    ['nope.rsa.test', 'SECURE name-denied'],
    ['nope.test', 'SECURE name-denied'],
    ['nope', 'SECURE name-denied'],
    ['_tcp.www.signed.test', 'SECURE type-denied'],
    ['_tcp.www.ed.test', 'SECURE type-denied'],
    ['www.unsigned.test', 'INSECURE parent-insecure'],
    ['nope.unsigned.test', 'INSECURE parent-insecure'],
  ])('%s is %s', async (name, expected) => {
    expect(verdict(await judged(name))).toBe(expected);
  });

  test('with signatures run out is BOGUS, and the reason names the day', async () => {
    const { status, reasons } = await judged('www.expired.test');
    expect(status).toBe('BOGUS');
    expect(reasons.find(({ code }) => code === 'signature-expired')?.text).toContain('2024-02-01');
  });

  test('is SECURE at every cut above, with the anchor first', async () => {
    const { zones, reasons } = await judged('www.signed.test');
    expect(zones.map(({ zone, trust }) => `${zone} ${trust.status}`)).toEqual([
      '. SECURE',
      'test SECURE',
      'signed.test SECURE',
    ]);
    expect(reasons.map(({ code }) => code)).toEqual([
      'trust-anchor',
      'delegation-signed',
      'keys-match',
      'delegation-signed',
      'keys-match',
      'answer-signed',
    ]);
  });

  test('is BOGUS for all without the right anchor, and INDETERMINATE where no root answers', async () => {
    const trace = await traced('www.signed.test');
    expect(validateTrace(trace, ROOT_ANCHORS.anchors, Date.now()).status).toBe('BOGUS');
    const silent = await traced('www.signed.test', TYPE.A, '127.0.53.99');
    expect(validateTrace(silent, anchors, Date.now()).status).toBe('INDETERMINATE');
  });

  test('does not depend on anything but the trace: stored and read again it is the same', async () => {
    const trace = await traced('alias.signed.test');
    const stored = traceSchema.parse(structuredClone(trace));
    expect(validateTrace(stored, anchors, Date.now()).reasons).toEqual(
      validateTrace(trace, anchors, Date.now()).reasons,
    );
  });
});

describe('unbound, on the same zones, agrees', () => {
  const zones = ['signed', 'rsa', 'ed', 'expired', 'unsigned', 'hijack'];
  const names = [
    '',
    'www.',
    'alias.',
    'x.w.',
    'a.b.w.',
    '*.w.',
    'w.',
    'nope.',
    'a.nope.',
    '_443._tcp.www.',
    '_tcp.www.',
  ];
  const types = [TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.TXT, TYPE.HTTPS, TYPE.NS, SECURITY_TYPE.DS];

  test.each(zones)('%s.test: every name and type', async (zone) => {
    const questions = names.flatMap((name) => types.map((type) => ({ name: `${name}${zone}.test`, type })));
    const turn = pLimit(8);
    const rows = await Promise.all(
      questions.map(({ name, type }) =>
        turn(async () => ({
          name,
          type,
          ours: (await judged(name, type)).status,
          theirs: await unboundSays(name, type),
        })),
      ),
    );
    expect(rows.filter(({ ours, theirs }) => ours !== theirs)).toEqual([]);
    expect(rows.length).toBe(77);
    expect([...new Set(rows.map(({ ours }) => ours))].sort()).toEqual(STATUSES[zone]);
  });
});

/** The DS of every zone, or proof of its absence, is its parent's to sign. */
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  ...{ signed: ['SECURE'], rsa: ['SECURE'], ed: ['SECURE'], hijack: ['SECURE'] },
  ...{ expired: ['BOGUS', 'SECURE'], unsigned: ['INSECURE', 'SECURE'] },
};

/** AD: SECURE; SERVFAIL: BOGUS. */
async function unboundSays(name: string, type: number): Promise<string> {
  const message = dnsPacket.encode({
    type: 'query',
    id: 7,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA,
    questions: [{ name, type: `UNKNOWN_${type}` as 'A', class: 'IN' }],
  });
  const { plainTcp } = bed.resolver;
  const signal = AbortSignal.timeout(10_000);
  const { replies } = await network.exchange({
    resolver: plainTcp,
    message,
    matches: () => true,
    timeoutMs: 5_000,
    signal,
  });
  const decoded = decode(replies[0]?.message ?? new Uint8Array());
  if (!decoded.ok) throw new Error(decoded.problem);
  if (decoded.message.rcode === 2) return 'BOGUS';
  return decoded.message.authenticated ? 'SECURE' : 'INSECURE';
}

async function answerOf(name: string, resolver: ResolverName, type: number = TYPE.A): Promise<Uint8Array> {
  const question = { name, type };
  const { plain } = bed.resolver;
  const message = queryFor(question, { edns: true, mixed: false }, randomBytes, true);
  const signal = AbortSignal.timeout(10_000);
  const request = {
    resolver: { ...plain, ...bed.resolver[resolver] },
    message,
    matches: () => true,
    timeoutMs: 3_000,
    signal,
  };
  return (await network.exchange(request)).replies[0]?.message ?? new Uint8Array();
}

describe("a resolver's own answer", () => {
  test.each<[ResolverName, string, string]>([
    ['plain', 'www.signed.test', 'SECURE'],
    ['plain', 'alias.signed.test', 'SECURE'],
    ['plain', 'any.w.signed.test', 'SECURE'],
    ['plain', 'nope.signed.test', 'SECURE'],
    ['plain', 'www.unsigned.test', 'INSECURE'],
    ['liar', 'www.signed.test', 'BOGUS'],
    ['liar', 'www.rsa.test', 'BOGUS'],
    ['portal', 'www.ed.test', 'BOGUS'],
    ['inpath', 'www.signed.test', 'BOGUS'],
    ['poisoned', 'www.hijack.test', 'BOGUS'],
    ['poisoned', 'www.rsa.test', 'SECURE'],
  ])('by %s for %s is %s', async (resolver, name, expected) => {
    const question = { name, type: TYPE.A };
    const outcome = validateResolverAnswer(question, await answerOf(name, resolver), await judged(name), Date.now());
    expect(outcome.status).toBe(expected);
  });
});

describe('signatures in the answer of', () => {
  test.each<[ResolverName, string, string]>([
    ['plain', 'www.signed.test', 'validated'],
    ['plain', 'nope.ed.test', 'validated'],
    ['plain', 'www.unsigned.test', 'open'],
    ['plain', 'www.expired.test', 'open'],
    ['poisoned', 'www.expired.test', 'open'],
    ['poisoned', 'www.hijack.test', 'tampered'],
    ['liar', 'www.signed.test', 'tampered'],
    ['liar', 'www.rsa.test', 'tampered'],
    ['liar', 'www.unsigned.test', 'open'],
    ['inpath', 'www.signed.test', 'tampered'],
    ['portal', 'www.signed.test', 'stripped'],
  ])('%s for %s: %s', async (resolver, name, word) => {
    const question = { name, type: TYPE.A };
    const [answer, canary, validation] = await Promise.all([
      answerOf(name, resolver),
      answerOf('.', resolver, TYPE.SOA),
      judged(name),
    ]);
    expect(signedWord(question, answer, canary, validation, Date.now()).word).toBe(word);
    const stripped = word === 'tampered' ? 'stripped' : word;
    expect(signedWord(question, answer, null, validation, Date.now()).word).toBe(stripped);
  });
});

test('the explanation of a real trace tells every zone and the end', async () => {
  const lines = explain(explainable(await judged('www.expired.test')));
  expect(lines.map(({ text }) => text).join('\n')).toMatch(
    /the root zone[\s\S]*zone test[\s\S]*zone expired\.test[\s\S]*ran out on 2024-02-01/u,
  );
  expect(lines.at(-1)?.text).toContain('forgot to sign');
});

describe('the facts', () => {
  test('keep every delegation, parent and child, and no difference where there is none', async () => {
    const delegations = delegationsOf(await traced('www.signed.test'));
    const [, signed] = delegations;
    expect(delegations.map(({ zone }) => zone)).toEqual(['test', 'signed.test']);
    expect(signed?.parent).toEqual([{ nameservers: ['ns1.signed.test'], glue: ['ns1.signed.test 127.0.53.3'] }]);
    expect(signed?.child).toEqual({ nameservers: ['ns1.signed.test'], glue: ['ns1.signed.test 127.0.53.3'] });
    expect(signed?.ds.length).toBe(1);
    expect(signed?.keys.length).toBe(1);
    expect(differencesIn(delegations)).toEqual([]);
  });

  test('keep each alias as a leg of its own and stay within a modest number of queries', async () => {
    const trace = await traced('alias.rsa.test');
    expect(trace.legs.map(({ name, zones }) => [name, zones.at(-1)])).toEqual([
      ['alias.rsa.test', 'rsa.test'],
      ['www.rsa.test', 'rsa.test'],
    ]);
    expect(trace.unfinished).toBeNull();
    expect(trace.queries).toBeLessThan(15);
  });
});

describe('a registrar hijack', () => {
  test('shows in the trace: the address of the name server is new, the DS is gone, the name no longer SECURE', async () => {
    const before = delegationsOf(await traced('www.hijack.test')).at(-1);
    await bed.scenario('hijack');
    const trace = await traced('www.hijack.test');
    const after = delegationsOf(trace).at(-1);
    await bed.scenario('restore');
    expect(before?.parent[0]?.glue).toEqual(['ns1.hijack.test 127.0.53.3']);
    expect(before?.ds.length).toBe(1);
    expect(after?.parent[0]?.glue).toEqual(['ns1.hijack.test 127.0.53.66']);
    expect(after?.ds).toEqual([]);
    expect(verdict(validateTrace(trace, anchors, Date.now()))).toBe('INSECURE parent-insecure');
    expect(verdict(await judged('www.hijack.test'))).toBe('SECURE answer-signed');
  });
});
