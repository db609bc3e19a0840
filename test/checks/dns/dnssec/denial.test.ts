import { describe, expect, test } from 'vitest';
import { LIMITS, Work } from '../../../../src/checks/dns/dnssec/work.js';
import { context, introduced, judged, verdict } from './judging.js';
import { a, NOW, type Nsec3Options, rr, S, soa, T, wire, Zone } from './signer.js';

const NXDOMAIN = 3;
const zone = new Zone('example.org');
const denialOf = zone.signed([soa('example.org')]);
const LEAF = [T.A, S.RRSIG, S.NSEC];
const APEX = [T.NS, T.SOA, S.RRSIG, S.NSEC, S.DNSKEY];

type Records = ReturnType<Zone['signed']>;

function nxdomain(name: string, ...gaps: readonly Records[]): string {
  return verdict(judged(zone, name, T.A, { rcode: NXDOMAIN, authority: [...denialOf, ...gaps.flat()] }));
}

function nodata(name: string, type: number, ...gaps: readonly Records[]): string {
  return verdict(judged(zone, name, type, { authority: [...denialOf, ...gaps.flat()] }));
}

describe('NSEC: a name is denied', () => {
  const apexToMail = zone.nsec('example.org', 'mail.example.org', APEX);

  test('when gaps cover it and the wildcard that could have made it', () => {
    const gap = zone.nsec('mail.example.org', 'www.example.org', LEAF);
    expect(nxdomain('nope.example.org', apexToMail, gap)).toBe('SECURE name-denied');
    expect(nxdomain('a.b.nope.example.org', apexToMail, gap)).toBe('SECURE name-denied');
    expect(nxdomain('xyz.example.org', apexToMail, zone.nsec('www.example.org', 'example.org', LEAF))).toBe(
      'SECURE name-denied',
    );
  });

  test('not when a gap is missing, is elsewhere or is unsigned', () => {
    const gap = zone.nsec('mail.example.org', 'www.example.org', LEAF);
    expect(nxdomain('nope.example.org', gap)).toBe('BOGUS denial-unproven');
    expect(nxdomain('nope.example.org', apexToMail)).toBe('BOGUS denial-unproven');
    expect(nxdomain('zzz.example.org', apexToMail, gap)).toBe('BOGUS denial-unproven');
    expect(nxdomain('nope.example.org')).toBe('BOGUS denial-unproven');
    expect(nxdomain('nope.example.org', apexToMail, gap.slice(0, 1))).toBe('BOGUS denial-unproven');
    expect(nxdomain('nope.example.org', gap.slice(0, 1))).toBe('BOGUS no-signature');
    expect(nxdomain('nope.example.org', zone.nsec('mail.example.org', 'www.example.org', LEAF).slice(1))).toBe(
      'BOGUS denial-unproven',
    );
  });

  test('not by the gap below a delegation or a DNAME, which knows nothing of what is there', () => {
    for (const types of [
      [T.NS, S.RRSIG, S.NSEC],
      [T.DNAME, S.RRSIG, S.NSEC],
    ]) {
      const gap = zone.nsec('sub.example.org', 'www.example.org', types);
      expect(nxdomain('host.sub.example.org', apexToMail, gap)).toBe('BOGUS denial-unproven');
      expect(nxdomain('tub.example.org', apexToMail, gap)).toBe('SECURE name-denied');
    }
  });

  test('not when something stands below it', () => {
    const gap = zone.nsec('mail.example.org', 'a.node.example.org', LEAF);
    expect(nxdomain('node.example.org', apexToMail, gap)).toBe('BOGUS denial-unproven');
    expect(nodata('node.example.org', T.A, gap)).toBe('SECURE type-denied');
  });

  test('not by a gap that a wildcard made up', () => {
    const wild = zone.signed([rr('mail.example.org', S.NSEC, [...wire('www.example.org'), 0, 1, 0x40])], { labels: 2 });
    expect(nxdomain('nope.example.org', apexToMail, wild)).toBe('BOGUS denial-unproven');
  });

  test('not by a gap of another zone', () => {
    const other = new Zone('org', zone.key).nsec('a.org', 'z.org', LEAF);
    expect(nxdomain('nope.example.org', other)).toBe('BOGUS foreign-signer');
  });
});

