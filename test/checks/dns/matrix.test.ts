/**
 * The whole matrix: every resolver and path of the test-bed, every kind of zone, every type, and what each answer comes to
 * with the authority traced. Real servers; dials 127.0.0.0/8 only.
 */
import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DnsEvidence } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import { judgeAnswers } from '../../../src/checks/dns/ladder.js';
import type { QueryType } from '../../../src/checks/dns/names.js';
import { survey } from '../../../src/checks/dns/survey.js';
import { type DnsTestbed, startDnsTestbed } from '../../support/dns-testbed.js';
import { ALL, settingsOf, tracingIn } from './bed.js';

let bed: DnsTestbed;
beforeAll(async () => {
  bed = await startDnsTestbed();
  // The liar on the path passes the true answer on when its resolver has it: later than the hold window where that has to ask
  // and validate first, on a machine that does much else.
  const resolver = new Resolver();
  resolver.setServers(['127.0.0.1:5310']);
  await Promise.allSettled(Object.values(ZONES).map(({ name }) => resolver.resolve4(name)));
});
afterAll(async () => {
  await bed.stop();
});

/** `VERDICT confidence` by the name of the resolver. */
type Column = Readonly<Record<string, string>>;

const WORKING = ['dot', 'doh', 'plain', 'plain-tcp', 'poisoned', 'liar', 'on-path', 'in-path'] as const;
const HOST = ['A', 'AAAA', 'HTTPS', 'TXT'] as const satisfies readonly QueryType[];
const APEX = ['NS', 'SOA', 'MX', 'CAA'] as const satisfies readonly QueryType[];

/** The portal gives one private address for every A, and refuses the rest and the root. */
const PORTAL: Readonly<Record<string, string>> = { A: 'REDIRECT_BOGON 0.97', HTTPS: 'CONSISTENT_IP 0.6' };

function expected(type: QueryType, everybody: string, but: Column = {}): Column {
  const honest = Object.fromEntries(WORKING.map((name) => [name, everybody]));
  return { ...honest, portal: PORTAL[type] ?? 'UNMEASURABLE 0', dead: 'UNMEASURABLE 0', ...but };
}

interface Zone {
  readonly name: string;
  readonly types: readonly QueryType[];
  /** Of all working resolvers. */
  readonly everybody: string;
  /** By type, those of whom something else is so. */
  readonly but?: Partial<Record<QueryType, Column>>;
}

const SECURE = 'CONSISTENT_SECURE 1';
const UNSIGNED = 'CONSISTENT_IP 0.99';
const BROKEN = 'OPERATOR_ERROR 0.9';
const RACED = { 'on-path': 'INJECTION_ONPATH 0.98', 'in-path': 'REDIRECT_BOGON 0.99' };
/** From the hijacker's copy of the zone, unsigned but the same. */
const COPIED = { poisoned: UNSIGNED };
const DENIED = { liar: 'BLOCK_NX 0.99' };
/** It does not check signatures, and nobody who does has anything to compare with. */
const UNCHECKED = { poisoned: 'UNMEASURABLE 0' };

