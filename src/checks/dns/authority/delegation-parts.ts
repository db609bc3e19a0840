/** What changed between parent and domain: name servers, their addresses, DS. Pure. */
import { ticketFor } from '../../changes.js';
import { distinct } from '../evidence.js';
import { type Cut, type Domain, glueAddress, mainVoice } from './facts.js';
import { hasNetwork, isAllowed, type Part, part, type Scene, standsWith } from './part.js';

export function delegationParts(scene: Scene): Part[] {
  const { domain } = scene;
  // Where nobody could be asked from the root down, what the references say of the domain has to do.
  if (domain.cuts.length === 0) return fromReferences(scene);
  return domain.cuts.flatMap((cut) => [
    ...nameserverParts(cut, scene),
    ...glueParts(cut, scene),
    ...dsParts(cut, scene),
    ...childParts(cut, scene),
  ]);
}

function fromReferences(scene: Scene): Part[] {
  const { nameservers, zone } = scene.domain;
  const approved = approvedServers(zone, scene);
  if (nameservers === null || nameservers.length === 0 || approved.length === 0) return [];
  return serverChange(zone, OWN_RECORDS, [{ nameservers, servers: 1 }], approved, scene);
}

/** By parent, by the zone itself and by the references; a zone without a delegation of its own has its parent's. */
function approvedServers(zone: string, scene: Scene): string[] {
  return distinct(
    scene.approved.flatMap((domain) => {
      const cut =
        domain.cuts.find((one) => one.zone === zone) ?? domain.cuts.findLast((one) => zone.endsWith(`.${one.zone}`));
      const said = cut ? [...cut.voices.flatMap((voice) => voice.nameservers), ...(cut.child ?? [])] : [];
      return [...said, ...(isApex(zone, domain) || cut?.zone !== zone ? (domain.nameservers ?? []) : [])];
    }),
  );
}

function isApex(zone: string, domain: Domain): boolean {
  return domain.zone === zone;
}

function nameserverParts({ zone, parent, voices, child }: Cut, scene: Scene): Part[] {
  const approved = approvedServers(zone, scene);
  // A baseline that knows no delegation cannot tell an old one of a name below the domain from a new one.
  const comparable = zone === scene.domain.zone || scene.approved.some(({ cuts }) => cuts.length > 0);
  if (approved.length === 0 || !comparable) return [];
  // Where parent and zone stand on the same servers nobody refers: what the zone says of itself has to do.
  if (voices.length > 0) return serverChange(zone, `${parentWords(parent)} delegate it to`, voices, approved, scene);
  return child ? serverChange(zone, OWN_RECORDS, [{ nameservers: child, servers: 1 }], approved, scene) : [];
}

const OWN_RECORDS = 'its NS records name';

function serverChange(
  zone: string,
  says: string,
  voices: readonly Pick<Cut['voices'][number], 'nameservers' | 'servers'>[],
  approved: readonly string[],
  scene: Scene,
): Part[] {
  const { settings, tickets } = scene;
  const isStrange = (server: string): boolean =>
    !approved.includes(server) && !settings.allow.nameservers.includes(server);
  const strange = distinct(voices.flatMap((voice) => voice.nameservers.filter(isStrange)));
  if (strange.length > 0) {
    const all = voices.reduce((sum, { servers }) => sum + servers, 0);
    const saying = voices.filter(({ nameservers }) => nameservers.some(isStrange));
    const share = saying.reduce((sum, { servers }) => sum + servers, 0) / all;
    const where = share < 1 ? ` (so far only ${Math.round(share * 100)} % of the parent's servers say so)` : '';
    const actual = distinct(saying.flatMap(({ nameservers }) => nameservers));
    const ticket = ticketFor(tickets, 'nameservers', strange);
    const clause = `${says} ${strange.join(', ')}, which nobody approved${where}`;
    return [part('nameservers-changed', `${zone}: ${clause}`, { expected: approved, actual, ticket, share })];
  }
  const current = distinct(voices.flatMap((voice) => voice.nameservers));
  const gone = approved.filter((server) => !current.includes(server) && isDelegated(server, zone, scene));
  if (gone.length === 0 || current.length === 0) return [];
  const ticket = tickets.find(
    ({ expect }) => expect.nameservers && gone.every((server) => !expect.nameservers?.includes(server)),
  );
  const clause = `${zone}: ${gone.join(', ')} is no longer among its name servers`;
  return [part('nameserver-gone', clause, { expected: approved, actual: current, ticket: ticket ?? null })];
}

/** Some zones name servers that their parents never had: those cannot go. */
function isDelegated(server: string, zone: string, { approved, domain }: Scene): boolean {
  if (domain.cuts.length === 0) return true;
  return approved.every(({ cuts }) => cuts.find((cut) => cut.zone === zone)?.voices[0]?.nameservers.includes(server));
}

