import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AddOptions, runAdd } from '../../src/cli/add.js';
import { BadConfiguration, CommandError, UsageError } from '../../src/cli/workplace.js';
import { withSite } from '../../src/config/insertion.js';
import { CHECKS, NOTIFIERS } from '../config/fakes.js';
import { recorded } from './terminal.js';

let dir: string;
let captured: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-add-'));
  captured = [];
});
afterEach(() => rm(dir, { recursive: true }));

async function add(url: string, options: Partial<AddOptions> = {}): Promise<number> {
  const load = { dir, checks: CHECKS, notifiers: NOTIFIERS, env: {} };
  return runAdd(
    url,
    { tags: [], ...options },
    {
      load,
      terminal: recorded(),
      capture: async (config, siteId) => {
        captured.push(`${siteId} ${config.sites.find((site) => site.id === siteId)?.url}`);
        return 3;
      },
    },
  );
}

const watchlist = (text: string) => writeFile(join(dir, 'watchlist.yaml'), text);
const text = () => readFile(join(dir, 'watchlist.yaml'), 'utf8');

describe('add', () => {
  it('adds one line, then captures the candidate and ends with its exit code', async () => {
    await watchlist('sites:\n  - https://a/ # mine\n\nevents: []\n');
    expect(await add('https://b.example/')).toBe(3);
    expect(await text()).toBe('sites:\n  - https://a/ # mine\n  - https://b.example/\n\nevents: []\n');
    expect(captured).toEqual(['b.example https://b.example/']);
  });

  it('writes the long form where an id or tags are given', async () => {
    await watchlist('sites:\n  - https://a/\n');
    await add('https://b/x', { id: 'b', tags: ['event', 'on: "air"'] });
    expect(await text()).toBe(
      'sites:\n  - https://a/\n  - id: b\n    url: https://b/x\n    tags: ["event","on: \\"air\\""]\n',
    );
    expect(captured).toEqual(['b https://b/x']);
  });

  it('begins a watchlist where there is none yet', async () => {
    await add('https://b/');
    expect(await text()).toBe('version: 1\nsites:\n  - https://b/\n');
  });

  it('keeps the mode of the file, and the link that stands for it', async () => {
    await writeFile(join(dir, 'real.yaml'), 'sites: []\n', { mode: 0o600 });
    await symlink('real.yaml', join(dir, 'watchlist.yaml'));
    await add('https://b/');
    expect(await readlink(join(dir, 'watchlist.yaml'))).toBe('real.yaml');
    expect((await stat(join(dir, 'real.yaml'))).mode & 0o777).toBe(0o600);
    expect((await readdir(dir)).sort()).toEqual(['real.yaml', 'watchlist.yaml']);
  });

  it.each([
    ['the same address', 'https://A/', {}, 'watched already, as "a"'],
    ['an id that is taken', 'https://c/', { id: 'live' }, 'taken by another site'],
    ['an id that is none', 'https://c/', { id: '../../etc/passwd' }, 'must be 1 to 64'],
    ['no URL', 'a.example', {}, 'http:// or https://'],
    ['a password', 'https://u:p@c/', {}, 'user name or password'],
    ['an empty tag', 'https://c/', { tags: [' '] }, 'tag must be'],
  ])('refuses %s and leaves the file alone', async (_what, url, options, says) => {
    const before = 'sites:\n  - https://a/\n  - { id: live, url: https://b/ }\n';
    await watchlist(before);
    await expect(add(url, options)).rejects.toThrow(UsageError);
    await expect(add(url, options)).rejects.toThrow(says);
    expect([await text(), captured]).toEqual([before, []]);
  });

  it('refuses what is watched already by another file', async () => {
    await mkdir(join(dir, 'watchlist.d'));
    await writeFile(join(dir, 'watchlist.d/x.yaml'), 'sites: [https://a/]');
    await expect(add('https://a/')).rejects.toThrow(UsageError);
  });

  it('writes nothing into a configuration with problems', async () => {
    await watchlist('sits: []\n');
    await expect(add('https://a/')).rejects.toThrow(BadConfiguration);
    expect(await text()).toBe('sits: []\n');
  });

  it('says to run init where there is no configuration folder', async () => {
    await rm(dir, { recursive: true });
    await expect(add('https://a/')).rejects.toThrow(CommandError);
    await expect(add('https://a/')).rejects.toThrow('siteward init');
    await mkdir(dir);
  });
});

describe('a new site in the text of a watchlist', () => {
  const SITE = { url: 'https://new/', tags: [] };

  it.each([
    [
      'after the last, whatever its form',
      'sites:\n- id: a\n  url: https://a/\n  tags: [x] # why\n# end\n',
      'sites:\n- id: a\n  url: https://a/\n  tags: [x] # why\n- https://new/\n# end\n',
    ],
    [
      'in an empty list',
      '# c\nsites: [] # none yet\n#  - https://x/\nevents: []\n',
      '# c\nsites: # none yet\n  - https://new/\n#  - https://x/\nevents: []\n',
    ],
    [
      'in a section without lines',
      'sites:\n#  - https://x/\nevents: []\n',
      'sites:\n  - https://new/\n#  - https://x/\nevents: []\n',
    ],
    ['in an empty file', '', 'sites:\n  - https://new/\n'],
    ['in a file without sites', 'version: 1', 'version: 1\nsites:\n  - https://new/\n'],
    ['without a newline at the end', 'sites:\n  - https://a/', 'sites:\n  - https://a/\n  - https://new/\n'],
    [
      'with the line ends of Windows',
      'sites:\r\n  - https://a/\r\nevents: []\r\n',
      'sites:\r\n  - https://a/\r\n  - https://new/\r\nevents: []\r\n',
    ],
    ['with deep indentation', 'sites:\n      -   https://a/\n', 'sites:\n      -   https://a/\n      - https://new/\n'],
  ])('%s', (_where, before, after) => {
    expect(withSite(before, SITE)).toBe(after);
  });

  it('keeps comments and order also where the list is written in one line', () => {
    const after = withSite('# top\nversion: 1\nsites: [https://a/, https://b/] # these\nevents: [] # none\n', SITE);
    expect(after).toMatch(
      /^# top\nversion: 1\nsites:[\s\S]*https:\/\/b\/[\s\S]*https:\/\/new\/[\s\S]*# these\nevents: \[\] *# none\n$/,
    );
  });
});
