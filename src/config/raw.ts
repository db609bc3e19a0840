/** Looks into a value before, or beside, its schema: whoever is half wrong can still be referred to. Pure. */

/** Own fields only. */
export function fieldAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

/** Empty where there is no list. */
export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = fieldAt(value, key);
  return Array.isArray(found) ? found : [];
}

/** Null where there is no text. */
export function textAt(value: unknown, key: string): string | null {
  const found = fieldAt(value, key);
  return typeof found === 'string' ? found : null;
}
