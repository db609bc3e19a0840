/**
 * Names as DNSSEC compares, counts and signs them. Pure.
 *
 * A name is the decoder's presentation text in lower case (`canonicalName`): its escapes are unambiguous, so equal texts
 * are equal names. RFC 4034 6.1 and 6.2.
 */

/** From left to right, escapes kept; the root has none. */
export function labelsOf(name: string): string[] {
  return name === '.' ? [] : (name.match(/(?:\\.|[^.\\])+/gsu) ?? []);
}

/** Without a leading `*`: what the Labels field of an RRSIG counts (RFC 4034 3.1.3). */
export function signedLabelCount(name: string): number {
  const labels = labelsOf(name);
  return labels[0] === '*' ? labels.length - 1 : labels.length;
}

export function joined(labels: readonly string[]): string {
  return labels.length === 0 ? '.' : labels.join('.');
}

/** The ancestor made of the last `count` labels. */
export function lastLabels(name: string, count: number): string {
  const labels = labelsOf(name);
  return joined(labels.slice(Math.max(0, labels.length - count)));
}

/** `*.` below a name. */
export function wildcardOf(name: string): string {
  return name === '.' ? '*' : `*.${name}`;
}

/** The name itself counts. */
export function isWithin(name: string, ancestor: string): boolean {
  return commonAncestor(name, ancestor) === ancestor;
}

export function isBelow(name: string, ancestor: string): boolean {
  return name !== ancestor && isWithin(name, ancestor);
}

/** The longest name that both are within. */
export function commonAncestor(a: string, b: string): string {
  const [left, right] = [labelsOf(a).reverse(), labelsOf(b).reverse()];
  const differs = left.findIndex((label, at) => label !== right[at]);
  return joined((differs === -1 ? left : left.slice(0, differs)).reverse());
}

/** Uncompressed. */
export function wireName(name: string): Uint8Array {
  const parts = labelsOf(name).map(labelBytes);
  return Uint8Array.from([...parts.flatMap((bytes) => [bytes.length, ...bytes]), 0]);
}

function labelBytes(label: string): number[] {
  const bytes: number[] = [];
  for (const [part] of label.matchAll(/\\\d{3}|\\.|[^\\]/gsu)) {
    if (/^\\\d{3}$/u.test(part)) bytes.push(Number(part.slice(1)));
    else bytes.push(part.charCodeAt(part.length - 1));
  }
  return bytes;
}

/** RFC 4034 6.1: by labels from the right, each as unsigned bytes, an absent one first. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [labelsOf(a).reverse(), labelsOf(b).reverse()];
  for (const [at, label] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (label === other) continue;
    const order = Buffer.compare(Uint8Array.from(labelBytes(label)), Uint8Array.from(labelBytes(other)));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
