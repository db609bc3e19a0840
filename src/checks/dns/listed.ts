/** Lists that strangers may make as long as they like, for people. Pure. */

const MOST_SHOWN = 16;

/** `a, b, c and 4080 more`. @param first of the values, shown before the others. */
export function listed(values: readonly string[], first: string | null = null): string {
  const ordered = first !== null && values.includes(first) ? [first, ...values.filter((one) => one !== first)] : values;
  const more = ordered.length - MOST_SHOWN;
  return more > 0 ? `${ordered.slice(0, MOST_SHOWN).join(', ')} and ${more} more` : ordered.join(', ');
}
