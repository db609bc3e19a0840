import { constants, createHash, createPublicKey, generateKeyPairSync, publicEncrypt, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSignedBy } from '../../../../src/checks/dns/dnssec/algorithms.js';
import { validateResponse } from '../../../../src/checks/dns/dnssec/response.js';
import { readResponse } from '../../../../src/checks/dns/dnssec/rrsets.js';
import { serialDifference } from '../../../../src/checks/dns/dnssec/signatures.js';
import { LIMITS, Work } from '../../../../src/checks/dns/dnssec/work.js';
import { context, judged, read, trusted, verdict } from './judging.js';
import { a, Key, message, NOW, rr, S, T, wire, Zone } from './signer.js';

const DAY = 86_400;
const zone = new Zone('example.org');
const www = a('www.example.org');

function ofWww(answer: Parameters<typeof message>[2]['answer'], at = context()): string {
  return verdict(judged(zone, 'www.example.org', T.A, { answer: answer ?? [] }, at));
}

describe('every algorithm in use', () => {
  test.each([5, 7, 8, 10, 13, 14, 15, 16])('%i: its signature is believed, one over other data is not', (algorithm) => {
    const signer = new Zone('example.org', new Key(algorithm));
    const genuine = signer.signed([www]);
    expect(trusted(signer).status).toBe('SECURE');
    expect(verdict(judged(signer, 'www.example.org', T.A, { answer: genuine }))).toBe('SECURE answer-signed');
    const forged = [a('www.example.org', 66), signer.signature([www])];
    expect(verdict(judged(signer, 'www.example.org', T.A, { answer: forged }))).toBe('BOGUS signature-wrong');
  });

  test.each([5, 7, 8, 10, 13, 14, 15, 16])(
    '%i: keys and signatures cut anywhere are refused, never thrown over',
    (algorithm) => {
      const key = new Key(algorithm);
      const publicKey = Uint8Array.from(key.rdata.slice(4));
      const data = Uint8Array.of(1, 2, 3);
      const signature = Uint8Array.from(key.signatureOf(data));
      expect(isSignedBy(algorithm, publicKey, data, signature)).toBe(true);
      for (let length = 0; length < publicKey.length; length++) {
        expect(isSignedBy(algorithm, publicKey.subarray(0, length), data, signature)).toBe(false);
      }
      for (let length = 0; length < signature.length; length++) {
        expect(isSignedBy(algorithm, publicKey, data, signature.subarray(0, length))).toBe(false);
      }
      expect(
        isSignedBy(
          algorithm,
          publicKey.map((byte) => byte ^ 0x55),
          data,
          signature,
        ),
      ).toBe(false);
    },
  );

  test('RSA: a key whose exponent was made to be slow is no key, though its signature is right', () => {
    const { privateKey, ...own } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const bytes = (text = ''): number[] => [...Buffer.from(text, 'base64url')];
    const { n, e, d } = privateKey.export({ format: 'jwk' });
    const data = Uint8Array.of(1, 2, 3);
    // The two exponents of RSA may change places: signed by the small one, to be verified by the large one.
    const digest = createHash('sha256').update(data).digest();
    const info = [...Buffer.from('3031300d060960864801650304020105000420', 'hex'), ...digest];
    const block = Buffer.from([0, 1, ...new Array<number>(128 - 3 - info.length).fill(0xff), 0, ...info]);
    const signature = publicEncrypt({ key: own.publicKey, padding: constants.RSA_NO_PADDING }, block);
    const slow = Uint8Array.from([bytes(d).length, ...bytes(d), ...bytes(n)]);
    expect(isSignedBy(8, slow, data, signature)).toBe(false);
    expect(
      isSignedBy(
        8,
        Uint8Array.from([bytes(e).length, ...bytes(e), ...bytes(n)]),
        data,
        sign('sha256', data, privateKey),
      ),
    ).toBe(true);
    const slowKey = createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: d ?? '' }, format: 'jwk' });
    expect(verify('sha256', data, slowKey, signature)).toBe(true);
  });
});

