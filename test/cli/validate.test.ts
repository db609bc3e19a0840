import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runValidate } from '../../src/cli/validate.js';
import { CHECKS, NOTIFIERS } from '../config/fakes.js';
import { recorded } from './terminal.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-validate-'));
});
afterEach(() => rm(dir, { recursive: true }));

const options = () => ({ dir, checks: CHECKS, notifiers: NOTIFIERS, env: {} });

describe('validate', () => {
  it('prints every problem as file:line:column: message and ends with 78', async () => {
    await writeFile(join(dir, 'settings.yaml'), 'version: 1\nnetwrok: {}\n');
    await writeFile(join(dir, 'watchlist.yaml'), 'sites:\n  - ftp://x/\n');
    const terminal = recorded();
    expect(await runValidate(options(), terminal)).toBe(78);
    expect(terminal.said.out.split('\n')).toEqual([
      `${dir}/settings.yaml:2:1: unknown key "netwrok"; did you mean "network"?`,
      `${dir}/watchlist.yaml:2:5: must be a URL that begins with http:// or https://, not "ftp://x/"`,
      '2 problems in the configuration.',
      '',
    ]);
  });

  it('prints the same as one JSON document', async () => {
    await writeFile(join(dir, 'watchlist.yaml'), 'sits: []');
    const terminal = recorded({ json: true });
    expect(await runValidate(options(), terminal)).toBe(78);
    expect(JSON.parse(terminal.said.out)).toEqual({
      schema: 'siteward/validate/1',
      valid: false,
      problems: [
        { file: `${dir}/watchlist.yaml`, line: 1, column: 1, message: 'unknown key "sits"; did you mean "sites"?' },
      ],
    });
    expect(terminal.said.err).toBe('');
  });

  it('says what a valid configuration comes to, and that nobody would be told', async () => {
    await writeFile(join(dir, 'watchlist.yaml'), 'sites: [https://x/, { name: y.org }]');
    const terminal = recorded();
    expect(await runValidate(options(), terminal)).toBe(0);
    expect(terminal.said.out).toContain('valid: 2 sites, 5 checks, 0 events, 6 resolvers, 0 receivers.');
    expect(terminal.said.out).toContain('Nobody is told');
  });
});
