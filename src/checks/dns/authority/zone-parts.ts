/** What changed in the domain itself: where its names point, its mail, who may issue certificates, how long it lives. Pure. */
import { ticketFor } from '../../changes.js';
import { authorityOf } from '../../tls/comparers.js';
import { addressesOf, distinct, type TlsAt, trustedAnswers } from '../evidence.js';
import { fitsPattern } from '../names.js';
import { signatureOn } from '../signatures.js';
import { mailServer } from './domain.js';
import { everyApproved, isAllowed, type Part, part, type Scene, standsWith } from './part.js';

/** @param delegation what changed above the domain. */
export function zoneParts(scene: Scene, delegation: readonly Part[]): Part[] {
  return [...addressParts(scene, delegation), ...mailParts(scene), ...caaParts(scene), ...ttlParts(scene)];
}

// ------------------------------------------------------- where it points

/** Approved addresses of the name, by the authority and by the references. */
export function approvedAddresses(scene: Scene): string[] {
  const answered = scene.accepted.flatMap((one) => addressesOf(trustedAnswers(one, 'name')));
  return distinct([...everyApproved(scene, ({ addresses }) => addresses), ...answered]);
}

/**
 * Addresses the authority gives that nothing explains. Its unsigned answers come over a path that may be raced: where the
 * delegation is as approved they count once a reference, asked over an encrypted path, gives them too.
 */
export function strangeAddresses(scene: Scene, delegation: readonly Part[]): string[] {
  const approved = approvedAddresses(scene);
  const referenced = addressesOf(trustedAnswers(scene.evidence, 'name'));
  const isBelieved = delegation.some(({ points }) => points > 0) || referenced.length === 0;
  return (scene.domain.addresses ?? []).filter(
    (address) =>
      !approved.includes(address) && !isAllowed(address, scene) && (isBelieved || referenced.includes(address)),
  );
}

function addressParts(scene: Scene, delegation: readonly Part[]): Part[] {
  const strange = strangeAddresses(scene, delegation);
  if (strange.length === 0) return [];
  const ticket = ticketFor(scene.tickets, 'addresses', strange);
  return [...leftPart(strange, ticket, scene), ...keyPart(strange, ticket, scene), ...defacedPart(strange, scene)];
}

type Ticket = ReturnType<typeof ticketFor>;

function leftPart(strange: readonly string[], ticket: Ticket, scene: Scene): Part[] {
  const { domain } = scene;
  const approved = approvedAddresses(scene);
  const given = domain.addresses ?? [];
  const left = given.every((address) => strange.includes(address) && !standsWith(address, approved, scene));
  if (approved.length === 0 || !left || keepsAlias(scene)) return [];
  const says = `${scene.evidence.name}: its own servers give ${given.join(', ')}, in no approved network`;
  return [part('addresses-left', says, { expected: approved, actual: given, ticket })];
}

/** A CDN's name may lead anywhere the CDN is. */
function keepsAlias(scene: Scene): boolean {
  const { domain, settings, accepted } = scene;
  const answered = accepted.flatMap((one) =>
    trustedAnswers(one, 'name').flatMap((answer) => answer.replies.flatMap((reply) => reply.cnames)),
  );
  const approved = [...everyApproved(scene, ({ cnames }) => cnames), ...answered];
  const expected = scene.tickets.flatMap(({ expect }) => expect.cnames ?? []);
  const patterns = [...settings.allow.cnames, ...expected];
  return domain.cnames.some(
    (name) => approved.includes(name) || patterns.some((pattern) => fitsPattern(name, pattern)),
  );
}

/** Nobody but the owner has the approved key, and only an approved authority is expected to vouch for a new one. */
function keyPart(strange: readonly string[], ticket: Ticket, scene: Scene): Part[] {
  const shown = scene.evidence.tls.filter(({ address, chain }) => strange.includes(address) && chain.length > 0);
  const approved = scene.accepted.flatMap(({ tls }) => tls.filter(({ chain }) => chain.length > 0));
  if (shown.length === 0 || approved.length === 0) return [];
  const keys = approved.map((at) => at.chain[0]?.spki);
  const issuers = approved.filter(({ problem }) => problem === null).map(issuerOf);
  const proves = (at: TlsAt): boolean =>
    keys.includes(at.chain[0]?.spki) || (at.problem === null && issuers.includes(issuerOf(at)));
  if (shown.some(proves)) return [];
  const expected =
    ticketFor(scene.tickets, 'spki', shown.map(spkiOf)) ?? ticketFor(scene.tickets, 'issuers', shown.map(issuerOf));
  const says = `${shown.map(({ address }) => address).join(', ')}: a certificate by ${distinct(shown.map(issuerOf)).join(', ')}, with a key nobody approved`;
  const sides = { expected: distinct(approved.map(issuerOf)), actual: distinct(shown.map(issuerOf)) };
  return [part('key-unknown', says, { ...sides, ticket: expected ?? ticket })];
}

