import { describe, expect, test } from 'vitest';
import { delegationsOf, differencesIn } from '../../../../src/checks/dns/trace/delegation-facts.js';
import { TRACE_LIMITS } from '../../../../src/checks/dns/trace/limits.js';
import { validateTrace } from '../../../../src/checks/dns/trace/validation.js';
import { dsOf } from '../dnssec/judging.js';
import { a, NOW, rr, S, soa, T, wire, Zone } from '../dnssec/signer.js';
import { type Asked, address, cname, ns, refer, replyTo, type Said, type Server, Universe } from './universe.js';

const ROOT = '198.51.100.1';
const ORG = '198.51.100.2';
const NET = '198.51.100.3';
const WEB = '198.51.100.10';

function within(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** Refers below its delegations, answers the rest by `own`. */
function delegating(
  delegations: Readonly<Record<string, Said>>,
  own: Server = () => ({ authority: [soa('.')] }),
): Server {
  return (asked) => {
    const cut = Object.keys(delegations).find((zone) => within(asked.name, zone));
    return (cut !== undefined && delegations[cut]) || own(asked);
  };
}

const root = delegating({
  org: refer('org', ['a.org'], [['a.org', ORG]]),
  net: refer('net', ['a.net'], [['a.net', NET]]),
});
const answering: Server = ({ name, type }) =>
  type === T.A ? { answer: [address(name, '192.0.2.7')] } : { authority: [soa('example.org')] };

function universe(servers: Readonly<Record<string, Server>>): Universe {
  const org = delegating({ 'example.org': refer('example.org', ['ns.example.org'], [['ns.example.org', WEB]]) });
  return new Universe({ [ROOT]: root, [ORG]: org, [WEB]: answering, ...servers });
}

describe('a trace', () => {
  test('goes from the root down and keeps what every server said', async () => {
    const trace = await universe({}).trace('www.Example.org');
    expect(trace.name).toBe('www.example.org');
    expect(trace.legs.map(({ zones }) => zones)).toEqual([['.', 'org', 'example.org']]);
    expect(
      trace.zones.map(({ servers }) => servers.map((server) => `${server.name} ${server.address} ${server.source}`)),
    ).toEqual([[`${ROOT} ${ROOT} configured`], [`a.org ${ORG} glue`], [`ns.example.org ${WEB} glue`]]);
    expect(trace.unfinished).toBeNull();
  });

  test('asks without recursion, with DNSSEC and mixed case', async () => {
    const world = universe({});
    let first: Uint8Array | null = null;
    const exchange = world.exchange.bind(world);
    world.exchange = (request) => {
      first ??= request.message;
      return exchange(request);
    };
    await world.trace('www.example.org');
    const bytes = first ?? new Uint8Array();
    expect((bytes[2] ?? 1) & 1).toBe(0);
    expect([...bytes.slice(-11)]).toEqual([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
    expect(world.asked.some(({ spelled, name }) => spelled !== name)).toBe(true);
  });

  test('finds the address of a name server outside the zone by a trace of its own', async () => {
    const away = '198.51.100.20';
    const world = universe({
      [ORG]: delegating({ 'example.org': refer('example.org', ['ns.host.net']) }),
      [NET]: delegating({ 'host.net': refer('host.net', ['ns.host.net'], [['ns.host.net', away]]) }),
      [away]: ({ name, type }) =>
        name === 'ns.host.net' && type === T.A
          ? { answer: [address(name, away)] }
          : { answer: [address(name, '192.0.2.9')] },
    });
    const trace = await world.trace('www.example.org');
    expect(trace.zones.at(-1)?.servers).toEqual([{ name: 'ns.host.net', address: away, source: 'resolved' }]);
    // The way there is no part of the way to the name.
    expect(trace.zones.map(({ zone }) => zone)).toEqual(['.', 'org', 'example.org']);
  });

  test('takes no address from a server that may not speak for the name', async () => {
    const world = universe({
      [ORG]: delegating({ 'example.org': refer('example.org', ['ns.host.net'], [['ns.host.net', '198.51.100.66']]) }),
      [NET]: ({ name }) => ({ answer: [address(name, WEB)] }),
    });
    await world.trace('www.example.org');
    expect(world.addressesAsked()).not.toContain('198.51.100.66');
    expect(world.addressesAsked()).toContain(WEB);
  });

  test('sends nothing into private networks on the word of a stranger, unless the roots stand there', async () => {
    const glue = [
      ['ns1.example.org', '10.0.0.1'],
      ['ns2.example.org', '127.0.0.1'],
      ['ns3.example.org', '169.254.169.254'],
    ] as const;
    const org = delegating({
      'example.org': refer(
        'example.org',
        glue.map(([name]) => name),
        glue,
      ),
    });
    const world = universe({ [ORG]: org });
    const trace = await world.trace('www.example.org');
    expect(world.addressesAsked()).toEqual([ROOT, ORG]);
    expect(trace.zones.at(-1)?.unasked).toEqual(['ns1.example.org', 'ns2.example.org', 'ns3.example.org']);
    const top = delegating({ org: refer('org', ['a.org'], [['a.org', '10.8.8.8']]) });
    const inside = new Universe({ '10.9.9.9': top, '10.8.8.8': org, '10.0.0.1': answering });
    await inside.trace('www.example.org', T.A, new AbortController().signal, ['10.9.9.9']);
    expect(inside.addressesAsked()).toContain('10.0.0.1');
    expect(inside.addressesAsked()).not.toContain('127.0.0.1');
  });

  test('follows each alias from where it stands, both of two that servers disagree on', async () => {
    const other = '198.51.100.11';
    const aliased =
      (target: string): Server =>
      (asked) =>
        asked.name === 'www.example.org' ? { answer: [cname(asked.name, target)] } : answering(asked);
    const trace = await universe({
      [ORG]: delegating({
        'example.org': refer(
          'example.org',
          ['n1.example.org', 'n2.example.org'],
          [
            ['n1.example.org', WEB],
            ['n2.example.org', other],
          ],
        ),
      }),
      [WEB]: aliased('one.example.org'),
      [other]: aliased('two.example.org'),
    }).trace('www.example.org');
    expect(trace.legs.map(({ name }) => name)).toEqual(['www.example.org', 'one.example.org', 'two.example.org']);
    expect(trace.legs.every(({ replies }) => replies.length === 2)).toBe(true);
  });
});

describe('a server that', () => {
  async function soleReply(server: Server) {
    const world = universe({ [WEB]: server });
    const trace = await world.trace('www.example.org');
    const asked = world.asked.filter(
      (one) => one.address === WEB && one.name === 'www.example.org' && one.type === T.A,
    );
    return { reply: trace.legs[0]?.replies[0], asked };
  }

  test('cuts its answer short is asked over TCP, and what was cut is not kept', async () => {
    const whole = await soleReply((asked) => (asked.transport === 'udp' ? { truncated: true } : answering(asked)));
    expect(whole.reply?.transport).toBe('tcp');
    expect(whole.reply?.failure).toBeNull();
    const never = await soleReply((asked) => (asked.transport === 'udp' ? { truncated: true } : null));
    expect(never.reply?.raw).toBeNull();
    expect(never.reply?.failure?.code).toBe('resolver-timeout');
  });

  test('does not know EDNS is asked without', async () => {
    const { reply, asked } = await soleReply((one) => (one.edns ? { rcode: 1 } : answering(one)));
    expect(reply?.failure).toBeNull();
    expect(asked.map(({ edns }) => edns)).toEqual([true, false]);
  });

  test('does not keep the case of letters is asked again in lower case', async () => {
    const lower = (asked: Asked): Uint8Array | Said => {
      if (asked.spelled === asked.name) return answering(asked) ?? {};
      return replyTo(Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...wire(asked.name), 0, 1, 0, 1]), {});
    };
    const { reply, asked } = await soleReply(lower);
    expect(reply?.failure).toBeNull();
    expect(asked.at(-1)?.spelled).toBe('www.example.org');
  });

  test('stays silent is tried twice, then over TCP, and said to be silent', async () => {
    const { reply, asked } = await soleReply(() => null);
    expect(asked.map(({ transport }) => transport)).toEqual(['udp', 'udp', 'tcp']);
    expect(reply).toMatchObject({ raw: null, sent: 3, failure: { code: 'resolver-timeout' } });
  });

  test('refers upwards, sideways or to itself is not followed', async () => {
    for (const zone of ['.', 'org', 'example.net', 'example.org']) {
      const world = universe({ [WEB]: () => refer(zone, ['a.org'], [['a.org', '198.51.100.66']]) });
      const trace = await world.trace('www.example.org');
      expect(world.addressesAsked()).not.toContain('198.51.100.66');
      expect(trace.legs[0]?.zones.at(-1)).toBe('example.org');
    }
  });
});

describe('a zone made to lead astray', () => {
  test('with hundreds of servers has eight asked', async () => {
    const glue = Array.from({ length: 100 }, (_, at) => [`n${at}.example.org`, `198.51.101.${at}`] as const);
    const names = glue.map(([name]) => name);
    const servers = Object.fromEntries(glue.map(([, text]) => [text, answering]));
    const world = universe({ [ORG]: delegating({ 'example.org': refer('example.org', names, glue) }), ...servers });
    const trace = await world.trace('www.example.org');
    expect(trace.legs[0]?.replies.length).toBe(TRACE_LIMITS.servers);
    expect(trace.zones.at(-1)?.unasked.length).toBe(92);
  });

  test('with aliases without end has eight followed', async () => {
    let count = 0;
    const world = universe({
      [WEB]: ({ name, type }) => (type === T.A ? { answer: [cname(name, `n${count++}.example.org`)] } : {}),
    });
    const trace = await world.trace('www.example.org');
    expect(trace.legs.length).toBe(TRACE_LIMITS.aliases + 1);
    expect(trace.unfinished).toContain('aliases');
  });

  test('with an alias of itself comes to an end', async () => {
    const trace = await universe({ [WEB]: ({ name }) => ({ answer: [cname(name, 'www.example.org')] }) }).trace(
      'www.example.org',
    );
    expect(trace.legs.length).toBe(1);
  });

  test('whose servers hang on each other comes to an end', async () => {
    const world = universe({
      [ORG]: delegating({ 'example.org': refer('example.org', ['ns.example.net']) }),
      [NET]: delegating({ 'example.net': refer('example.net', ['ns.example.org']) }),
    });
    const trace = await world.trace('www.example.org');
    expect(trace.zones.at(-1)?.servers).toEqual([]);
    expect(trace.legs[0]?.replies).toEqual([]);
  });

  test('whose servers multiply by every step costs two hundred queries', async () => {
    const many = (zone: string) =>
      refer(
        zone,
        Array.from({ length: 16 }, (_, at) => `ns.${zone.replace(/\W/gu, '')}${at}.net`),
      );
    const world = universe({
      [ORG]: delegating({ 'example.org': many('example.org') }),
      [NET]: ({ name }) => many(name.split('.').slice(-2).join('.')),
    });
    const trace = await world.trace('www.example.org');
    expect(world.asked.length).toBeLessThanOrEqual(TRACE_LIMITS.sends);
    expect(trace.queries).toBe(world.asked.length);
    expect(trace.unfinished).not.toBeNull();
  });

  test('whose eight servers are silent costs at most thirty-two queries for the question', async () => {
    const glue = Array.from({ length: 16 }, (_, at) => [`n${at}.example.org`, `198.51.101.${at}`] as const);
    const world = universe({
      [ORG]: delegating({
        'example.org': refer(
          'example.org',
          glue.map(([name]) => name),
          glue,
        ),
      }),
    });
    await world.trace('www.example.org');
    const asked = world.asked.filter(
      ({ address: to, name }) => to.startsWith('198.51.101.') && name === 'www.example.org',
    );
    expect(asked.length).toBeLessThanOrEqual(TRACE_LIMITS.sendsPerQuestion);
  });
});

test('a trace that is stopped gives what it saw until then', async () => {
  const stop = new AbortController();
  const world = universe({
    [WEB]: () => {
      stop.abort();
      return null;
    },
  });
  const trace = await world.trace('www.example.org', T.A, stop.signal);
  expect(trace.unfinished).toBe('its time was up');
  expect(trace.zones.map(({ zone }) => zone)).toEqual(['.', 'org', 'example.org']);
  expect(validateTrace(trace, [], NOW * 1000).status).not.toBe('SECURE');
});

test('servers that refuse to give their keys say nothing of the zone', async () => {
  const zone = new Zone('.');
  const world = new Universe({
    [ROOT]: ({ name, type }) => (type === S.DNSKEY ? { rcode: 5 } : { answer: zone.signed([a(name, 7)]) }),
  });
  const { status, reasons } = validateTrace(await world.trace('www'), dsOf(zone.ds()), NOW * 1000);
  expect([status, reasons[0]?.code]).toEqual(['INDETERMINATE', 'nothing-received']);
});

describe('a zone that its parent serves too', () => {
  const keys = { root: new Zone('.'), child: new Zone('example'), deep: new Zone('deep.example') };
  const anchors = dsOf(keys.root.ds());

  /** One server for the root, `example` and `deep.example`; `describe` says what it has of its own. */
  function together(deepSigned: boolean): Server {
    const { root: top, child, deep } = keys;
    const negative = (zone: Zone, name: string, types: readonly number[]): Said => ({
      authority: [...zone.signed([soa(zone.name)]), ...zone.nsec(name, `\x01.${name}`, types)],
    });
    return ({ name, type }) => {
      const zone = within(name, 'deep.example') ? deep : within(name, 'example') ? child : top;
      if (type === S.DS && name === 'deep.example') {
        return deepSigned ? { answer: child.signed([deep.ds()]) } : negative(child, name, [T.NS, S.RRSIG, S.NSEC]);
      }
      if (type === S.DS && name === 'example') return { answer: top.signed([child.ds()]) };
      const isSigned = zone !== deep || deepSigned;
      if (type === S.DNSKEY && name === zone.name && isSigned) return { answer: zone.signed(zone.keySet()) };
      if (type === T.A) return { answer: isSigned ? zone.signed([a(name, 5)]) : [a(name, 5)] };
      return isSigned ? negative(zone, name, [T.A, S.RRSIG, S.NSEC]) : { authority: [soa(zone.name)] };
    };
  }

  test('is found by who signs, through two cuts at once', async () => {
    const trace = await new Universe({ [ROOT]: together(true) }).trace('www.deep.example');
    expect(trace.legs[0]?.zones).toEqual(['.', 'example', 'deep.example']);
    expect(validateTrace(trace, anchors, NOW * 1000).status).toBe('SECURE');
  });

  test('is found unsigned too, and proven to be', async () => {
    const trace = await new Universe({ [ROOT]: together(false) }).trace('www.deep.example');
    expect(trace.legs[0]?.zones).toEqual(['.', 'example', 'deep.example']);
    expect(validateTrace(trace, anchors, NOW * 1000).status).toBe('INSECURE');
  });
});

describe('differences', () => {
  test('between servers of the parent, and between parent and child, are kept; most servers decide the way', async () => {
    const org = ['198.51.100.31', '198.51.100.32', '198.51.100.33'];
    const genuine = refer('example.org', ['ns.example.org'], [['ns.example.org', WEB]]);
    const rogue = refer('example.org', ['ns.evil.org'], [['ns.evil.org', '198.51.100.66']]);
    const glue = org.map((text, at) => [`${at}.org`, text] as const);
    const world = new Universe({
      [ROOT]: delegating({
        org: refer(
          'org',
          glue.map(([name]) => name),
          glue,
        ),
      }),
      [org[0] ?? '']: delegating({ 'example.org': rogue }),
      [org[1] ?? '']: delegating({ 'example.org': genuine }),
      [org[2] ?? '']: delegating({ 'example.org': genuine }),
      [WEB]: (asked) =>
        asked.type === T.NS
          ? {
              answer: ns('example.org', 'ns.example.org', 'ns2.example.org'),
              additional: [address('ns.example.org', '198.51.100.77')],
            }
          : answering(asked),
    });
    const trace = await world.trace('www.example.org');
    expect(world.addressesAsked()).not.toContain('198.51.100.66');
    const kinds = differencesIn(delegationsOf(trace)).map(({ zone, kind }) => `${zone} ${kind}`);
    expect(kinds).toEqual([
      'example.org parent-servers-disagree',
      'example.org nameservers-differ',
      'example.org glue-differs',
    ]);
  });

  test('of a DS that no key has are kept', async () => {
    const zone = new Zone('example.org');
    const referral = refer('example.org', ['ns.example.org'], [['ns.example.org', WEB]]);
    const org = delegating({ 'example.org': { ...referral, authority: [...(referral.authority ?? []), zone.ds()] } });
    const other = rr('example.org', S.DNSKEY, new Zone('example.org').key.rdata);
    const world = universe({
      [ORG]: org,
      [WEB]: (asked) => (asked.type === S.DNSKEY ? { answer: [other] } : answering(asked)),
    });
    expect(differencesIn(delegationsOf(await world.trace('www.example.org'))).map(({ kind }) => kind)).toEqual([
      'ds-without-key',
    ]);
  });
});
