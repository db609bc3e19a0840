/**
 * Entries of one list. Where two of them were seen to rotate, the list rotates, and that a third showed the same in
 * every sample was chance. Pure.
 */

const NTH = /:nth-of-type\(\d+\)$/;
/** Paragraphs and headings stand beside each other without being entries of anything: that two moved says nothing of a third. */
const RUNNING = /^(?:p|h[1-6])$/;

/**
 * Places, of those there are, that stand beside two moving ones.
 * @param moving CSS paths of what was seen to move
 * @param places all paths there are
 * @returns those of `places` that differ from moving ones only in the number of one step, and are not among them
 */
export function fellowsOf(moving: Iterable<string>, places: Iterable<string>): string[] {
  const known = new Set(moving);
  const counts = new Map<string, number>();
  for (const place of known) for (const list of listsOf(place)) counts.set(list, (counts.get(list) ?? 0) + 1);
  return [...places].filter((place) => !known.has(place) && listsOf(place).some((list) => (counts.get(list) ?? 0) > 1));
}

/** Places, of those that moved, that stand in one list with another of them: a list that is proven to rotate. */
export function inRotatingList(moving: Iterable<string>): Set<string> {
  const known = [...new Set(moving)];
  const counts = new Map<string, number>();
  for (const place of known) for (const list of listsOf(place)) counts.set(list, (counts.get(list) ?? 0) + 1);
  return new Set(known.filter((place) => listsOf(place).some((list) => (counts.get(list) ?? 0) > 1)));
}

/** The path with the number of one step left open, for each step in turn. */
export function listsOf(place: string): string[] {
  const steps = place.split(' > ');
  return steps.flatMap((step, index) => {
    const name = step.replace(NTH, '');
    return RUNNING.test(name) ? [] : [[...steps.slice(0, index), `${name}:*`, ...steps.slice(index + 1)].join(' > ')];
  });
}
