import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Fetched } from '../../src/checks/check.js';
import { bundledServers, registrySources } from '../../src/cli/registry-sources.js';

const folder = mkdtempSync(join(tmpdir(), 'siteward-rdap-'));
afterAll(() => rmSync(folder, { recursive: true }));

const warned: string[] = [];
const log = { warn: (_fields: unknown, message: string) => void warned.push(message) };

interface Asking {
  readonly rdap: boolean | string;
  readonly certificates: boolean | string;
}
const NOBODY: Asking = { rdap: false, certificates: false };

async function askedBy(dns: Partial<Asking>): Promise<string[]> {
  const asked: string[] = [];
  const fetch = async ({ url }: { url: string }): Promise<Fetched> => {
    asked.push(url.split('?', 1)[0] ?? '');
    return { hops: [], body: null, failure: null };
  };
  const access = registrySources({ ...NOBODY, ...dns }, { fetch, now: () => 0 }, log);
  await access?.look('example.com', 'www.example.com', AbortSignal.timeout(1_000));
  return asked;
}

describe('registries and certificate logs', () => {
  test('are asked only where the settings say so', async () => {
    expect(await askedBy({})).toEqual([]);
    expect(await askedBy({ rdap: true })).toEqual(['https://rdap.verisign.com/com/v1/domain/example.com']);
    expect(await askedBy({ certificates: true })).toEqual([
      'https://api.certspotter.com/v1/issuances',
      'https://crt.sh/',
    ]);
    expect(await askedBy({ rdap: 'https://r.example/x', certificates: 'https://c.example' })).toEqual([
      'https://r.example/x/domain/example.com',
      'https://c.example/v1/issuances',
    ]);
  });

  test.each(['missing', 'damaged'])('with a list that is %s no registry is asked, which is told once', (what) => {
    const file = join(folder, what);
    if (what === 'damaged') writeFileSync(file, '{"services":[[1]]}');
    warned.length = 0;
    const urlOf = bundledServers(log, pathToFileURL(file));
    expect([urlOf('a.com'), urlOf('b.com')]).toEqual([null, null]);
    expect(warned).toHaveLength(1);
  });
});
