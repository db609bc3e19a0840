import { describe, expect, test } from 'vitest';
import { trustKeys } from '../../../../src/checks/dns/dnssec/delegation.js';
import { validateAnswer, validateResponse } from '../../../../src/checks/dns/dnssec/response.js';
import { findSet } from '../../../../src/checks/dns/dnssec/rrsets.js';
import { LIMITS, Work } from '../../../../src/checks/dns/dnssec/work.js';
import { ROOT_ANCHORS } from '../../../../src/checks/dns/root-anchors.js';
import { context, dsOf, introduced, judged, read, trusted, verdict } from './judging.js';
import { realRecords } from './real-zone.js';
import { a, Key, message, NOW, type Rr, rr, S, T, wire, Zone } from './signer.js';

const parent = new Zone('org');
const child = new Zone('example.org');

describe("a child's keys", () => {
  test.each([1, 2, 4])('are believed by a digest of type %i', (digestType) => {
    expect(verdict(trusted(child, { ds: [child.ds(digestType)] }))).toBe('SECURE keys-match');
    const wrong = child.ds(digestType);
    const flipped = { ...wrong, rdata: [...wrong.rdata.slice(0, -1), (wrong.rdata.at(-1) ?? 0) ^ 1] };
    expect(verdict(trusted(child, { ds: [flipped] }))).toBe('BOGUS keys-unmatched');
  });

  test('are not believed by a digest of the same key under another name', () => {
    const other = { ...new Zone('example.net', child.key).ds(), owner: 'example.org' };
    expect(verdict(trusted(child, { ds: [other] }))).toBe('BOGUS keys-unmatched');
  });

  test('count as unsigned where every DS is of an unknown algorithm or digest, and only then', () => {
    const [strangeDigest, strangeAlgorithm] = [child.ds(), child.ds()].map(({ rdata, ...rest }, at) => ({
      ...rest,
      rdata: rdata.map((byte, offset) => (offset === (at === 0 ? 3 : 2) ? 99 : byte)),
    }));
    if (!strangeDigest || !strangeAlgorithm) throw new Error('no DS');
    expect(verdict(trusted(child, { ds: [strangeDigest, strangeAlgorithm] }))).toBe('INSECURE unknown-algorithm');
    expect(verdict(trusted(child, { ds: [strangeDigest, child.ds()] }))).toBe('SECURE keys-match');
    const stranger = new Zone('example.org');
    expect(verdict(trusted(child, { ds: [strangeDigest, stranger.ds()] }))).toBe('BOGUS keys-unmatched');
  });

  test('are not believed by SHA-1 where a better digest is given', () => {
    const better = new Zone('example.org').ds(2);
    expect(verdict(trusted(child, { ds: [child.ds(1), better] }))).toBe('BOGUS keys-unmatched');
  });

  test('must be signed by the key that the DS names, not only by another of them', () => {
    const second = new Key(13, { flags: 0x0100 });
    const keys = [...child.keySet(), rr('example.org', S.DNSKEY, second.rdata)];
    expect(verdict(trusted(child, { keySet: child.signed(keys) }))).toBe('SECURE keys-match');
    expect(verdict(trusted(child, { keySet: child.signed(keys, {}, second) }))).toBe('BOGUS no-such-key');
    expect(verdict(trusted(child, { keySet: keys }))).toBe('BOGUS no-signature');
    expect(verdict(trusted(child, { keySet: [] }))).toBe('BOGUS keys-missing');
  });

  test('sign for the zone once they are believed, and no key that is not in the signed set does', () => {
    const zsk = new Key(15, { flags: 0x0100 });
    const keySet = child.signed([...child.keySet(), rr('example.org', S.DNSKEY, zsk.rdata)]);
    const trust = trusted(child, { keySet });
    const byZsk = (key: Key) =>
      read(message('www.example.org', T.A, { answer: child.signed([a('www.example.org')], {}, key) }));
    const question = { name: 'www.example.org', type: T.A };
    expect(verdict(validateResponse(question, byZsk(zsk), trust, context()))).toBe('SECURE answer-signed');
    expect(validateResponse(question, byZsk(new Key(15)), trust, context()).status).toBe('BOGUS');
  });

  test('of colliding tags cost four digests that fail', () => {
    const ds = child.ds();
    const wrong = Array.from({ length: 40 }, (_, at) => ({ ...ds, rdata: [...ds.rdata.slice(0, -1), at] }));
    const work = new Work();
    expect(verdict(trusted(child, { ds: wrong, at: context(NOW, work) }))).toBe('BOGUS keys-unmatched');
    expect(work.digests).toBe(LIMITS.digestFailures);
  });
});

