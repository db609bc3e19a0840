/** What registry and certificate logs say that was not so before. A source that is silent says nothing. Pure. */
import { openTickets, ticketFor } from '../../changes.js';
import { authorityOf } from '../../tls/comparers.js';
import { distinct } from '../evidence.js';
import { fitsPattern } from '../names.js';
import type { Issuance, Registration } from './facts.js';
import { type Part, part, type Scene } from './part.js';

export function registryParts(scene: Scene, dnsParts: readonly Part[]): Part[] {
  const now = scene.registry?.registration ?? null;
  const [before, ...others] = scene.approvedRegistries.flatMap(({ registration }) => registration ?? []);
  const registration = now && before ? registrationParts(now, [before, ...others], scene, dnsParts) : [];
  return [...registration, ...certificateParts(scene)];
}

function registrationParts(
  now: Registration,
  approved: readonly [Registration, ...Registration[]],
  scene: Scene,
  dnsParts: readonly Part[],
): Part[] {
  const parts = [
    ...registrarPart(now, approved, scene),
    ...nameserverPart(now, approved, scene, dnsParts),
    ...lockPart(now, approved, scene),
  ];
  // Any of these, and a new delegation, is itself the change that the registry dates.
  const explained = [...parts, ...dnsParts].some(({ kind }) => REGISTERED.has(kind));
  return explained ? parts : [...parts, ...updatePart(now, approved, scene)];
}

const REGISTERED: ReadonlySet<Part['kind']> = new Set([
  'nameservers-changed',
  'nameserver-gone',
  'glue-moved',
  'glue-moved-nearby',
  'ds-removed',
  'ds-replaced',
  'keys-rolled',
  'registrar-changed',
  'registry-nameservers-changed',
  'lock-lost',
]);

type Approved = readonly [Registration, ...Registration[]];

function registrarPart({ registrar }: Registration, approved: Approved, { domain, tickets }: Scene): Part[] {
  const known = distinct(approved.flatMap((one) => one.registrar ?? []));
  if (registrar === null || known.length === 0 || known.includes(registrar)) return [];
  const ticket = tickets.find(({ expect }) => expect.registrar && fold(registrar).includes(fold(expect.registrar)));
  const says = `${domain.zone}: the registry now names ${registrar} as its registrar`;
  return [part('registrar-changed', says, { expected: known, actual: [registrar], ticket: ticket ?? null })];
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Only where the DNS does not say it already. */
function nameserverPart(now: Registration, approved: Approved, scene: Scene, dnsParts: readonly Part[]): Part[] {
  const { domain, settings, tickets } = scene;
  const known = distinct([...approved.flatMap(({ nameservers }) => nameservers), ...settings.allow.nameservers]);
  const strange = now.nameservers.filter((server) => !known.includes(server));
  const told = dnsParts.some(({ kind }) => kind === 'nameservers-changed');
  if (known.length === 0 || strange.length === 0 || told) return [];
  const ticket = ticketFor(tickets, 'nameservers', strange);
  const says = `${domain.zone}: the registry has ${strange.join(', ')} as its name servers, which the DNS does not show yet`;
  return [part('registry-nameservers-changed', says, { expected: known, actual: now.nameservers, ticket })];
}

/** Of clients and servers alike; RDAP writes them with spaces (RFC 8056). */
const LOCK = /^(?:client|server) (?:transfer|update|delete) prohibited$/u;

function lockPart({ status }: Registration, approved: Approved, { domain, tickets }: Scene): Part[] {
  const held = approved[0].status.filter(
    (lock) => LOCK.test(lock) && approved.every((one) => one.status.includes(lock)) && !status.includes(lock),
  );
  if (held.length === 0) return [];
  const ticket = tickets.find(({ expect }) => expect.registrar !== undefined);
  const says = `${domain.zone}: the registry no longer holds the lock “${held.join('”, “')}”`;
  return [part('lock-lost', says, { expected: approved[0].status, actual: status, ticket: ticket ?? null })];
}

function updatePart(now: Registration, approved: Approved, { domain, tickets }: Scene): Part[] {
  const known = approved.flatMap(({ lastChanged }) => lastChanged ?? []);
  const last = Math.max(...known);
  if (now.lastChanged === null || known.length === 0 || now.lastChanged <= last) return [];
  const { lastChanged } = now;
  const ticket = tickets.find(({ expect }) => expect.nameservers ?? expect.ds ?? expect.registrar);
  const says = `${domain.zone}: the registry's record was changed at ${day(lastChanged)}, and nothing we see explains it`;
  return [
    part('registration-updated', says, { expected: [day(last)], actual: [day(lastChanged)], ticket: ticket ?? null }),
  ];
}

function day(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

// ------------------------------------------------------- certificates

const FRESH_MS = 24 * 3_600_000;

function certificateParts(scene: Scene): Part[] {
  const { evidence, registry } = scene;
  const at = evidence.at ?? evidence.authority?.at ?? null;
  const issued = registry?.certificates ?? null;
  const before = scene.approvedRegistries.flatMap(({ certificates }) => certificates ?? []);
  const keys = scene.accepted.flatMap(({ tls }) => tls.flatMap(({ chain }) => chain[0]?.spki ?? []));
  const approved = [...issuersShown(scene), ...before.map(({ issuer }) => authorityOf(issuer))];
  if (issued === null || at === null || approved.length === 0) return [];
  const fresh = issued.filter(
    (one) =>
      one.notBefore > at - FRESH_MS &&
      concerns(one, evidence.name) &&
      !keys.includes(one.spki ?? '') &&
      !before.some(({ id }) => id === one.id),
  );
  const foreign = fresh.filter((one) => !isKnownIssuer(one, approved, scene));
  const told = foreign.length > 0 ? foreign : fresh;
  if (told.length === 0) return [];
  const issuers = distinct(told.map(({ issuer }) => authorityOf(issuer)));
  const expected = openTickets(scene.settings.changes, at);
  const ticket =
    ticketFor(expected, 'issuers', issuers) ??
    ticketFor(
      expected,
      'spki',
      told.map(({ spki }) => spki ?? ''),
    );
  const kind = foreign.length > 0 ? 'certificate-foreign' : 'certificate-new-key';
  const says = `${evidence.name}: ${issuers.join(', ')} issued a certificate for it within a day, for a key nobody approved`;
  return [part(kind, says, { expected: distinct(approved), actual: told.map(({ issuer }) => issuer), ticket })];
}

function issuersShown({ accepted }: Scene): string[] {
  const trusted = accepted.flatMap(({ tls }) => tls.filter(({ problem }) => problem === null));
  return trusted.flatMap(({ chain }) => (chain[0] ? authorityOf(chain[0].issuer) : []));
}

/** By name, or by a CAA record that was approved. */
function isKnownIssuer(one: Issuance, approved: readonly string[], scene: Scene): boolean {
  const allowed = scene.approved
    .flatMap(({ caa }) => caa ?? [])
    .join('\n')
    .toLowerCase();
  const byCaa = one.caaDomains.some((domain) => allowed.includes(`"${domain.toLowerCase()}`));
  return byCaa || approved.includes(authorityOf(one.issuer));
}

/** A name that cannot be read could be any: certificates are not made with such by accident. */
function concerns({ names }: Issuance, name: string): boolean {
  return names.some((one) => fitsPattern(name, one));
}
