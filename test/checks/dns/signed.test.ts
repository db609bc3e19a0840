/** The rungs of the ladder that signatures and the authoritative servers decide, as tables. */
import { describe, expect, test } from 'vitest';
import type { Answer, AuthorityEvidence, DnsEvidence, Reply, TlsAt } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import type { VerdictId } from '../../../src/checks/dns/judgement.js';
import { judgeAnswers } from '../../../src/checks/dns/ladder.js';
import { authorityOf } from '../../../src/checks/dns/traced.js';
import { answer, BLOCK_PAGE, CDN, control, EVIL, GOOD, pageAt, REFERENCES, reply, SETTINGS, tlsAt } from './sample.js';
import { asked, authorityIn, canary, EVIL_KEYS, genuine, passedOn, records, type World } from './signed-world.js';

const MUTE: readonly Answer[] = ['ref1', 'ref2'].map((name) => answer(name, 'A', [reply('SERVFAIL')]));

interface Look {
  readonly world?: World;
  readonly witness: Answer;
  readonly passes?: 'signed' | 'unsigned';
  readonly references?: readonly Answer[];
  readonly tls?: readonly TlsAt[];
  readonly accepted?: readonly DnsEvidence[];
}

function evidenceOf(
  { witness, passes = 'signed', references = REFERENCES, tls = [] }: Look,
  authority: AuthorityEvidence,
): DnsEvidence {
  return {
    ...{ name: 'www.example.org', zone: 'example.org', victims: [], genuine: null, authority, tls: [...tls] },
    answers: [control('ref1'), control('ref2'), canary('isp', passes), ...references, witness],
  };
}

async function judged(look: Look): Promise<readonly [VerdictId, number]> {
  const evidence = evidenceOf(look, await authorityIn(look.world));
  const row = judgeAnswers(evidence, look.accepted ?? [], SETTINGS).find((one) => one.answer.resolver.name === 'isp');
  return row ? [row.judgement.verdict, row.judgement.confidence] : ['MALFORMED', -1];
}

const isp = (came: Reply, more: Partial<Answer> = {}): Answer => asked('isp', came, more);
const forged = (...addresses: string[]): Reply => passedOn({ answer: records(addresses) });
const DENIAL = passedOn({}, 3);
const WITH_STRANGER = passedOn({ answer: [...(genuine().answer ?? []), ...records([EVIL], 'other.example.org')] });

