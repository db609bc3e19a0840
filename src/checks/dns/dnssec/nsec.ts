/** What signed NSEC records prove not to exist. RFC 4035 5.4, RFC 6840 4. Pure. */
import { TYPE } from '../names.js';
import { commonAncestor, compareNames, isBelow, isWithin, labelsOf, wildcardOf } from './canonical-name.js';
import { type Denial, type Prover, proven, unproven } from './proof.js';
import { type Nsec, SECURITY_TYPE, type TypeList, typeName } from './security-records.js';

export interface OwnedNsec extends Nsec {
  readonly owner: string;
}

/** @param records whose signatures by the zone were verified. */
export function nsecProver(zone: string, records: readonly OwnedNsec[]): Prover {
  const at = (name: string): OwnedNsec | null => records.find(({ owner }) => owner === name) ?? null;
  const over = (name: string): OwnedNsec | null =>
    records.find((record) => covers(record, name, zone) && !isAboveCut(record, name)) ?? null;
  return {
    noSuchName: (name) => noSuchName(name, over(name), over),
    noSuchType: (name, type) => noSuchType(name, type, at, over),
    noCloserName: (name, encloser) => noCloserName(name, encloser, over(name)),
    unsignedDelegation: (name) => unsignedDelegation(name, at(name)),
  };
}

/** The name would stand between the owner and the next name. The zone's last NSEC points back to the apex. */
function covers({ owner, next }: OwnedNsec, name: string, zone: string): boolean {
  if (!isWithin(name, zone) || compareNames(owner, name) >= 0) return false;
  return compareNames(next, owner) <= 0 ? next === zone : compareNames(name, next) < 0;
}

/** RFC 6840 4.1: above a delegation or a DNAME a zone knows nothing of the names below. */
function isAboveCut({ owner, types }: OwnedNsec, name: string): boolean {
  return isBelow(name, owner) && (isDelegation(types) || types.has(TYPE.DNAME));
}

export function isDelegation(types: TypeList): boolean {
  return types.has(TYPE.NS) && !types.has(TYPE.SOA);
}

/** The nearest existing ancestor of a covered name: both neighbours in the zone exist, with all their ancestors. */
function closestEncloser(name: string, { owner, next }: OwnedNsec): string {
  const [left, right] = [commonAncestor(name, owner), commonAncestor(name, next)];
  return labelsOf(left).length >= labelsOf(right).length ? left : right;
}

function noSuchName(name: string, cover: OwnedNsec | null, over: (name: string) => OwnedNsec | null): Denial {
  if (!cover) return unproven(`no NSEC record covers ${name}`);
  if (isBelow(cover.next, name)) return unproven(`${name} exists: ${cover.next} is below it`);
  const encloser = closestEncloser(name, cover);
  const wildcard = wildcardOf(encloser);
  if (!over(wildcard)) return unproven(`no NSEC record says that there is no wildcard ${wildcard}`);
  return proven(`nothing stands between ${cover.owner} and ${cover.next}, and there is no wildcard ${wildcard}`);
}

function noSuchType(
  name: string,
  type: number,
  at: (name: string) => OwnedNsec | null,
  over: (name: string) => OwnedNsec | null,
): Denial {
  const exact = at(name);
  if (exact) return lacksType(name, exact.types, type);
  const cover = over(name);
  if (!cover) return unproven(`no NSEC record is at or covers ${name}`);
  if (isBelow(cover.next, name)) return proven(`${name} exists only because ${cover.next} is below it`);
  const wildcard = at(wildcardOf(closestEncloser(name, cover)));
  if (!wildcard) return unproven(`the NSEC records do not say which types ${name} has`);
  const lacks = lacksType(wildcard.owner, wildcard.types, type);
  return lacks.kind === 'proven' ? proven(`${name} does not exist by itself, and ${lacks.text}`) : lacks;
}

/** Of an NSEC or NSEC3 record that is the name's own. @param name shown. */
export function lacksType(name: string, types: TypeList, type: number): Denial {
  if (types.has(type)) return unproven(`the list of types at ${name} has ${typeName(type)}`);
  if (types.has(TYPE.CNAME)) return unproven(`${name} is an alias`);
  const ofParent = isDelegation(types);
  if (type === SECURITY_TYPE.DS) {
    // RFC 6840 4.4: the child's own record says nothing of what its parent has; the root has no parent.
    if (types.has(TYPE.SOA) && name !== '.') return unproven(`the record at ${name} is the child zone's own`);
  } else if (ofParent) return unproven(`${name} is delegated, and only its parent was heard`);
  return proven(`the list of types at ${name} has no ${typeName(type)}`);
}

/** RFC 4035 5.3.4. */
function noCloserName(name: string, encloser: string, cover: OwnedNsec | null): Denial {
  if (!cover) return unproven(`no NSEC record says that ${name} itself does not exist`);
  const closest = closestEncloser(name, cover);
  if (isBelow(cover.next, name) || closest !== encloser) {
    return unproven(`${closest} exists and is nearer to ${name} than the wildcard`);
  }
  return proven(`nothing stands between ${cover.owner} and ${cover.next}`);
}

function unsignedDelegation(name: string, exact: OwnedNsec | null): Denial {
  return exact ? delegatesUnsigned(name, exact.types) : unproven(`no NSEC record is at ${name}`);
}

/** Of the parent's NSEC or NSEC3 record at a cut: a delegation there, and no DS. RFC 4035 5.2. */
export function delegatesUnsigned(name: string, types: TypeList): Denial {
  if (types.has(TYPE.SOA)) return unproven(`the record at ${name} is the child zone's own`);
  if (types.has(SECURITY_TYPE.DS)) return unproven(`the list of types at ${name} has DS`);
  if (!types.has(TYPE.NS)) return unproven(`the list of types at ${name} has no NS: it is not delegated`);
  return proven(`the list of types at ${name} has NS and no DS`);
}