describe('NSEC: a type is denied', () => {
  test("when the name's own list of types lacks it", () => {
    expect(nodata('www.example.org', T.AAAA, zone.nsec('www.example.org', 'example.org', LEAF))).toBe(
      'SECURE type-denied',
    );
    expect(nodata('www.example.org', T.A, zone.nsec('www.example.org', 'example.org', LEAF))).toBe(
      'BOGUS denial-unproven',
    );
    expect(nodata('www.example.org', 65, zone.nsec('www.example.org', 'example.org', [T.A, 65, 257]))).toBe(
      'BOGUS denial-unproven',
    );
    expect(nodata('www.example.org', 257, zone.nsec('www.example.org', 'example.org', [T.A, 65, 257]))).toBe(
      'BOGUS denial-unproven',
    );
    expect(nodata('www.example.org', 256, zone.nsec('www.example.org', 'example.org', [T.A, 65, 257]))).toBe(
      'SECURE type-denied',
    );
  });

  test('not when the name is an alias or delegated', () => {
    expect(nodata('www.example.org', T.AAAA, zone.nsec('www.example.org', 'example.org', [T.CNAME]))).toBe(
      'BOGUS denial-unproven',
    );
    expect(nodata('sub.example.org', T.A, zone.nsec('sub.example.org', 'example.org', [T.NS, S.NSEC]))).toBe(
      'BOGUS denial-unproven',
    );
  });

  test('for DS only by the parent', () => {
    expect(nodata('sub.example.org', S.DS, zone.nsec('sub.example.org', 'example.org', [T.NS, S.NSEC]))).toBe(
      'SECURE type-denied',
    );
    expect(nodata('example.org', S.DS, zone.nsec('example.org', 'www.example.org', APEX))).toBe(
      'BOGUS denial-unproven',
    );
  });

  test('by a wildcard that lacks it', () => {
    const star = zone.nsec('*.w.example.org', 'www.example.org', LEAF);
    expect(nodata('x.w.example.org', T.AAAA, star)).toBe('SECURE type-denied');
    expect(nodata('x.w.example.org', T.A, star)).toBe('BOGUS denial-unproven');
    expect(nodata('x.y.example.org', T.AAAA, star)).toBe('BOGUS denial-unproven');
  });
});

describe('a wildcard answers', () => {
  const made = zone.signed([a('x.w.example.org')], { labels: 3 });
  const ofWildcard = (name: string, answer: Records, ...gaps: readonly Records[]): string =>
    verdict(judged(zone, name, T.A, { answer, authority: gaps.flat() }));

  test('when no nearer name exists', () => {
    expect(ofWildcard('x.w.example.org', made, zone.nsec('*.w.example.org', 'www.example.org', LEAF))).toBe(
      'SECURE wildcard-signed',
    );
    expect(ofWildcard('x.w.example.org', made, zone.nsec3Over('x.w.example.org'))).toBe('SECURE wildcard-signed');
  });

  test('not without proof of that, or where a nearer name exists', () => {
    expect(ofWildcard('x.w.example.org', made)).toBe('BOGUS wildcard-unproven');
    expect(ofWildcard('x.w.example.org', made, zone.nsec('y.w.example.org', 'www.example.org', LEAF))).toBe(
      'BOGUS wildcard-unproven',
    );
    expect(ofWildcard('x.w.example.org', made, zone.nsec3Over('y.w.example.org'))).toBe('BOGUS wildcard-unproven');
    const deep = zone.signed([a('a.b.w.example.org')], { labels: 3 });
    expect(ofWildcard('a.b.w.example.org', deep, zone.nsec('b.w.example.org', 'z.b.w.example.org', LEAF))).toBe(
      'BOGUS wildcard-unproven',
    );
    expect(ofWildcard('a.b.w.example.org', deep, zone.nsec('*.w.example.org', 'www.example.org', LEAF))).toBe(
      'SECURE wildcard-signed',
    );
    expect(ofWildcard('a.b.w.example.org', deep, zone.nsec3Over('a.b.w.example.org'))).toBe('BOGUS wildcard-unproven');
    expect(ofWildcard('a.b.w.example.org', deep, zone.nsec3Over('b.w.example.org'))).toBe('SECURE wildcard-signed');
  });

  test('for its own name without any proof', () => {
    expect(ofWildcard('*.w.example.org', zone.signed([a('*.w.example.org')]))).toBe('SECURE answer-signed');
  });

  test('in place of the root-most name too', () => {
    const root = new Zone('.');
    const answer = root.signed([a('anything')], { labels: 0 });
    const gaps = root.nsec('.', 'zzz', APEX);
    expect(verdict(judged(root, 'anything', T.A, { answer, authority: gaps }))).toBe('SECURE wildcard-signed');
  });
});

