/** Finer points of the ladder and of the comparers, as tables: HTTPS records, stale answers, added IPv6, wildcards. */
import { describe, expect, test } from 'vitest';
import type { Answer, DnsEvidence, TlsAt } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import type { VerdictId } from '../../../src/checks/dns/judgement.js';
import { judgeAnswers } from '../../../src/checks/dns/ladder.js';
import type { DnsSettings } from '../../../src/checks/dns/settings.js';
import {
  absent,
  answer,
  EVIL,
  evidence,
  GOOD,
  NAME,
  PLAIN_HTTP,
  pageAt,
  REFERENCES,
  reply,
  SETTINGS,
  tlsAt,
} from './sample.js';

function judged(seen: DnsEvidence, type: Answer['type']): readonly [VerdictId | undefined, number | undefined] {
  const row = judgeAnswers(seen, [], SETTINGS).find(
    (one) => one.answer.resolver.name === 'isp' && one.answer.type === type,
  );
  return [row?.judgement.verdict, row?.judgement.confidence];
}

describe('an HTTPS record', () => {
  const https = (name: string, records: readonly string[], hints: readonly string[] = []): Answer =>
    answer(name, 'HTTPS', [reply(hints, { records: [...records] })]);
  const references = ['ref1', 'ref2'].map((name) => https(name, [`1 . alpn=h2,h3 hints=${GOOD}`], [GOOD]));
  const working = answer('isp', 'A', [reply([GOOD])]);
  const impostor = [tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')];
  test.each<[string, Answer, VerdictId, readonly TlsAt[]]>([
    ['as the references give it', https('isp', [`1 . alpn=h2,h3 hints=${GOOD}`], [GOOD]), 'CONSISTENT_IP', []],
    ['with other protocols and no hint', https('isp', ['1 . alpn=h2']), 'CONSISTENT_IP', []],
    ['that names the site itself', https('isp', [`1 ${NAME} alpn=h2`]), 'CONSISTENT_IP', []],
    ['with a hint that nothing explains', https('isp', [`1 . hints=${EVIL}`], [EVIL]), 'INCONSISTENT', []],
    [
      'with one such hint among good ones',
      https('isp', [`1 . hints=${GOOD},${EVIL}`], [GOOD, EVIL]),
      'REDIRECT',
      impostor,
    ],
    ['that leads to another name', https('isp', ['1 evil.example.net alpn=h2']), 'INCONSISTENT', []],
    [
      'that leads to another name, with a good hint',
      https('isp', [`1 evil.example.net hints=${GOOD}`], [GOOD]),
      'INCONSISTENT',
      [],
    ],
    ['that is an alias of another name', https('isp', ['0 evil.example.net']), 'INCONSISTENT', []],
    ['left out', https('isp', []), 'CONSISTENT_IP', []],
    ['of which the resolver knows nothing', answer('isp', 'HTTPS', [reply('NOTIMP')]), 'CONSISTENT_IP', []],
    ['that makes the resolver fail', answer('isp', 'HTTPS', [reply('SERVFAIL')]), 'CONSISTENT_IP', []],
    ['that it is silent about', answer('isp', 'HTTPS', []), 'CONSISTENT_IP', []],
  ])('%s', (_, given, verdict, tls) => {
    expect(judged(evidence([...references, working, given], { tls: [...tls] }), 'HTTPS')[0]).toBe(verdict);
  });

  test('that only a resolver with no address leaves out is no better than its other answers', () => {
    expect(judged(evidence([...references, answer('isp', 'HTTPS', [reply('SERVFAIL')])]), 'HTTPS')[0]).toBe(
      'BLOCK_ERR',
    );
  });
});

describe('an old address', () => {
  const stale = answer('isp', 'A', [reply([EVIL], { errors: ['EDE 3: Stale Answer'] })]);
  const closed = [tlsAt(GOOD, null), tlsAt(EVIL, 'refused')];
  test.each<[string, Partial<DnsEvidence>, Answer, readonly [VerdictId, number]]>([
    ['that nobody is at, and that the resolver calls stale', { tls: closed }, stale, ['INCONSISTENT', 0.3]],
    ['that it does not call so', { tls: closed }, answer('isp', 'A', [reply([EVIL])]), ['INCONSISTENT', 0.5]],
    [
      'where somebody shows another certificate',
      { tls: [tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')] },
      stale,
      ['REDIRECT', 0.95],
    ],
    [
      'where somebody shows a certificate, and no other address can be compared',
      { tls: [tlsAt(GOOD, 'refused'), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')] },
      stale,
      ['INCONSISTENT', 0.5],
    ],
    [
      'where somebody serves a page',
      { tls: closed, victims: [pageAt(EVIL, 'Hello', 'A page.')] },
      stale,
      ['INCONSISTENT', 0.5],
    ],
  ])('%s', (_, more, given, expected) => {
    expect(judged(evidence([given], more), 'A')).toEqual(expected);
  });
});

describe('an IPv6 address that this machine cannot reach', () => {
  const NO_ROUTE: TlsAt = {
    ...tlsAt('2a01:db8::66', 'refused'),
    failure: { blame: 'monitor', code: 'network-unreachable', detail: 'This machine has no route to it.' },
  };
  const without = REFERENCES.filter(({ type }) => type === 'A');
  const denying = [...without, ...['ref1', 'ref2'].map((name) => answer(name, 'AAAA', [reply([])]))];
  const seen = (references: readonly Answer[], address: string): DnsEvidence => {
    const given = answer('isp', 'AAAA', [reply([address])]);
    return { ...evidence([]), answers: [...references, given], tls: [{ ...NO_ROUTE, address }] };
  };
  test.each<[string, readonly Answer[], string, number]>([
    ['beside others of the site', REFERENCES, '2a01:db8::66', 0.3],
    ['of a name that the references know no IPv6 of', denying, '2a01:db8::66', 0.5],
    ['that wraps an IPv4 address of the site', denying, '2a01:db8::5db8:d822', 0.3],
    ['where no reference was heard about IPv6', without, '2a01:db8::66', 0.3],
  ])('%s', (_, references, address, confidence) => {
    expect(judged(seen(references, address), 'AAAA')).toEqual(['INCONSISTENT', confidence]);
  });
});

describe('a made-up name', () => {
  const told = (
    now: readonly Answer[],
    before: readonly Answer[],
    tls: TlsAt[] = [],
    settings = SETTINGS,
  ): string[] => {
    const approved = dns.combine([evidence(before)]);
    return dns.comparers
      .flatMap((one) => one.compare(evidence(now, { tls }), [approved], settings))
      .filter(({ code }) => code === 'dns/wildcard-appeared')
      .map(({ severity, summary }) => `${severity}: ${summary}`);
  };
  const none = ['ref1', 'ref2', 'isp'].map((name) => absent(name, [reply('NXDOMAIN')]));
  const evil = ['ref1', 'ref2', 'isp'].map((name) => absent(name, [reply([EVIL])]));
  const good = ['ref1', 'ref2', 'isp'].map((name) => absent(name, [reply([GOOD])]));

  test('that has an address where it had none before is told of', () => {
    expect(told(evil, none)).toEqual([
      expect.stringMatching(/^warning: Every name below example\.org .*185\.11\.12\.13/u),
    ]);
    expect(told(good, none)).toEqual([expect.stringMatching(/^notice: /u)]);
  });

  const unreachable = { blame: 'monitor', code: 'network-unreachable', detail: 'No route.' } as const;
  test.each<[string, TlsAt, DnsSettings, string]>([
    ['a certificate that is not for the site', tlsAt(EVIL, 'SELF_SIGNED', 'evil'), SETTINGS, 'critical'],
    ['no certificate, for a site with TLS', tlsAt(EVIL, 'refused'), SETTINGS, 'critical'],
    ['no certificate, for a site without TLS', tlsAt(EVIL, 'refused'), PLAIN_HTTP, 'warning'],
    ['what this machine cannot reach', { ...tlsAt(EVIL, 'refused'), failure: unreachable }, SETTINGS, 'warning'],
    ['the certificate of the site', tlsAt(EVIL, null), SETTINGS, 'notice'],
  ])('that leads to %s', (_, at, settings, severity) => {
    expect(told(evil, none, [at], settings)).toEqual([expect.stringMatching(new RegExp(`^${severity}: `, 'u'))]);
  });

  test.each<[string, readonly Answer[], readonly Answer[]]>([
    ['had one before', evil, good],
    ['still has none', none, none],
    [
      'has one by a single resolver that rewrites',
      [absent('ref1', [reply('NXDOMAIN')]), absent('ref2', [reply([EVIL])])],
      none,
    ],
    ['has one by a witness only', [...none.slice(0, 2), absent('isp', [reply([EVIL])])], none],
    ['was not asked for before', evil, []],
    ['is answered by nobody now', [], none],
  ])('that %s is not', (_, now, before) => {
    expect(told(now, before)).toEqual([]);
  });

  test('loses its name in the baseline: each look makes up another', () => {
    const kept = dns.combine([evidence(none)]).answers.filter(({ asked }) => asked === 'absent');
    expect(kept.map(({ resolver, name }) => `${resolver.name} ${name}`)).toEqual([
      'ref1 *.example.org',
      'ref2 *.example.org',
    ]);
  });
});

test('an answer of thousands of addresses fills no mail: the one it turned on comes first', () => {
  const many = Array.from({ length: 4_096 }, (_, at) => `185.11.${at >> 8}.${at & 255}`);
  const seen = evidence([answer('isp', 'A', [reply([...many, EVIL])])], {
    tls: [tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')],
  });
  const [finding] = dns.comparers.flatMap((one) => one.compare(seen, [], SETTINGS));
  expect(finding?.actual).toMatch(
    /^185\.11\.12\.13 \(SELF_SIGNED, issued by CN=x\), 185\.11\.0\.0, .* and 408\d more$/u,
  );
  expect(finding?.actual?.length).toBeLessThan(500);
});
