/** docs/hostile-input.md held to the code: all 62 inputs are in it, and each test and bench it names is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Row {
  readonly number: number;
  readonly happens: string;
  readonly shownBy: string;
}

const ROWS: readonly Row[] = read('docs/hostile-input.md')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [number, _input, happens = '', shownBy = ''] = line.slice(2, -2).split(' | ');
    return { number: Number(number), happens, shownBy };
  });

/** `test/a.test.ts` "one name", "another" */
function namedTests({ shownBy }: Row): readonly { readonly file: string; readonly names: readonly string[] }[] {
  return [...shownBy.matchAll(/`(test\/[^`]+)`((?:,? "[^"]+")+)/g)].map(([, file = '', names = '']) => ({
    file,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }));
}

describe('the matrix of hostile inputs', () => {
  it('has all 62, in order', () => {
    expect(ROWS.map(({ number }) => number)).toEqual(Array.from({ length: 62 }, (_, at) => at + 1));
  });

  it.each(ROWS.map((row) => [`H${row.number}`, row] as const))(
    '%s names tests that are there, or says why not',
    (_, row) => {
      const tests = namedTests(row);
      expect(tests.length).toBe(row.shownBy.split('`test/').length - 1);
      expect(tests.length > 0 || row.happens.startsWith('not here:')).toBe(true);
      for (const { file, names } of tests) {
        expect(existsSync(join(ROOT, file)), file).toBe(true);
        const text = read(file);
        for (const name of names) expect(text, `${file} has a test “${name}”`).toContain(name);
      }
      for (const [, part = ''] of row.shownBy.matchAll(/`npm run bench:hostile (\w+)`/g)) {
        expect(read('bench/hostile/main.ts')).toMatch(new RegExp(`^  ${part}\\b`, 'm'));
      }
    },
  );
});
