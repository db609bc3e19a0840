import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, loadConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problems.js';
import { CHECKS, NOTIFIERS } from './fakes.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-config-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function load(options: Partial<LoadOptions> = {}) {
  const loaded = await loadConfig({ dir, checks: CHECKS, notifiers: NOTIFIERS, env: {}, ...options });
  return 'config' in loaded ? loaded.config : loaded.problems.map(formatProblem);
}

describe('loading', () => {
  it('says to run init where there is no watchlist', async () => {
    const [problem] = [await load()].flat();
    expect(problem).toMatch(/watchlist\.yaml:1:1: .*siteward init/);
  });

  it('needs no watchlist where the command needs none', async () => {
    expect(await load({ watchlist: 'optional' })).toMatchObject({ sites: [] });
  });

  it('merges the folder of watchlists with the file, in the order of their names', async () => {
    await mkdir(join(dir, 'watchlist.d'));
    await writeFile(join(dir, 'watchlist.yaml'), 'sites: [https://a/]');
    await writeFile(join(dir, 'watchlist.d/2.yaml'), 'sites: [https://c/]');
    await writeFile(join(dir, 'watchlist.d/1.yml'), 'sites: [https://b/]');
    await writeFile(join(dir, 'watchlist.d/notes.txt'), 'sites: [https://d/]');
    await writeFile(join(dir, 'watchlist.d/.1.yml.swp'), '\0');
    expect(await load()).toMatchObject({ sites: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
  });

  it('names the file of a problem by its path', async () => {
    await writeFile(join(dir, 'watchlist.yaml'), 'sits: []');
    expect(await load()).toEqual([`${dir}/watchlist.yaml:1:1: unknown key "sits"; did you mean "sites"?`]);
  });

  it('reads secrets from files beside the settings, without the newline at their end', async () => {
    await writeFile(join(dir, 'watchlist.yaml'), '');
    await writeFile(join(dir, 'host'), 'mail.example.org\n');
    const smtp = `smtp: { host: "\${file:host}", port: 25 }`;
    await writeFile(join(dir, 'settings.yaml'), `receivers: [{ id: a, kind: email, ${smtp}, to: [a@b] }]`);
    expect(await load()).toMatchObject({
      settings: { receivers: [{ settings: { smtp: { host: 'mail.example.org' } } }] },
    });
  });

  it('names the variable or file that is not there', async () => {
    await writeFile(join(dir, 'watchlist.yaml'), '');
    await writeFile(
      join(dir, 'settings.yaml'),
      `web: { listen: "\${NOPE}" }\nstore: { url: "\${file:nope}" }\nbrowser: { executable: "\${a b}" }`,
    );
    expect(await load()).toEqual([
      expect.stringContaining(`settings.yaml:1:16: \${NOPE} is not set in the environment`),
      expect.stringContaining(`settings.yaml:2:15: \${file:nope} cannot be read: there is no such file`),
      expect.stringContaining('settings.yaml:3:24: '),
    ]);
  });

  it('refuses a file that is no UTF-8, too large or a folder', async () => {
    await writeFile(join(dir, 'settings.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
    await writeFile(join(dir, 'watchlist.yaml'), 'a'.repeat((1 << 20) + 1));
    await mkdir(join(dir, 'watchlist.d/x.yaml'), { recursive: true });
    expect(await load()).toEqual([
      expect.stringContaining('settings.yaml:1:1: is not UTF-8 text'),
      expect.stringContaining('x.yaml:1:1: cannot be read: it is a folder'),
      expect.stringContaining('watchlist.yaml:1:1: is larger'),
    ]);
  });

  it('takes root certificates from PEM files and refuses what is none', async () => {
    await writeFile(join(dir, 'watchlist.yaml'), '');
    await writeFile(join(dir, 'bad.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await writeFile(join(dir, 'settings.yaml'), 'network: { ca: [bad.pem, settings.yaml] }');
    expect(await load()).toEqual([
      expect.stringContaining('1:17: bad.pem holds a certificate that cannot be read'),
      expect.stringContaining('1:26: settings.yaml holds no PEM certificate'),
    ]);
  });
});

describe('the examples', () => {
  const EXAMPLES = new URL('../../config/', import.meta.url);
  /** As a user would: every example line without its `#`. */
  const uncommented = async (name: string) =>
    (await readFile(new URL(name, EXAMPLES), 'utf8')).replaceAll(/^#(?= {2})/gm, '');

  it('name their schema in the first line', async () => {
    for (const name of ['settings', 'watchlist']) {
      const text = await readFile(new URL(`${name}.yaml`, EXAMPLES), 'utf8');
      expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=./${name}.schema.json`);
    }
  });

  it('hold plain YAML when uncommented', async () => {
    const { parseDocument } = await import('yaml');
    for (const name of ['settings.yaml', 'watchlist.yaml']) {
      const document = parseDocument(await uncommented(name));
      expect(document.errors).toEqual([]);
      expect(Object.values(document.toJS()).filter((value) => value === null)).toEqual([]);
    }
  });
});