describe('a set of records', () => {
  test('is signed whole: in whatever order it comes, each record once', () => {
    const records = [a('www.example.org', 9), a('www.example.org', 1), a('www.example.org', 5)];
    const signature = zone.signature(records);
    expect(ofWww([...records, signature])).toBe('SECURE answer-signed');
    expect(ofWww([...records.toReversed(), signature, ...records])).toBe('SECURE answer-signed');
    expect(ofWww([...records.slice(1), signature])).toBe('BOGUS signature-wrong');
    expect(ofWww([...records, a('www.example.org', 66), signature])).toBe('BOGUS signature-wrong');
  });

  test('keeps its signature whatever its TTL was counted down or raised to', () => {
    const [record, signature] = zone.signed([www]);
    if (!record || !signature) throw new Error('unsigned');
    expect(
      ofWww([
        { ...record, ttl: 7 },
        { ...signature, ttl: 3 },
      ]),
    ).toBe('SECURE answer-signed');
    expect(ofWww(zone.signed([www], { originalTtl: 301 }))).toBe('SECURE answer-signed');
  });

  test('is compared without regard to the case of letters, in its owner and in the names it holds', () => {
    const mx = (name: string, exchange: string) => rr(name, T.MX, [0, 10, ...wire(exchange)]);
    const signature = zone.signature([mx('example.org', 'mail.example.org')]);
    const answer = [mx('eXample.ORG', 'MAIL.example.oRg'), { ...signature, owner: 'EXAMPLE.org' }];
    expect(verdict(judged(zone, 'example.org', T.MX, { answer }))).toBe('SECURE answer-signed');
    const txt = (text: string) => rr('example.org', T.TXT, [text.length, ...Buffer.from(text)]);
    const shouted = [txt('HELLO'), zone.signature([txt('hello')])];
    expect(verdict(judged(zone, 'example.org', T.TXT, { answer: shouted }))).toBe('BOGUS signature-wrong');
  });

  test("outside of the zone is not the zone's to sign", () => {
    const answer = zone.signed([a('www.example.net')]);
    expect(verdict(judged(zone, 'www.example.net', T.A, { answer }))).toBe('BOGUS foreign-signer');
  });

  test('without a signature is refused in a signed zone', () => {
    expect(ofWww([www])).toBe('BOGUS no-signature');
  });
});

describe('a signature', () => {
  test.each([
    ['by another zone', { signer: 'example.net' }, 'foreign-signer'],
    ['by the parent', { signer: 'org' }, 'foreign-signer'],
    ['by a zone below', { signer: 'www.example.org' }, 'foreign-signer'],
    ['for more labels than the name has', { labels: 4 }, 'wrong-labels'],
    ['of another type', { typeCovered: T.AAAA }, 'no-signature'],
    ['by a tag no key has', { keyTag: zone.key.tag ^ 1 }, 'no-such-key'],
    ['by an algorithm no key has', { algorithm: 8 }, 'no-such-key'],
    ['by an algorithm nobody has', { algorithm: 200 }, 'no-such-key'],
    ['that has expired', { inception: NOW - 30 * DAY, expiration: NOW - 4 * DAY }, 'signature-expired'],
    ['that begins tomorrow', { inception: NOW + 2 * DAY, expiration: NOW + 9 * DAY }, 'signature-not-yet-valid'],
    ['that ends before it begins', { inception: NOW + DAY, expiration: NOW - DAY }, 'signature-expired'],
  ])('%s is refused', (_what, fields, code) => {
    expect(ofWww(zone.signed([www], fields))).toBe(`BOGUS ${code}`);
  });

  test('is forgiven a clock that is a little off: a tenth of its life, at most a day, at least an hour', () => {
    const life = (length: number, ago: number) => ({ inception: NOW - ago - length, expiration: NOW - ago });
    expect(ofWww(zone.signed([www], life(5 * 3600, 3500)))).toBe('SECURE answer-signed');
    expect(ofWww(zone.signed([www], life(5 * 3600, 3700)))).toBe('BOGUS signature-expired');
    expect(ofWww(zone.signed([www], life(90 * DAY, DAY - 60)))).toBe('SECURE answer-signed');
    expect(ofWww(zone.signed([www], life(90 * DAY, DAY + 60)))).toBe('BOGUS signature-expired');
    const early = { inception: NOW + 3500, expiration: NOW + 3500 + 5 * 3600 };
    expect(ofWww(zone.signed([www], early))).toBe('SECURE answer-signed');
  });

  test('lives across the end of the 32-bit seconds', () => {
    const end = 2 ** 32;
    const across = zone.signed([www], { inception: end - 3 * DAY, expiration: 3 * DAY });
    const keys = zone.signed(zone.keySet(), { inception: end - 3 * DAY, expiration: 3 * DAY });
    for (const [now, status] of [
      [end - DAY, 'SECURE'],
      [end + DAY, 'SECURE'],
      [end + 5 * DAY, 'BOGUS'],
      [end - 5 * DAY, 'BOGUS'],
    ] as const) {
      const at = context(now);
      const trust = trusted(zone, { keySet: keys, at });
      const response = read(message('www.example.org', T.A, { answer: across }));
      expect([now, validateResponse({ name: 'www.example.org', type: T.A }, response, trust, at).status]).toEqual([
        now,
        status,
      ]);
    }
    expect(serialDifference(5, end - 5)).toBe(10);
    expect(serialDifference(end - 5, 5)).toBe(-10);
  });

  test('by a key that is no zone key, is revoked or of another protocol is refused', () => {
    for (const options of [{ flags: 0x0001 }, { flags: 0x0181 }, { protocol: 2 }]) {
      const other = new Key(13, options);
      const keys = [...zone.keySet(), rr('example.org', S.DNSKEY, other.rdata)];
      const trust = trusted(zone, { keySet: zone.signed(keys) });
      expect(trust.status).toBe('SECURE');
      const response = read(message('www.example.org', T.A, { answer: zone.signed([www], {}, other) }));
      const outcome = validateResponse({ name: 'www.example.org', type: T.A }, response, trust, context());
      expect(verdict(outcome)).toBe('BOGUS no-such-key');
    }
  });

  test('that is good makes up for bad ones beside it', () => {
    const bad = zone.signature([a('www.example.org', 66)]);
    expect(ofWww([www, bad, zone.signature([www], { expiration: NOW - 9 * DAY }), zone.signature([www])])).toBe(
      'SECURE answer-signed',
    );
  });
});