describe.each<[string, Nsec3Options]>([
  ['no salt', {}],
  ['a salt', { salt: [0xab, 0xcd] }],
  ['a salt and iterations', { salt: [1, 2, 3, 4, 5, 6, 7, 8], iterations: 10 }],
  ['as many iterations as are followed', { iterations: LIMITS.nsec3Iterations }],
])('NSEC3 with %s', (_what, options) => {
  const at = (name: string, types: readonly number[]) => zone.nsec3At(name, types, options);
  const over = (name: string) => zone.nsec3Over(name, options);
  const apex = at('example.org', APEX);

  test('denies a name by its nearest ancestor, the next name down and the wildcard', () => {
    expect(nxdomain('nope.example.org', apex, over('nope.example.org'), over('*.example.org'))).toBe(
      'SECURE name-denied',
    );
    expect(nxdomain('a.b.example.org', apex, over('b.example.org'), over('*.example.org'))).toBe('SECURE name-denied');
  });

  test('denies no name with a part of that missing', () => {
    const parts = [apex, over('nope.example.org'), over('*.example.org')];
    for (const missing of parts.keys()) {
      expect(nxdomain('nope.example.org', ...parts.filter((_, index) => index !== missing))).toBe(
        'BOGUS denial-unproven',
      );
    }
    expect(nxdomain('nope.example.org', ...parts, at('nope.example.org', LEAF))).toBe('BOGUS denial-unproven');
  });

  test('denies no name below a delegation or a DNAME', () => {
    for (const types of [[T.NS], [T.DNAME]]) {
      const gaps = [at('sub.example.org', types), over('x.sub.example.org'), over('*.sub.example.org')];
      expect(nxdomain('x.sub.example.org', ...gaps)).toBe('BOGUS denial-unproven');
    }
  });

  test('denies a type at a name, and by a wildcard', () => {
    expect(nodata('www.example.org', T.AAAA, at('www.example.org', [T.A]))).toBe('SECURE type-denied');
    expect(nodata('www.example.org', T.A, at('www.example.org', [T.A]))).toBe('BOGUS denial-unproven');
    expect(nodata('www.example.org', T.A, at('www.example.org', [T.CNAME]))).toBe('BOGUS denial-unproven');
    const star = [at('w.example.org', []), over('x.w.example.org'), at('*.w.example.org', [T.A])];
    expect(nodata('x.w.example.org', T.AAAA, ...star)).toBe('SECURE type-denied');
    expect(nodata('x.w.example.org', T.A, ...star)).toBe('BOGUS denial-unproven');
  });

  test('proves an unsigned delegation at its name, or leaves it open by opt-out', () => {
    expect(introduced(zone, 'sub.example.org', at('sub.example.org', [T.NS])).status).toBe('INSECURE');
    expect(introduced(zone, 'sub.example.org', at('sub.example.org', [T.NS, S.DS])).status).toBe('BOGUS');
    expect(introduced(zone, 'sub.example.org', at('sub.example.org', [T.A])).status).toBe('BOGUS');
    expect(introduced(zone, 'sub.example.org', at('sub.example.org', APEX)).status).toBe('BOGUS');
    const optOut = [...apex, ...zone.nsec3Over('sub.example.org', { ...options, flags: 1 })];
    expect(verdict(introduced(zone, 'sub.example.org', optOut))).toBe('INSECURE opt-out');
    expect(introduced(zone, 'sub.example.org', [...apex, ...over('sub.example.org')]).status).toBe('BOGUS');
    expect(introduced(zone, 'sub.example.org', optOut.slice(2)).status).toBe('BOGUS');
  });
});

