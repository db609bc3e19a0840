import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInit } from '../../src/cli/init.js';
import { CommandError } from '../../src/cli/workplace.js';
import { loadConfig } from '../../src/config/load.js';
import { CHECKS, NOTIFIERS } from '../config/fakes.js';
import { recorded } from './terminal.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-init-'));
});
afterEach(() => rm(dir, { recursive: true }));

const NAMES = ['settings.schema.json', 'settings.yaml', 'watchlist.schema.json', 'watchlist.yaml'];

describe('init', () => {
  it('writes a configuration that is valid, an empty baselines folder, and what to do next', async () => {
    const terminal = recorded();
    expect(await runInit(join(dir, 'new'), terminal)).toBe(0);
    expect((await readdir(join(dir, 'new/config'))).sort()).toEqual(NAMES);
    expect(await readdir(join(dir, 'new/baselines'))).toEqual(['README.md']);
    const loaded = await loadConfig({ dir: join(dir, 'new/config'), checks: CHECKS, notifiers: NOTIFIERS, env: {} });
    expect(loaded).toMatchObject({ config: { sites: [] } });
    expect(terminal.said.out).toMatch(/siteward add https:\S+[\s\S]*approve[\s\S]*siteward check/);
  });

  it('touches nothing that is there, and says so', async () => {
    await runInit(dir, recorded());
    await writeFile(join(dir, 'config/watchlist.yaml'), 'sites: [https://mine.example/]\n');
    await rm(join(dir, 'config/settings.yaml'));
    const terminal = recorded({ json: true });
    await runInit(dir, terminal);
    expect(await readFile(join(dir, 'config/watchlist.yaml'), 'utf8')).toBe('sites: [https://mine.example/]\n');
    const report = JSON.parse(terminal.said.out);
    expect(report.written).toEqual([join(dir, 'config/settings.yaml')]);
    expect(report.kept).toContain(join(dir, 'config/watchlist.yaml'));
  });

  it('says what is in the way where it cannot write', async () => {
    await writeFile(join(dir, 'config'), '');
    await expect(runInit(dir, recorded())).rejects.toThrow(CommandError);
  });
});
