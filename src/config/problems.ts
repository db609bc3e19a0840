/** What the schemas object to, in words and with the place: every problem of a file at once. */
import * as z from 'zod';
import type { Problem } from './config.js';
import type { Path, Source } from './source.js';

export type Parsed<T> = { readonly data: T } | { readonly problems: readonly Problem[] };

/** Parses the part of the file at `path`. */
export function parsePart<T>(schema: z.ZodType<T>, value: unknown, source: Source, path: Path): Parsed<T> {
  // Only while parsing is it known which keys would have been right.
  const known = new Map<readonly string[], readonly string[]>();
  const result = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject) {
        known.set(issue.keys, Object.keys(issue.inst.shape));
      }
      return undefined;
    },
  });
  if (result.success) return { data: result.data };
  return { problems: result.error.issues.flatMap((issue) => toProblems(issue, source, path, known)) };
}

type Issue = z.core.$ZodIssue;

/** By the very list of keys an issue complains of: the keys that would have been right there. */
type Known = ReadonlyMap<readonly string[], readonly string[]>;

function toProblems(issue: Issue, source: Source, base: Path, known: Known): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => source.problem([...path, key], unknownKey(key, known.get(issue.keys) ?? []), 'key'));
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const branch = closestBranch(issue.errors, known);
    if (branch) return branch.flatMap((inner) => toProblems(inner, source, path, known));
  }
  return [source.problem(path, describe(issue, source, path), issue.code === 'invalid_key' ? 'key' : 'value')];
}

/**
 * The branch of a union the writer most likely meant: the only one of the right type as a whole, or the one of these
 * whose key was misspelt.
 */
function closestBranch(branches: readonly (readonly Issue[])[], known: Known): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
  if (fitting.length === 1) return fitting[0];
  const misspelt = fitting.filter((issues) => issues.some((issue) => isMisspelt(issue, known)));
  return misspelt.length === 1 ? misspelt[0] : undefined;
}

function isMisspelt(issue: Issue, known: Known): boolean {
  if (issue.code !== 'unrecognized_keys') return false;
  return issue.keys.some((key) => suggestion(key, known.get(issue.keys) ?? []) !== '');
}

function describe(issue: Issue, source: Source, path: Path): string {
  const name = String(path.at(-1) ?? 'the file');
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue, name);
    case 'invalid_value': {
      if (!source.has(path)) return `"${name}" is missing`;
      const choices = issue.values.map(String);
      const near = choices.length > 1 ? suggestion(source.written(path) ?? '', choices) : '';
      return `must be ${listed(choices)}${got(source, path)}${near}`;
    }
    case 'custom':
      return (
        issue.message + (issue.params?.['quote'] === true ? got(source, path) : '') + (issue.params?.['hint'] ?? '')
      );
    case 'invalid_union':
      return badUnion(issue, name);
    case 'too_small':
    case 'too_big':
      return wrongSize(issue);
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.map((inner) => inner.message).join('; ');
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

function wrongType(issue: Extract<Issue, { code: 'invalid_type' }>, name: string): string {
  const received = /received (\w+)/.exec(issue.message)?.[1] ?? 'something else';
  if (received === 'undefined') return `"${name}" is missing`;
  // A message of the schema's own, not the library's.
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  const hint = issue.expected === 'string' && received !== 'array' && received !== 'object' ? '; put it in quotes' : '';
  return `must be ${typeName(issue.expected)}, not ${typeName(received)}${hint}`;
}

function wrongSize(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  if (!/^Too (small|big)/.test(issue.message)) return issue.message;
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  if (issue.origin === 'string') return `must have ${bound} characters`;
  return issue.origin === 'array' ? `must list ${bound}` : `must be ${bound}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function typeName(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

function badUnion(issue: Extract<Issue, { code: 'invalid_union' }>, name: string): string {
  // Set for discriminated unions, though the library's type does not say so.
  const choices = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (choices.length > 0) return `must be ${listed(choices)}`;
  if (issue.message !== 'Invalid input') return issue.message;
  const missing = issue.errors.map((branch) => branch.find(isMissing)?.path[0]);
  if (missing.every((key) => key !== undefined))
    return `needs ${missing.map((key) => `"${String(key)}"`).join(' or ')}`;
  return /^\d+$/.test(name) ? 'is not valid here' : `is not a valid "${name}"`;
}

/** A key one level down that is not written. */
function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 1 && issue.message.endsWith('received undefined');
}

function got(source: Source, path: Path): string {
  const written = source.written(path);
  return written === null ? '' : `, not ${JSON.stringify(written.length > 80 ? `${written.slice(0, 80)}…` : written)}`;
}

/** `a`, `a or b`, `one of a, b, c`. */
export function listed(choices: readonly string[]): string {
  return choices.length > 2 ? `one of ${choices.join(', ')}` : choices.join(' or ');
}

function unknownKey(key: string, known: readonly string[]): string {
  const shown = JSON.stringify(key.slice(0, 80));
  return `unknown key ${shown}${suggestion(key, known) || (known.length > 0 ? `; known here: ${known.join(', ')}` : '')}`;
}

/** `; did you mean "x"?` when one of the choices is near enough to be a slip of the hand. */
export function suggestion(written: string, choices: readonly string[]): string {
  const text = written.slice(0, 80).toLowerCase();
  const [nearest] = choices
    .map((choice) => ({ choice, distance: distance(text, choice.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const near = nearest && nearest.distance <= Math.max(1, Math.floor(nearest.choice.length / 3));
  return near ? `; did you mean "${nearest.choice}"?` : '';
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** In the order a person works through them: by file, then down the page. The same thing is said once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const once = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...once.values()].sort(
    (a, b) =>
      a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.message.localeCompare(b.message),
  );
}

/** `file:line:column: message`, the form editors and terminals can jump to. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}