function glueParts({ zone, parent, voices }: Cut, scene: Scene): Part[] {
  const known = scene.approved.flatMap(({ cuts }) =>
    cuts.filter((cut) => cut.zone === zone).flatMap((cut) => cut.voices.flatMap(({ glue }) => glue)),
  );
  const named = new Set(known.map(serverOf));
  const addresses = distinct(known.map(glueAddress));
  const lines = distinct(voices.flatMap(({ glue }) => glue));
  const moved = lines.filter((line) => {
    const address = glueAddress(line);
    return named.has(serverOf(line)) && !addresses.includes(address) && !isAllowed(address, scene);
  });
  if (moved.length === 0) return [];
  const far = moved.filter((line) => {
    const address = glueAddress(line);
    return !standsWith(address, addresses, scene) && !(isOfNewFamily(line, known) && !hasNetwork(address, scene));
  });
  const told = far.length > 0 ? far : moved;
  const ticket = ticketFor(scene.tickets, 'addresses', told.map(glueAddress));
  const sides = { expected: known, actual: lines, ticket, share: shareOf(voices, told) };
  const where = told.map((line) => `${serverOf(line)} at ${glueAddress(line)}`).join(', ');
  return far.length > 0
    ? [part('glue-moved', `${zone}: ${parentWords(parent)} now send everybody to ${where}, in another network`, sides)]
    : [part('glue-moved-nearby', `${zone}: ${where}, inside the network it was in`, sides)];
}

/** A server that had no address of that kind so far: referrals often leave some out. Only a foreign network tells then. */
function isOfNewFamily(line: string, known: readonly string[]): boolean {
  const isIpv6 = (one: string): boolean => glueAddress(one).includes(':');
  return !known.some((one) => serverOf(one) === serverOf(line) && isIpv6(one) === isIpv6(line));
}

function serverOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function shareOf(voices: Cut['voices'], lines: readonly string[]): number {
  const all = voices.reduce((sum, { servers }) => sum + servers, 0);
  const saying = voices.filter(({ glue }) => lines.some((line) => glue.includes(line)));
  return saying.reduce((sum, { servers }) => sum + servers, 0) / all;
}

function dsParts(cut: Cut, scene: Scene): Part[] {
  const { zone, parent, ds } = cut;
  const known = scene.approved.flatMap(({ cuts }) => cuts.filter((one) => one.zone === zone));
  const before = distinct(known.flatMap((one) => one.ds ?? []));
  if (ds === null || before.length === 0) return [];
  if (ds.length === 0) {
    const ticket = scene.tickets.find(({ expect }) => expect.ds?.length === 0) ?? null;
    const says = `${zone}: ${parentWords(parent)} have no DS record for it any more, so its signatures protect nobody`;
    return [part('ds-removed', says, { expected: before, actual: [], ticket })];
  }
  if (ds.some((line) => before.includes(line)) || isOwnRollover(cut, known)) return [];
  const ticket = ticketFor(scene.tickets, 'ds', ds);
  const sides = { expected: before, actual: ds, ticket };
  const rolled = cut.status === 'SECURE' && isServedAsApproved(cut, scene);
  return rolled
    ? [part('keys-rolled', `${zone}: all its keys are new, and its approved servers hold them`, sides)]
    : [
        part(
          'ds-replaced',
          `${zone}: ${parentWords(parent)} name other keys for it, and none of the approved ones`,
          sides,
        ),
      ];
}

/** The set of keys is signed by a key that was approved: only its owner can do that, whatever the DS records are now. */
function isOwnRollover(cut: Cut, known: readonly Cut[]): boolean {
  return known.some(({ keys }) => keys.some((key) => cut.signers.includes(key)));
}

function isServedAsApproved(cut: Cut, scene: Scene): boolean {
  const changes = [...nameserverParts(cut, scene), ...glueParts(cut, scene)];
  return changes.every(({ kind }) => kind === 'nameserver-gone' || kind === 'glue-moved-nearby');
}

function childParts(cut: Cut, scene: Scene): Part[] {
  const voice = mainVoice(cut);
  if (!voice || cut.child === null || isSame(voice.nameservers, cut.child)) return [];
  const { zone, child } = cut;
  const known = scene.approved.flatMap(({ cuts }) => cuts.filter((one) => one.zone === zone));
  if (known.length === 0) return [];
  // Zones that never agreed with their parent are no news.
  const old = known.some(
    (one) => isSame(one.child ?? [], child) && isSame(mainVoice(one)?.nameservers ?? [], voice.nameservers),
  );
  if (old) return [];
  const strange = child.filter((server) => !voice.nameservers.includes(server));
  const ticket = strange.length > 0 ? ticketFor(scene.tickets, 'nameservers', strange) : null;
  const says = `${zone}: its parent and its own servers name different name servers`;
  return [part('parent-child-differ', says, { expected: voice.nameservers, actual: child, ticket })];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

function parentWords(parent: string): string {
  return parent === '.' ? 'the root servers' : `the servers of ${parent}`;
}