describe('NSEC3', () => {
  const optOut = { flags: 1 };

  test('with opt-out proves no name or wildcard to be right: it may be an unsigned delegation', () => {
    const gaps = [
      zone.nsec3At('example.org', APEX),
      zone.nsec3Over('nope.example.org', optOut),
      zone.nsec3Over('*.example.org', optOut),
    ];
    expect(nxdomain('nope.example.org', ...gaps)).toBe('INSECURE opt-out');
    expect(nodata('nope.example.org', T.A, ...gaps.slice(0, 2))).toBe('INSECURE opt-out');
    const star = [
      zone.nsec3At('example.org', APEX),
      zone.nsec3Over('x.example.org', optOut),
      zone.nsec3At('*.example.org', LEAF),
    ];
    expect(nodata('x.example.org', T.AAAA, ...star)).toBe('INSECURE opt-out');
    const answer = zone.signed([a('x.w.example.org')], { labels: 3 });
    const made = judged(zone, 'x.w.example.org', T.A, { answer, authority: zone.nsec3Over('x.w.example.org', optOut) });
    expect(verdict(made)).toBe('INSECURE opt-out');
  });

  test('of more iterations than anybody follows counts as unsigned, once its signature holds', () => {
    const slow = { iterations: LIMITS.nsec3Iterations + 1 };
    const gap = zone.nsec3At('example.org', APEX, slow);
    expect(nxdomain('nope.example.org', gap)).toBe('INSECURE too-many-iterations');
    const forged = gap.map((record) =>
      record.type === S.NSEC3 ? { ...record, rdata: [...record.rdata.slice(0, -1), 9] } : record,
    );
    expect(nxdomain('nope.example.org', forged)).toBe('BOGUS signature-wrong');
  });

  test('of an unknown kind proves nothing', () => {
    const gaps = (options: Nsec3Options) => [
      zone.nsec3At('example.org', APEX, options),
      zone.nsec3Over('nope.example.org', options),
      zone.nsec3Over('*.example.org', options),
    ];
    expect(nxdomain('nope.example.org', ...gaps({ hashAlgorithm: 2 }))).toBe('BOGUS denial-unproven');
    expect(nxdomain('nope.example.org', ...gaps({ flags: 2 }))).toBe('BOGUS denial-unproven');
  });

  test('at a name that is no hash right below the apex proves nothing', () => {
    const moved = zone
      .nsec3Over('nope.example.org')
      .slice(0, 1)
      .map((one) => ({ ...one, owner: one.owner.replace('.', '.x.') }));
    const gaps = [zone.nsec3At('example.org', APEX), zone.signed(moved), zone.nsec3Over('*.example.org')];
    expect(nxdomain('nope.example.org', ...gaps)).toBe('BOGUS denial-unproven');
  });

  test('of two sets of parameters is not mixed', () => {
    const gaps = [
      zone.nsec3At('example.org', APEX),
      zone.nsec3Over('nope.example.org', { salt: [1] }, {}),
      zone.nsec3Over('*.example.org'),
    ];
    expect(nxdomain('nope.example.org', ...gaps)).toBe('BOGUS denial-unproven');
  });

  test('makes a name of a hundred labels cost eight hashes of the slowest kind, and no more', () => {
    const deep = `${Array.from({ length: 100 }, () => 'a').join('.')}.example.org`;
    const work = new Work();
    const authority = [...denialOf, ...zone.nsec3At('other.example.org', LEAF, { iterations: 150 })];
    const outcome = judged(zone, deep, T.A, { rcode: NXDOMAIN, authority }, context(NOW, work));
    expect(verdict(outcome)).toBe('INDETERMINATE work-limit');
    expect(work.hashes).toBe(8);
    const quick = new Work();
    const proof = [zone.nsec3At('example.org', APEX), zone.nsec3Over('a.example.org'), zone.nsec3Over('*.example.org')];
    expect(verdict(judged(zone, deep, T.A, { rcode: NXDOMAIN, authority: proof.flat() }, context(NOW, quick)))).toBe(
      'SECURE name-denied',
    );
    expect(quick.hashes).toBeLessThan(110);
  });

  test('by the hundred in one message costs the signatures of eight', () => {
    const work = new Work();
    const authority = Array.from({ length: 50 }, (_, at) => zone.nsec3At(`n${at}.example.org`, LEAF)).flat();
    judged(zone, 'nope.example.org', T.A, { rcode: NXDOMAIN, authority }, context(NOW, work));
    expect(work.signatures).toBeLessThanOrEqual(LIMITS.denialSets + 1);
  });
});