describe('a delegation', () => {
  test('is signed by its parent', () => {
    expect(verdict(introduced(parent, 'example.org', parent.signed([child.ds()])))).toBe('SECURE delegation-signed');
    expect(verdict(introduced(parent, 'example.org', [child.ds()]))).toBe('BOGUS no-signature');
    expect(verdict(introduced(parent, 'example.org', new Zone('org').signed([child.ds()])))).toBe('BOGUS no-such-key');
    expect(verdict(introduced(parent, 'example.org', child.signed([child.ds()])))).toBe('BOGUS foreign-signer');
    expect(introduced(parent, 'example.org', parent.signed([child.ds()], { labels: 1 })).status).toBe('BOGUS');
  });

  test('without DS needs proof of that', () => {
    const gap = parent.nsec('example.org', 'z.org', [T.NS, S.RRSIG, S.NSEC]);
    expect(verdict(introduced(parent, 'example.org', gap))).toBe('INSECURE delegation-unsigned');
    expect(verdict(introduced(parent, 'example.org', []))).toBe('BOGUS no-delegation-proof');
    expect(verdict(introduced(parent, 'example.org', gap.slice(0, 1)))).toBe('BOGUS no-signature');
    const signed = parent.nsec('example.org', 'z.org', [T.NS, S.DS, S.RRSIG, S.NSEC]);
    expect(verdict(introduced(parent, 'example.org', signed))).toBe('BOGUS no-delegation-proof');
    const apex = parent.nsec('example.org', 'z.org', [T.NS, T.SOA]);
    expect(verdict(introduced(parent, 'example.org', apex))).toBe('BOGUS no-delegation-proof');
    const covering = parent.nsec('a.org', 'z.org', [T.NS]);
    expect(verdict(introduced(parent, 'example.org', covering))).toBe('BOGUS no-delegation-proof');
  });
});

describe('an alias', () => {
  const target = (owner: string, name: string, type: number = T.CNAME): Rr => rr(owner, type, wire(name));
  const dname = child.signed([target('old.example.org', 'new.example.org', T.DNAME)]);
  const ofHost = (answer: readonly Rr[], rcode = 0) =>
    verdict(judged(child, 'host.old.example.org', T.A, { answer, rcode }));

  test('is signed itself', () => {
    const cname = [target('www.example.org', 'cdn.example.net')];
    expect(verdict(judged(child, 'www.example.org', T.A, { answer: child.signed(cname) }))).toBe(
      'SECURE answer-signed',
    );
    expect(verdict(judged(child, 'www.example.org', T.A, { answer: cname }))).toBe('BOGUS no-signature');
  });

  test('made by a DNAME need not be signed but must be what the DNAME makes', () => {
    expect(ofHost([...dname, target('host.old.example.org', 'host.new.example.org')])).toBe('SECURE alias-synthesised');
    expect(ofHost(dname)).toBe('SECURE alias-synthesised');
    expect(ofHost([...dname, target('host.old.example.org', 'evil.example.net')])).toBe('BOGUS alias-forged');
    expect(ofHost([...dname.slice(0, 1), target('host.old.example.org', 'host.new.example.org')])).toBe(
      'BOGUS no-signature',
    );
  });

  test('that is signed itself stands by that, whatever DNAME comes along', () => {
    const own = child.signed([target('host.old.example.org', 'web.example.org')]);
    expect(ofHost([...dname, ...own])).toBe('SECURE answer-signed');
  });

  test('made by a DNAME out of a wildcard is refused: nothing says what that would mean', () => {
    const wild = child.signed([target('old.example.org', 'new.example.org', T.DNAME)], { labels: 2 });
    expect(ofHost(wild)).toBe('BOGUS wrong-labels');
  });

  test('made by a DNAME asked for by its own type is as good', () => {
    const answer = [...dname, target('host.old.example.org', 'host.new.example.org')];
    expect(verdict(judged(child, 'host.old.example.org', T.CNAME, { answer }))).toBe('SECURE alias-synthesised');
  });

  test('made too long by a DNAME is refused with its proof', () => {
    const label = 'x'.repeat(63);
    const long = child.signed([target('old.example.org', `${[label, label, label].join('.')}.example.org`, T.DNAME)]);
    const name = `${'y'.repeat(63)}.old.example.org`;
    expect(verdict(judged(child, name, T.A, { answer: long, rcode: 6 }))).toBe('SECURE alias-synthesised');
    expect(verdict(judged(child, name, T.A, { rcode: 6 }))).toBe('BOGUS alias-forged');
  });

  test('within one answer is judged link by link, and a name nobody traced stays open', () => {
    const answer = [
      ...child.signed([target('www.example.org', 'web.example.org')]),
      ...child.signed([a('web.example.org')]),
    ];
    const response = read(message('www.example.org', T.A, { answer }));
    const question = { name: 'www.example.org', type: T.A };
    const trust = trusted(child);
    expect(verdict(validateAnswer(question, response, () => trust, context()))).toBe('SECURE answer-signed');
    const partly = validateAnswer(question, response, (name) => (name.startsWith('www') ? trust : null), context());
    expect(verdict(partly)).toBe('INDETERMINATE nothing-received');
    const forged = read(message('www.example.org', T.A, { answer: [...answer.slice(0, 2), a('web.example.org', 66)] }));
    expect(verdict(validateAnswer(question, forged, () => trust, context()))).toBe('BOGUS no-signature');
    const circle = [...child.signed([target('www.example.org', 'www.example.org')])];
    const work = new Work();
    validateAnswer(
      question,
      read(message('www.example.org', T.A, { answer: circle })),
      () => trust,
      context(NOW, work),
    );
    expect(work.signatures).toBeLessThan(12);
  });
});

