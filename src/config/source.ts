/**
 * One YAML file as a plain value that still knows where each part of it stands.
 *
 * Pure: text in, value and problems out. Everything YAML can do beyond plain data (tags, several documents, complex
 * keys, aliases that explode) is refused here, so the schemas behind it only ever see strings, numbers, lists, maps.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem } from './config.js';

export type Path = readonly PropertyKey[];

export interface Source {
  readonly file: string;
  /** Plain data; keys without a value are left out. Undefined: the file holds nothing. */
  readonly value: unknown;
  /** A problem with the value at `path`, or with its key. What is not there is shown at its nearest parent. */
  problem(path: Path, message: string, at?: 'key' | 'value'): Problem;
  /** The scalar at `path` as it is written, before `${...}` was filled in: what may be shown. Null: there is none. */
  written(path: Path): string | null;
  has(path: Path): boolean;
}

/** What `${reference}` stands for. */
export type Lookup = (reference: string) => { readonly text: string } | { readonly wrong: string };

/** Enough to share some lists; an alias bomb needs thousands. */
const MAX_ALIASES = 100;

/**
 * The source is null where the text cannot be relied on as a whole; with problems of single values it is there, so that
 * everything else wrong is found in the same run.
 *
 * @param lookup fills in `${...}`; without it strings are taken as they are
 */
export function readYaml(
  file: string,
  text: string,
  lookup?: Lookup,
): { readonly source: Source | null; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    stringKeys: true,
    logLevel: 'error',
  });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const unreadable = document.errors.filter((error) => error.code !== 'DUPLICATE_KEY');
  const problems = [...document.errors, ...document.warnings].map((error) => at(error.pos[0], plainWords(error)));
  const aliases = badAliases(document, at);
  if (unreadable.length > 0 || aliases.length > 0) return { source: null, problems: [...problems, ...aliases] };
  if (lookup) problems.push(...fillIn(document, lookup, at));
  const value = withoutNulls(document.toJS({ maxAliasCount: -1 }));
  return { source: { file, value, ...places(document, at) }, problems };
}

type At = (offset: number, message: string) => Problem;

function plainWords(error: YAMLError): string {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'this key is written twice in the same mapping; remove one of them';
    case 'TAB_AS_INDENT':
      return 'tabs cannot indent YAML; use spaces';
    case 'TAG_RESOLVE_FAILED':
      return 'tags such as !name are not used here; write plain values';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here; keep one per file';
    case 'NON_STRING_KEY':
      return 'keys must be plain text';
    default:
      return `not valid YAML: ${error.message}`;
  }
}

/** Aliases that name nothing, and so many of them that the value could explode. */
function badAliases(document: Document.Parsed, at: At): Problem[] {
  const problems: Problem[] = [];
  let first: number | null = null;
  visit(document, {
    Alias(_key, alias) {
      const offset = alias.range?.[0] ?? 0;
      first ??= offset;
      if (!alias.resolve(document)) problems.push(at(offset, `no anchor "&${alias.source}" stands before this alias`));
    },
  });
  if (first !== null && problems.length === 0) {
    try {
      document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch {
      // The library's only reason left: its count of expanded aliases is above the limit.
      problems.push(at(first, 'aliases of aliases make this file explode; write the values out'));
    }
  }
  return problems;
}

/** Puts the value of every `${...}` into the string values (not the keys) of the document. */
function fillIn(document: Document.Parsed, lookup: Lookup, at: At): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(key, scalar) {
      if (key === 'key' || typeof scalar.value !== 'string') return;
      scalar.value = scalar.value.replace(/\$\$\{|\$\{([^}]*)\}?/g, (whole: string, reference: string | undefined) => {
        if (reference === undefined) return '${';
        const found = whole.endsWith('}') ? lookup(reference) : { wrong: 'has no closing brace' };
        if ('text' in found) return found.text;
        problems.push(at(scalar.range?.[0] ?? 0, `\${${reference}} ${found.wrong}`));
        return whole;
      });
    },
  });
  return problems;
}

/** `key:` with nothing behind it (its lines commented out, say) means the key is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function places(document: Document.Parsed, at: At): Pick<Source, 'problem' | 'written' | 'has'> {
  return {
    problem(path, message, side = 'value') {
      const { key, value } = nodesAt(document, path);
      const node = side === 'key' ? key : hasText(value) ? value : key;
      return at(node?.range?.[0] ?? 0, message);
    },
    written(path) {
      const { value, whole } = nodesAt(document, path);
      return whole && isScalar(value) && value.source !== undefined ? value.source : null;
    },
    has: (path) => nodesAt(document, path).whole,
  };
}

function hasText(node: Node | null): node is Node {
  return Boolean(node?.range && node.range[1] > node.range[0]);
}

interface Nodes {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** The key and value nodes at `path`, or (then not `whole`) of its nearest ancestor that is there. */
function nodesAt(document: Document.Parsed, path: Path): Nodes & { readonly whole: boolean } {
  let found: Nodes = { key: document.contents, value: document.contents };
  for (const step of path) {
    const next = child(document, found.value, step);
    if (!next) return { ...found, whole: false };
    found = next;
  }
  return { ...found, whole: true };
}

function child(document: Document.Parsed, node: Node | null, step: PropertyKey): Nodes | null {
  const target = isAlias(node) ? (node.resolve(document) ?? null) : node;
  if (isSeq<Node>(target)) {
    const item = target.items[Number(step)];
    return item ? { key: item, value: item } : null;
  }
  if (!isMap<Node, Node | null>(target)) return null;
  const pair = target.items.find(
    (candidate) => isScalar(candidate.key) && String(candidate.key.value) === String(step),
  );
  return pair ? { key: pair.key, value: pair.value } : null;
}
