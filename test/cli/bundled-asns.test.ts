import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { bundledAsns } from '../../src/cli/bundled-asns.js';

const folder = mkdtempSync(join(tmpdir(), 'siteward-asns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const warned: string[] = [];
const log = { warn: (_fields: unknown, message: string) => void warned.push(message) };

describe('the bundled table', () => {
  test('is found where it is installed', () => {
    const asnOf = bundledAsns(log);
    expect([asnOf('8.8.8.8'), asnOf('127.0.0.1')]).toEqual([15_169, null]);
    expect(warned).toEqual([]);
  });

  test.each(['missing', 'damaged'])('that is %s leaves every network unknown and is told of once', (what) => {
    const file = join(folder, what);
    if (what === 'damaged') writeFileSync(file, 'not a table');
    warned.length = 0;
    const asnOf = bundledAsns(log, pathToFileURL(file));
    expect([asnOf('8.8.8.8'), asnOf('1.1.1.1')]).toEqual([null, null]);
    expect(warned).toHaveLength(1);
  });
});
