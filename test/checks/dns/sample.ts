/** Evidence of a survey, written in a line each. */
import type { Answer, DnsEvidence, PageAt, Reply, TlsAt } from '../../../src/checks/dns/evidence.js';
import { type DnsSettings, settingsFor } from '../../../src/checks/dns/settings.js';

export const NAME = 'www.example.org';
/** Public addresses of nobody in particular: data only, nothing here is ever dialled. */
export const GOOD = '93.184.216.34';
export const GOOD_V6 = '2606:2800:220:1::7';
export const NEAR = '93.184.216.99';
export const CDN = '151.101.1.7';
export const EVIL = '185.11.12.13';
export const BLOCK_PAGE = '10.10.34.35';

export const SETTINGS: DnsSettings = settingsFor(NAME, `https://${NAME}/`, 'living');
export const PLAIN_HTTP: DnsSettings = settingsFor(NAME, `http://${NAME}/`, 'living');
export const FROZEN: DnsSettings = { ...SETTINGS, content: 'frozen' };

export function reply(content: readonly string[] | string, more: Partial<Reply> = {}): Reply {
  const addresses = typeof content === 'string' ? [] : [...content];
  return {
    rcode: typeof content === 'string' ? content : 'NOERROR',
    addresses,
    cnames: [],
    records: addresses,
    errors: [],
    rttMs: 10,
    raw: null,
    ...more,
  };
}

type Role = 'reference' | 'witness';

export function answer(
  name: string,
  type: Answer['type'],
  replies: readonly Reply[],
  more: Partial<Omit<Answer, 'resolver'>> & { role?: Role } = {},
): Answer {
  const { role = name.startsWith('ref') ? 'reference' : 'witness', ...rest } = more;
  const failure = { blame: 'resolver', code: 'no-answer', detail: `Resolver "${name}" gave no answer.` } as const;
  return {
    resolver: { name, role, transport: role === 'reference' ? 'tls' : 'udp', network: null },
    asked: 'name',
    name: NAME,
    type,
    replies: [...replies],
    malformed: [],
    ignored: 0,
    failure: replies.length > 0 ? null : failure,
    ...rest,
  };
}

export function control(name: string, works = true): Answer {
  return answer(name, 'SOA', works ? [reply([], { records: ['a.root.'] })] : [], { asked: 'control', name: '.' });
}

export function nameservers(name: string, ...servers: string[]): Answer {
  return answer(name, 'NS', [reply([], { records: servers })], { asked: 'zone', name: 'example.org' });
}

export function absent(name: string, replies: readonly Reply[]): Answer {
  return answer(name, 'A', replies, { asked: 'absent', name: 'sw-1.example.org' });
}

/** A healthy site: two references, each with a control, and whatever else was seen. */
export function evidence(answers: readonly Answer[], more: Partial<DnsEvidence> = {}): DnsEvidence {
  return {
    name: NAME,
    zone: 'example.org',
    answers: [control('ref1'), control('ref2'), control('isp'), ...REFERENCES, ...answers],
    tls: [],
    victims: [],
    genuine: null,
    ...more,
  };
}

export const REFERENCES: readonly Answer[] = [
  answer('ref1', 'A', [reply([GOOD])]),
  answer('ref2', 'A', [reply([GOOD])]),
  answer('ref1', 'AAAA', [reply([GOOD_V6])]),
  answer('ref2', 'AAAA', [reply([GOOD_V6])]),
];

/** @param problem null: trusted for the name; `refused`: no handshake. */
export function tlsAt(address: string, problem: string | null, key = 'own-key', issuer = 'O=Real CA, CN=R1'): TlsAt {
  const refused = problem === 'refused';
  const leaf = { subject: `CN=${NAME}`, issuer, names: [NAME], notAfter: 0, fingerprint: `fp-${key}`, spki: key };
  return {
    address,
    port: 443,
    problem,
    chain: refused ? [] : [leaf],
    chainPem: null,
    failure: refused ? { blame: 'target', code: 'connect-refused', detail: 'refused' } : null,
  };
}

export function pageAt(address: string, title: string, text: string): PageAt {
  return {
    address,
    url: `http://${NAME}/`,
    status: 200,
    title,
    text,
    shown: null,
    body: null,
    screenshot: null,
    failure: null,
  };
}