describe('an answer for a signed name', () => {
  test.each<[string, Look, VerdictId, number]>([
    ['as the owner signed it', { witness: isp(passedOn(genuine())) }, 'CONSISTENT_SECURE', 1],
    [
      'of which the references know nothing',
      { witness: isp(passedOn(genuine())), references: MUTE },
      'CONSISTENT_SECURE',
      1,
    ],
    ['right, with the signatures left out', { witness: isp(forged(GOOD)) }, 'CONSISTENT_IP', 0.99],
    ['known by the signed data alone', { witness: isp(forged(GOOD)), references: MUTE }, 'CONSISTENT_IP', 0.99],
    ['with an address that was not signed', { witness: isp(forged(EVIL)) }, 'TAMPERED_SIGNED', 0.99],
    ['with one such address among good ones', { witness: isp(forged(GOOD, EVIL)) }, 'TAMPERED_SIGNED', 0.99],
    [
      'in the network of a good one, but not signed',
      { witness: isp(forged('93.184.216.99')) },
      'TAMPERED_SIGNED',
      0.99,
    ],
    ['with an address beside the signed ones', { witness: isp(WITH_STRANGER) }, 'INCONSISTENT', 0.5],
    ['to a block page', { witness: isp(forged(BLOCK_PAGE)) }, 'REDIRECT_BOGON', 0.99],
    [
      'to a machine with another certificate',
      { witness: isp(forged(EVIL)), tls: [tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')] },
      'REDIRECT',
      0.99,
    ],
    ['that denies it', { witness: isp(DENIAL) }, 'BLOCK_NX', 0.99],
    [
      'to a machine that proves to be the site',
      { witness: isp(forged(CDN)), tls: [tlsAt(CDN, null)] },
      'CONSISTENT_TLS',
      0.97,
    ],
    [
      'by a resolver that drops all signatures',
      { witness: isp(forged(EVIL)), passes: 'unsigned' },
      'INCONSISTENT',
      0.5,
    ],
    ['that denies it, by such a resolver', { witness: isp(DENIAL), passes: 'unsigned' }, 'BLOCK_NX', 0.95],
    [
      'by a resolver that was not asked for signatures',
      { witness: isp(forged(EVIL), { signaturesAsked: false }) },
      'INCONSISTENT',
      0.5,
    ],
    [
      'signed by keys that nobody vouches for',
      { witness: isp(passedOn(genuine({ addresses: [EVIL], keys: EVIL_KEYS }))) },
      'INCONSISTENT',
      0.5,
    ],
  ])('%s', async (_, look, verdict, confidence) => {
    expect(await judged(look)).toEqual([verdict, confidence]);
  });
});

describe('an answer for a name whose own signatures have run out', () => {
  const world: World = { expired: true };
  test.each<[string, Look, VerdictId]>([
    ['a refusal', { witness: isp(reply('SERVFAIL')), references: MUTE }, 'OPERATOR_ERROR'],
    ['what the name servers give', { witness: isp(passedOn(genuine(world))), references: MUTE }, 'OPERATOR_ERROR'],
    ['something else', { witness: isp(forged(EVIL)), references: MUTE }, 'UNMEASURABLE'],
    ['what references give that do not check', { witness: isp(passedOn(genuine(world))) }, 'CONSISTENT_IP'],
    ['something else, where references do not check', { witness: isp(forged(EVIL)) }, 'INCONSISTENT'],
  ])('%s', async (_, look, verdict) => {
    expect((await judged({ ...look, world }))[0]).toBe(verdict);
  });

  test('is the owner’s to mend: down where references refuse it, else a warning, and never a hijack', async () => {
    const authority = await authorityIn(world);
    const found = (references: readonly Answer[]) =>
      dns.comparers
        .flatMap((one) =>
          one.compare(evidenceOf({ witness: isp(reply('SERVFAIL')), references }, authority), [], SETTINGS),
        )
        .map(({ code, severity, diagnosis, summary }) => ({ code, severity, diagnosis, summary }));
    const ranOut = expect.stringMatching(/refuse www\.example\.org.*ran out on 20\d\d-\d\d-\d\d/u);
    expect(found(MUTE)).toEqual([{ code: 'dns/no-address', severity: 'critical', diagnosis: 'down', summary: ranOut }]);
    expect(found(REFERENCES)).toEqual([
      { code: 'dns/signing-broken', severity: 'warning', diagnosis: 'down', summary: ranOut },
    ]);
  });
});

describe('an answer for an unsigned name', () => {
  const world: World = { unsigned: true, addresses: [GOOD, CDN] };
  const vouched = { witness: isp(forged(CDN)), world };
  const foreign = [tlsAt(GOOD, null), tlsAt(CDN, 'SELF_SIGNED', 'foreign', 'CN=x')];
  test.each<[string, Look, VerdictId]>([
    ['that the name servers give beside a known one', vouched, 'CONSISTENT_IP'],
    ['that they give, and that shows a foreign certificate', { ...vouched, tls: foreign }, 'REDIRECT'],
    [
      'that only the name servers give: their answers may be forged on the way as well',
      { witness: isp(forged(EVIL)), world: { unsigned: true, addresses: [EVIL] } },
      'INCONSISTENT',
    ],
    ['that nobody else gives', { witness: isp(forged(EVIL)), world }, 'INCONSISTENT'],
    ['of which the references know nothing', { ...vouched, references: MUTE }, 'UNMEASURABLE'],
  ])('%s', async (_, look, verdict) => {
    expect((await judged(look))[0]).toBe(verdict);
  });
});

describe('an address that proved to be the site within the last day', () => {
  const world: World = { unsigned: true };
  const open = [tlsAt(GOOD, null), tlsAt(EVIL, 'refused')];
  const recently = async (tls: readonly TlsAt[], more: Partial<DnsEvidence> = {}): Promise<VerdictId | undefined> => {
    const seen = evidenceOf({ witness: isp(forged(EVIL)), tls }, await authorityIn(world));
    return judgeAnswers({ ...seen, recent: [EVIL], ...more }, [], SETTINGS).at(-1)?.judgement.verdict;
  };

  test('and is silent now is no lie of a cache', async () => {
    expect(await recently(open)).toBe('CONSISTENT_IP');
    expect(await recently(open, { recent: [] })).toBe('INCONSISTENT');
  });

  test('is judged by what it shows now, if it shows anything', async () => {
    expect(await recently([tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')])).toBe('REDIRECT');
    const victims = [pageAt(EVIL, 'Hacked by X', '')];
    expect(await recently(open, { victims })).toBe('REDIRECT_CONTENT');
  });

  test('counts nothing once the authority is in question, and is not part of a baseline', async () => {
    const approved = dns.combine([evidenceOf({ witness: isp(passedOn(genuine())) }, await authorityIn())]);
    const taken = await authorityIn({ addresses: [EVIL], keys: EVIL_KEYS, server: 'ns.evil.org' });
    const stranger = '185.11.12.99';
    const seen = { ...evidenceOf({ witness: isp(forged(stranger)) }, taken), recent: [stranger] };
    expect(judgeAnswers(seen, [approved], SETTINGS).at(-1)?.judgement.verdict).not.toBe('CONSISTENT_IP');
    expect(dns.combine([seen])).not.toHaveProperty('recent');
  });
});

describe('answers of name servers that were changed on the way', () => {
  const found = async (world: World, tls: readonly TlsAt[], references = REFERENCES): Promise<string[]> => {
    const seen = evidenceOf({ witness: isp(passedOn(genuine())), references, tls }, await authorityIn(world));
    return dns.comparers
      .flatMap((one) => one.compare(seen, [], SETTINGS))
      .filter(({ code }) => code === 'dns/authority-forged')
      .map(({ severity, actual }) => `${severity}: ${actual}`);
  };
  const forged: World = { forged: [EVIL] };
  const impostor = [tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')];
  test.each<[string, World, readonly TlsAt[], readonly Answer[], readonly unknown[]]>([
    [
      'to a stranger’s address warn',
      forged,
      impostor,
      REFERENCES,
      [expect.stringMatching(/^warning: www\.example\.org A/u)],
    ],
    ['to a private address warn', { forged: [BLOCK_PAGE] }, [], REFERENCES, [expect.stringMatching(/^warning/u)]],
    [
      'to an address that proves to be the site are noted',
      forged,
      [tlsAt(EVIL, null)],
      REFERENCES,
      [expect.stringMatching(/^notice/u)],
    ],
    ['to what nobody can tell are noted', forged, [], REFERENCES, [expect.stringMatching(/^notice/u)]],
    ['where no reference resolves the name are its owner’s', forged, impostor, MUTE, []],
    ['not at all are nothing', {}, impostor, REFERENCES, []],
    ['never, but ran out, are its owner’s', { expired: true }, impostor, REFERENCES, []],
    [
      'by the keys of another top-level domain are noted',
      { foreignOrg: true },
      [],
      REFERENCES,
      [expect.stringMatching(/^notice: org DNSKEY/u)],
    ],
  ])('%s', async (_, world, tls, references, told) => {
    expect(await found(world, tls, references)).toEqual(told);
  });
});

describe('where no reference answers', () => {
  const silent = ['ref1', 'ref2'].map((name) => answer(name, 'A', []));
  const failing = async (world: World): Promise<readonly string[]> => {
    const seen = evidenceOf({ witness: isp(passedOn(genuine(world))), references: silent }, await authorityIn(world));
    const quiet = seen.answers.filter(({ asked: what, resolver }) => what !== 'control' || resolver.role === 'witness');
    return dns.failures({ ...seen, answers: quiet }).map(({ code }) => code);
  };
  test.each<[string, World, readonly string[]]>([
    ['signed addresses settle it', {}, []],
    ['signed proof that there is none does not: it may be down', { addresses: [] }, ['resolvers-unusable']],
    ['unsigned ones do not', { unsigned: true }, ['resolvers-unusable']],
    ['nor do forged ones', { forged: [EVIL] }, ['resolvers-unusable']],
  ])('%s', async (_, world, failures) => {
    expect(await failing(world)).toEqual(failures);
  });
});

describe('an authority in question', () => {
  const taken: World = { addresses: [EVIL], keys: EVIL_KEYS, server: 'ns.evil.org' };

  async function approved(): Promise<DnsEvidence> {
    return dns.combine([evidenceOf({ witness: isp(passedOn(genuine())) }, await authorityIn())]);
  }

  test('proves nothing, although every signature fits: the delegation is another than the one approved', async () => {
    const witness = isp(passedOn(genuine(taken)));
    expect((await judged({ witness, world: taken }))[0], 'without a baseline').toBe('CONSISTENT_SECURE');
    expect(await judged({ witness, world: taken, accepted: [await approved()] })).toEqual(['AUTHORITY_HIJACKED', 0.9]);
  });

  test('accuses no resolver that still gives what was approved', async () => {
    const look = { witness: isp(passedOn(genuine())), world: taken, accepted: [await approved()] };
    expect((await judged(look))[0]).toBe('CONSISTENT_IP');
  });

  test('does not pass a new address off as approved because its owner signed it', async () => {
    const moved: World = { addresses: [EVIL] };
    const seen = evidenceOf({ witness: isp(passedOn(genuine(moved))) }, await authorityIn(moved));
    const impostor = [tlsAt(GOOD, null), tlsAt(EVIL, 'SELF_SIGNED', 'foreign', 'CN=x')];
    const found = (look: DnsEvidence, accepted: readonly DnsEvidence[]) =>
      dns.comparers
        .flatMap((one) => one.compare(look, accepted, SETTINGS))
        .map(({ code, severity }) => `${code} ${severity}`);
    expect(found({ ...seen, tls: impostor }, [await approved()])).toContain('dns/answer-changed critical');
    expect(found({ ...seen, tls: [tlsAt(EVIL, null)] }, [await approved()])).not.toContain(
      'dns/answer-changed critical',
    );
  });

  test('the baseline keeps what is compared, and no packet of the traces', async () => {
    const baseline = await approved();
    expect(baseline.authority?.traces).toEqual([]);
    expect(authorityOf(baseline)).toMatchObject({
      addresses: [GOOD],
      zones: [
        { zone: 'org', status: 'SECURE' },
        { zone: 'example.org', status: 'SECURE', parent: [{ nameservers: ['ns.example.org'] }] },
      ],
    });
    expect(dns.evidence.parse(structuredClone(baseline)).authority).toEqual(baseline.authority);
  });
});

describe('a trace', () => {
  test('that did not come to its end says nothing', async () => {
    const authority = await authorityIn();
    const unfinished = authority.traces.map((trace) => ({ ...trace, unfinished: 'its time was up' }));
    const evidence = evidenceOf({ witness: isp(forged(EVIL)) }, { ...authority, traces: unfinished });
    expect(authorityOf(evidence)).toBeNull();
    expect(judgeAnswers(evidence, [], SETTINGS).at(-1)?.judgement.verdict).toBe('INCONSISTENT');
  });
});
