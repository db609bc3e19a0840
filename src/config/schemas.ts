/** The JSON Schemas of both files, made from what parses them, so that editors complete and check while typing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Check } from '../checks/check.js';
import type { Notifier } from '../notify/notifier.js';
import { settingsSchema } from './settings-schema.js';
import { watchlistSchema } from './watchlist-schema.js';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface Schemas {
  readonly settings: JsonSchema;
  readonly watchlist: JsonSchema;
}

/** Draft 7: what the YAML language server understands. */
export function jsonSchemas(checks: readonly Check[], notifiers: readonly Notifier[]): Schemas {
  const convert = (schema: z.ZodType, title: string): JsonSchema => ({
    ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' }),
    title,
  });
  return {
    settings: convert(settingsSchema(notifiers), 'Siteward settings'),
    watchlist: convert(watchlistSchema(checks), 'Siteward watchlist'),
  };
}

/** Texts by file name. */
export function schemaFiles(checks: readonly Check[], notifiers: readonly Notifier[]): ReadonlyMap<string, string> {
  const { settings, watchlist } = jsonSchemas(checks, notifiers);
  const text = (schema: JsonSchema): string => `${JSON.stringify(emptyAllowed(schema), null, 2)}\n`;
  return new Map([
    ['settings.schema.json', text(settings)],
    ['watchlist.schema.json', text(watchlist)],
  ]);
}

/** A section whose lines are all commented out is a key with nothing behind it: no mistake. */
function emptyAllowed(schema: JsonSchema): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const section = typeof property === 'object' && (property.type === 'object' || property.type === 'array');
    return [key, section ? { ...property, type: [property.type, 'null'] } : property];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

export async function writeSchemas(
  dir: string,
  checks: readonly Check[],
  notifiers: readonly Notifier[],
): Promise<void> {
  for (const [name, text] of schemaFiles(checks, notifiers)) await writeFile(join(dir, name), text);
}