test('no changed bit of a signed answer is believed, but for the TTLs, which nobody signs', () => {
  const answer = zone.signed([rr('example.org', T.MX, [0, 10, ...wire('mail.example.org')])]);
  const bytes = message('example.org', T.MX, { answer });
  const trust = trusted(zone);
  const start = message('example.org', T.MX, {}).length;
  const content = (from: Uint8Array): string =>
    JSON.stringify(readResponse(from)?.answer.map((set) => ({ ...set, ttl: 0 })) ?? null);
  const genuine = content(bytes);
  const believed: number[] = [];
  let changed = 0;
  for (let bit = start * 8; bit < bytes.length * 8; bit++) {
    const tampered = Uint8Array.from(bytes);
    tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const response = readResponse(tampered);
    if (!response || content(tampered) === genuine) continue;
    changed += 1;
    if (validateResponse({ name: 'example.org', type: T.MX }, response, trust, context()).status !== 'BOGUS')
      believed.push(bit);
  }
  expect(believed).toEqual([]);
  expect(changed).toBeGreaterThan(700);
});

describe('a zone made to waste time', () => {
  /** Keys of one tag: swapping two 16-bit words of a key keeps the sum. */
  function colliding(count: number): number[][] {
    const base = [...zone.key.rdata];
    return Array.from({ length: count }, (_, at) => {
      const key = [...base];
      const low = 4 + 2 * (at % 15);
      const high = low + 2 + 2 * Math.floor(at / 15);
      [key[low], key[high]] = [key[high] ?? 0, key[low] ?? 0];
      [key[low + 1], key[high + 1]] = [key[high + 1] ?? 0, key[low + 1] ?? 0];
      return key;
    });
  }

  test('with keys of one tag and many signatures costs eight computations per set', () => {
    const keys = colliding(60).map((rdata) => rr('example.org', S.DNSKEY, rdata));
    const keySet = zone.signed([...zone.keySet(), ...keys]);
    const work = new Work();
    const signatures = Array.from({ length: 100 }, (_, at) => zone.signature([a('www.example.org', at)]));
    const trust = trusted(zone, { keySet: zone.signed(zone.keySet()) });
    if (trust.keys === null) throw new Error('not trusted');
    const many = { zone: 'example.org', keys: [...trust.keys.keys, ...trust.keys.keys, ...trust.keys.keys] };
    const response = read(message('www.example.org', T.A, { answer: [a('www.example.org', 200), ...signatures] }));
    const outcome = validateResponse(
      { name: 'www.example.org', type: T.A },
      response,
      { ...trust, keys: many },
      context(NOW, work),
    );
    expect(verdict(outcome)).toBe('BOGUS too-many-signatures');
    expect(work.signatures).toBe(LIMITS.signaturesPerSet);
    // The same tag by the dozen in the DNSKEY set itself: digests that fail are counted too.
    const digests = new Work();
    trusted(zone, { keySet: keySet.slice(1), at: context(NOW, digests) });
    expect(digests.digests).toBeLessThanOrEqual(LIMITS.digestFailures + 1);
    expect(digests.signatures).toBeLessThanOrEqual(LIMITS.signaturesPerSet);
  });
});