function spkiOf(at: TlsAt): string {
  return at.chain[0]?.spki ?? '';
}

function issuerOf(at: TlsAt): string {
  return authorityOf(at.chain[0]?.issuer ?? '');
}

/** No ticket expects a defacement. */
function defacedPart(strange: readonly string[], { evidence }: Scene): Part[] {
  const pages = [...evidence.victims, ...(evidence.genuine ? [evidence.genuine] : [])];
  const page = pages.find((one) => strange.includes(one.address) && signatureOn(one) === 'a defacement');
  if (!page) return [];
  const says = `${page.address}: serves a defacement (“${page.title.slice(0, 80)}”)`;
  return [part('defaced', says, { expected: ['the site'], actual: [page.title] })];
}

// ------------------------------------------------------- the domain's own records

function mailParts(scene: Scene): Part[] {
  const { mx, zone } = scene.domain;
  const approved = everyApproved(scene, (domain) => domain.mx);
  // A domain that was approved without mail servers has something to lose too: who adds one gets all its mail.
  if (mx === null || scene.approved.every((domain) => domain.mx === null)) return [];
  const strange = mx.filter((server) => server !== NO_MAIL && !approved.includes(server));
  if (strange.length === 0) return [];
  const ticket = ticketFor(scene.tickets, 'mx', strange);
  const says = `${zone}: its mail now goes to ${strange.join(', ')}`;
  return [part('mail-moved', says, { expected: approved, actual: mx, ticket, share: shareOfMail(strange, scene) })];
}

/** RFC 7505: it takes no mail at all. */
const NO_MAIL = '.';

/** Of the references that answer, how many give one of those servers: one that lies alone is not the domain's change. */
function shareOfMail(strange: readonly string[], { evidence }: Scene): number {
  const answers = trustedAnswers(evidence, 'zone').filter(({ type }) => type === 'MX');
  const voices = answers.flatMap(({ replies }) => replies.filter(({ rcode }) => rcode === 'NOERROR'));
  const saying = voices.filter(({ records }) => records.some((record) => strange.includes(mailServer(record))));
  return voices.length === 0 ? 1 : saying.length / voices.length;
}

/** Fewer may issue: fine. More may: somebody wants a certificate, owner or not. */
function caaParts(scene: Scene): Part[] {
  const { caa, zone } = scene.domain;
  const approved = everyApproved(scene, (domain) => domain.caa);
  if (caa === null || approved.length === 0) return [];
  const opened = caa.length === 0 ? ['anybody'] : caa.filter((line) => ISSUE.test(line) && !approved.includes(line));
  if (opened.length === 0) return [];
  const issuers = opened.map((line) => ISSUER.exec(line)?.[1] ?? line);
  const ticket = ticketFor(scene.tickets, 'issuers', issuers);
  const says = `${zone}: its CAA records now let ${issuers.join(', ')} issue certificates`;
  return [part('caa-opened', says, { expected: approved, actual: caa, ticket })];
}

const ISSUE = /^\d+ issue(?:wild|mail)? "[^";]/iu;
/** The domain before the parameters. */
const ISSUER = /"\s*([^";\s]+)/u;

const LONG_SECONDS = 3_600;
const SHORT_SECONDS = 300;

function ttlParts(scene: Scene): Part[] {
  const of = (pick: (ttl: Scene['domain']['ttl']) => number | null, what: string): Part[] => {
    const now = pick(scene.domain.ttl);
    const before = scene.approved.flatMap(({ ttl }) => pick(ttl) ?? []);
    const least = Math.min(...before);
    if (now === null || before.length === 0 || least < LONG_SECONDS || now > SHORT_SECONDS) return [];
    const says = `${what} may now be kept for ${now} s only, ${least} s before`;
    return [part('ttl-collapsed', says, { expected: [`${least} s`], actual: [`${now} s`] })];
  };
  const found = [
    ...of(({ nameservers }) => nameservers, `${scene.domain.zone}: its NS records`),
    ...of(({ address }) => address, `${scene.evidence.name}: its addresses`),
  ];
  return found.slice(0, 1);
}