const ZONES: Readonly<Record<string, Zone>> = {
  'ECDSA P-256 and NSEC3': {
    name: 'www.signed.test',
    types: HOST,
    everybody: SECURE,
    but: { A: { ...RACED, liar: 'REDIRECT_BOGON 0.99' } },
  },
  'RSA/SHA-256 and NSEC': {
    name: 'www.rsa.test',
    types: HOST,
    everybody: SECURE,
    // That it denies the name shows where the name has a record.
    but: { A: DENIED, AAAA: DENIED, HTTPS: { liar: UNSIGNED }, TXT: { liar: UNSIGNED } },
  },
  Ed25519: { name: 'www.ed.test', types: HOST, everybody: SECURE },
  'a poisoned cache': {
    name: 'www.hijack.test',
    types: HOST,
    everybody: SECURE,
    but: { A: { poisoned: 'REDIRECT 0.99' }, HTTPS: { poisoned: 'REDIRECT 0.99' }, AAAA: COPIED, TXT: COPIED },
  },
  'signatures that ran out': {
    name: 'www.expired.test',
    types: HOST,
    everybody: BROKEN,
    but: { A: { portal: 'UNMEASURABLE 0' }, TXT: UNCHECKED },
  },
  'no signatures': {
    name: 'www.unsigned.test',
    types: HOST,
    everybody: UNSIGNED,
    but: { A: { liar: 'REDIRECT 0.95' } },
  },
  'an alias': { name: 'alias.signed.test', types: HOST, everybody: SECURE, but: { A: RACED } },
  'a wildcard': { name: 'any.w.signed.test', types: HOST, everybody: SECURE, but: { A: RACED } },
  'a name that does not exist': {
    name: 'nope.signed.test',
    types: HOST,
    everybody: SECURE,
    but: { A: { ...RACED, 'in-path': 'NX_REWRITE 0.99', portal: 'NX_REWRITE 0.95' } },
  },
  'the domain itself, P-256': { name: 'signed.test', types: APEX, everybody: SECURE },
  'the domain itself, RSA': { name: 'rsa.test', types: APEX, everybody: SECURE },
  'the domain itself, Ed25519': { name: 'ed.test', types: APEX, everybody: SECURE },
  'the domain itself, poisoned': {
    name: 'hijack.test',
    types: APEX,
    everybody: SECURE,
    but: { NS: COPIED, SOA: COPIED, MX: COPIED, CAA: COPIED },
  },
  'the domain itself, run out': {
    name: 'expired.test',
    types: APEX,
    everybody: BROKEN,
    but: { NS: UNCHECKED, SOA: UNCHECKED, MX: UNCHECKED, CAA: UNCHECKED },
  },
  'the domain itself, unsigned': { name: 'unsigned.test', types: APEX, everybody: UNSIGNED },
};

function verdicts(seen: DnsEvidence, type: QueryType): Column {
  const rows = judgeAnswers(seen, [], settingsOf(seen.name)).filter(({ answer }) => answer.type === type);
  return Object.fromEntries(
    rows.map(({ answer, judgement }) => [answer.resolver.name, `${judgement.verdict} ${judgement.confidence}`]),
  );
}

describe.concurrent('every resolver and path answers for', () => {
  test.each(Object.entries(ZONES))('%s', async (_, { name, types, everybody, but }) => {
    const seen = await survey(settingsOf(name), tracingIn(bed, ALL), { types, victims: false });
    for (const type of types) {
      expect({ type, ...verdicts(seen, type) }).toEqual({ type, ...expected(type, everybody, but?.[type]) });
    }
  });
});

describe.concurrent('of all resolvers and paths somebody is told about', () => {
  const PORTAL_TOLD = 'dns/redirect-bogon critical';
  const RACED_TOLD = ['dns/injection critical', PORTAL_TOLD, PORTAL_TOLD];
  test.each<[string, readonly string[]]>([
    ['www.signed.test', [...RACED_TOLD, PORTAL_TOLD]],
    ['www.rsa.test', ['dns/blocked-nxdomain critical', PORTAL_TOLD]],
    ['www.ed.test', [PORTAL_TOLD]],
    ['www.hijack.test', ['dns/redirect critical', PORTAL_TOLD]],
    ['www.expired.test', ['dns/no-address critical']],
    ['www.unsigned.test', ['dns/redirect critical', PORTAL_TOLD]],
    ['alias.signed.test', RACED_TOLD],
    ['any.w.signed.test', RACED_TOLD],
    ['nope.signed.test', ['dns/injection critical', 'dns/no-address critical']],
  ])('%s', async (name, told) => {
    const seen = await dns.probe(settingsOf(name), tracingIn(bed, ALL));
    const findings = dns.comparers.flatMap((one) => one.compare(seen, [], settingsOf(name)));
    const grave = findings.filter(({ severity }) => severity !== 'notice');
    expect(grave.map(({ code, severity }) => `${code} ${severity}`).sort()).toEqual(told);
  });
});