test('a failure says nothing of a name, whatever its zone is', () => {
  expect(verdict(judged(child, 'www.example.org', T.A, { rcode: 2 }))).toBe('INDETERMINATE failure-response');
  expect(verdict(judged(child, 'www.example.org', T.A, { rcode: 5 }))).toBe('INDETERMINATE failure-response');
});

describe('the real root and .de, as their servers sent them on 6 May 2026', () => {
  const MAY_2026 = Date.UTC(2026, 4, 6, 1, 30) / 1000;

  function rootTrust(now: number, anchors = ROOT_ANCHORS.anchors) {
    const response = read(message('.', S.DNSKEY, { answer: realRecords('.', 'DNSKEY') }));
    return trustKeys('.', anchors, 'trust-anchor', findSet(response.answer, '.', S.DNSKEY), context(now));
  }

  test('validate from the bundled anchors down', () => {
    const root = rootTrust(MAY_2026);
    expect(verdict(root)).toBe('SECURE trust-anchor');
    const referral = read(message('nic.de', T.A, { authority: realRecords('de', 'DS') }));
    const question = { name: 'de', type: S.DS };
    const asAnswer = read(message('de', S.DS, { answer: realRecords('de', 'DS') }));
    expect(verdict(validateResponse(question, asAnswer, root, context(MAY_2026)))).toBe('SECURE answer-signed');
    const ds = findSet(referral.authority, 'de', S.DS);
    const keys = read(message('de', S.DNSKEY, { answer: realRecords('de', 'DNSKEY') }));
    const de = trustKeys(
      'de',
      dsOf(...(ds?.rdatas ?? []).map((rdata) => rr('de', S.DS, [...rdata]))),
      'parent',
      findSet(keys.answer, 'de', S.DNSKEY),
      context(MAY_2026),
    );
    expect(verdict(de)).toBe('SECURE keys-match');
    const nic = read(message('nic.de', S.DS, { answer: realRecords('nic.de', 'DS') }));
    expect(verdict(validateResponse({ name: 'nic.de', type: S.DS }, nic, de, context(MAY_2026)))).toBe(
      'SECURE answer-signed',
    );
  });

  test('do not a month later, nor from the key that did not sign yet alone', () => {
    expect(verdict(rootTrust(MAY_2026 + 31 * 86_400))).toBe('BOGUS signature-expired');
    const only2024 = ROOT_ANCHORS.anchors.filter(({ keyTag }) => keyTag === 38_696);
    expect(verdict(rootTrust(MAY_2026, only2024))).toBe('BOGUS no-such-key');
  });
});
