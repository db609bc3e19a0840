/** The borders of the architecture, as a test: who may import whom, and where the network is touched. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../src/checks/index.js';
import { NOTIFIERS } from '../src/notify/index.js';

const SRC = resolve(import.meta.dirname, '../src');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sources(folder = SRC): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : /\.tsx?$/.test(entry.name)
        ? [join(folder, entry.name)]
        : [],
  );
}

const IMPORT = /^(?:import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? match[4] ?? '';
    const to = specifier.startsWith('.') ? relative(SRC, resolve(dirname(file), specifier)) : specifier;
    return { from: relative(SRC, file), to, typeOnly: match[1] !== undefined };
  });
}

const IMPORTS = sources().flatMap(importsOf);

/** Shelf or file -> what of ours it may import. `type:` allows types only. */
const BORDERS: Readonly<Record<string, readonly string[]>> = {
  'core/': ['core/'],
  'checks/': ['checks/', 'core/'],
  'vantage/': ['vantage/', 'checks/', 'core/'],
  // The door implements the interfaces that checks and notifiers declare; it knows no check.
  'net/': ['net/', 'core/', 'checks/check.js'],
  'store/': ['store/', 'core/', 'type:checks/check.js', 'type:notify/notifier.js'],
  'notify/': ['notify/', 'core/', 'store/'],
  'config/': ['config/', 'core/', 'type:checks/check.js', 'type:notify/notifier.js'],
  'monitor.ts': ['core/', 'checks/', 'vantage/', 'store/'],
  'memory.ts': ['core/', 'checks/', 'vantage/', 'store/', 'monitor.js'],
  'passing-time.ts': ['core/', 'checks/', 'vantage/', 'store/', 'monitor.js', 'memory.js'],
  'scheduler.ts': ['core/', 'checks/', 'vantage/', 'store/', 'monitor.js'],
  'web/': ['web/', 'core/', 'checks/', 'vantage/', 'store/', 'monitor.js'],
};

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const border = Object.entries(BORDERS).find(([place]) => from.startsWith(place));
  if (!border || /^[^.]*:|^@|^[a-z0-9-]+(\/|$)/.test(to) === false) return true;
  return border[1].some((rule) =>
    rule.startsWith('type:') ? typeOnly && to.startsWith(rule.slice(5)) : to.startsWith(rule),
  );
}

const OURS =
  /^(core|checks|vantage|net|store|notify|config|web|cli)\/|^(monitor|memory|passing-time|scheduler|main)\.js$/;

describe('the borders', () => {
  test('every import stays within its border', () => {
    const crossing = IMPORTS.filter(({ to }) => OURS.test(to)).filter((edge) => !isAllowed(edge));
    expect(crossing.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('the border test sees the imports it judges', () => {
    expect(IMPORTS.filter(({ from, to }) => from === 'monitor.ts' && OURS.test(to)).length).toBeGreaterThan(3);
    expect(isAllowed({ from: 'core/model.ts', to: 'checks/check.js', typeOnly: true })).toBe(false);
    expect(isAllowed({ from: 'config/config.ts', to: 'checks/check.js', typeOnly: false })).toBe(false);
  });

  test('no files import each other in a circle', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      const start = path.indexOf(file);
      if (start >= 0) circles.push([...path.slice(start), file].join(' -> '));
      if (start >= 0 || done.has(file)) return;
      for (const { to } of IMPORTS.filter(({ from }) => from === file))
        walk(to.replace(/\.js$/, '.ts'), [...path, file]);
      done.add(file);
    };
    for (const { from } of IMPORTS) walk(from, []);
    expect(circles).toEqual([]);
    expect(done.size).toBeGreaterThan(100);
  });

  test('nothing outside net/ opens a socket, resolves a name or launches a browser', () => {
    const door = /^(node:)?(net|tls|dgram|dns|dns\/promises|http|https|http2)$|^undici$|^puppeteer/;
    const outside = IMPORTS.filter(({ from, to, typeOnly }) => door.test(to) && !typeOnly && !from.startsWith('net/'));
    expect(outside.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('nothing outside net/ uses the global fetch or WebSocket', () => {
    const users = sources().filter(
      (file) =>
        !relative(SRC, file).startsWith('net/') &&
        /(?<![.\w])(await fetch|new WebSocket|return fetch|globalThis\.fetch)\(/.test(code(file)),
    );
    expect(users.map((file) => relative(SRC, file))).toEqual([]);
  });

  test('the deciding code touches no clock, no randomness and no disk', () => {
    const pure = sources().filter((file) =>
      /^(core\/|checks\/(?!.*\/(probe|survey|lookup)\.ts))/.test(relative(SRC, file)),
    );
    expect(pure.length).toBeGreaterThan(10);
    const impure = pure.flatMap((file) =>
      [
        ...code(file).matchAll(
          /Date\.now\(|new Date\(\)|Math\.random\(|process\.env|from 'node:(fs|child_process|os)[/']/g,
        ),
      ].map((match) => `${relative(SRC, file)}: ${match[0]}`),
    );
    expect(impure).toEqual([]);
  });

  test('every folder of a shelf is in its list', () => {
    const folders = (shelf: string): string[] =>
      readdirSync(join(SRC, shelf), { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []));
    expect(folders('checks').sort()).toEqual(CHECKS.map((check) => check.kind).sort());
    expect(NOTIFIERS.map((notifier) => notifier.kind)).toContain('email');
  });
});

/** The file without its comments. */
function code(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
}
