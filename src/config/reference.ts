/** docs/configuration.md: every key of both files, made from the schemas that parse them. Pure. */
import type { Check } from '../checks/check.js';
import type { Notifier } from '../notify/notifier.js';
import { type JsonSchema, jsonSchemas } from './schemas.js';

export function configurationReference(checks: readonly Check[], notifiers: readonly Notifier[]): string {
  const { settings, watchlist } = jsonSchemas(checks, notifiers);
  return `${[
    '# Configuration',
    INTRODUCTION,
    '## `watchlist.yaml`',
    'What is watched. It may be split: every `watchlist.d/*.yaml` is read as well, each with `defaults` of its own; ids are unique across all of them.',
    ...tables(watchlist, ''),
    IDS,
    '## `settings.yaml`',
    'By whom, with what, and who is told. It may be empty or missing.',
    ...tables(settings, ''),
    SECRETS,
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `Two YAML files in the folder named by \`--config\` (\`./config\`): \`watchlist.yaml\` for site admins, \`settings.yaml\` for
operators. \`siteward validate\` reports every problem at once as \`file:line:column: message\`; a misspelt key is a
problem, never ignored. Both files have JSON Schemas beside them. This page is generated from the code
(\`npm run reference\`).

Durations are a whole number and a unit: \`500ms\`, \`15s\`, \`5m\`, \`1h\`, \`1d\`. A key with nothing behind it counts as not
written. Anchors and aliases work; tags and merge keys do not.`;

const IDS = `### Sites without an \`id\`

The id is made from the address alone: \`https://www.example.org/news/\` becomes \`www.example.org-news\`, a port follows the
host. Where the address holds what an id cannot (a query, capitals, other scripts) or is too long, six hexadecimal digits
of its SHA-256 are appended, so it stays the same whatever else is in the file.`;

const SECRETS = `### Values from elsewhere

In the values of \`settings.yaml\`, \`\${NAME}\` stands for an environment variable and \`\${file:PATH}\` for the text of a file
(relative to the configuration folder, without the newline at its end); \`$\${\` is a plain \`\${\`. What is not there is a
problem. In \`watchlist.yaml\` nothing is filled in: whoever may add a site must not thereby read the operators' secrets.
Passwords and keys are never printed, logged or stored.`;

/** One table per mapping, the outermost first. */
function tables(schema: JsonSchema, path: string): string[] {
  const rows: string[] = [];
  const below: string[] = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === 'boolean') continue;
    const required = schema.required?.includes(key) === true;
    rows.push(
      `| \`${key}\` | ${typeOf(property)} | ${defaultOf(property, required)} | ${cell(property.description ?? '')} |`,
    );
    // The defaults are keys of sites again.
    if (path !== 'defaults') below.push(...nested(property, path === '' ? key : `${path}.${key}`));
  }
  if (rows.length === 0) return [];
  const title = path === '' ? [] : [`### \`${path}\``];
  return [...title, ['| key | value | default | meaning |', '|---|---|---|---|', ...rows].join('\n'), ...below];
}

function nested(property: JsonSchema, path: string): string[] {
  if (property.properties) return tables(property, path);
  const items = itemsOf(property);
  if (!items) return [];
  const mappings = variantsOf(items).filter((variant) => variant.properties);
  return mappings.flatMap((variant, index) => {
    const kind = variant.properties?.['kind'];
    const named = typeof kind === 'object' && typeof kind.const === 'string' ? `[kind: ${kind.const}]` : '[]';
    return tables(variant, `${path}${named}${index > 0 && named === '[]' ? ', or' : ''}`);
  });
}

function itemsOf(property: JsonSchema): JsonSchema | null {
  const { items } = property;
  return typeof items === 'object' && !Array.isArray(items) ? items : null;
}

function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema];
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const variants = variantsOf(schema);
  if (variants.length > 1) return [...new Set(variants.map(typeOf))].join(' or ');
  if (schema.type === 'array') return listType(schema);
  if (schema.type === 'object') return schema.properties ? 'mapping' : 'mapping of names';
  if (schema.format === 'password') return 'secret';
  return typeof schema.type === 'string' ? (TYPES[schema.type] ?? schema.type) : 'any';
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  null: 'nothing',
};

function listType(schema: JsonSchema): string {
  const items = itemsOf(schema);
  return items ? `list of ${typeOf(items)}` : 'list';
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return '**required**';
  const { default: value } = schema;
  if (value === undefined || (typeof value === 'object' && value !== null)) return '';
  return `\`${String(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
