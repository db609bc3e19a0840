import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { CHECKS } from '../../src/checks/index.js';
import { parseConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problems.js';
import { configurationReference } from '../../src/config/reference.js';
import { schemaFiles } from '../../src/config/schemas.js';
import { NOTIFIERS } from '../../src/notify/index.js';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

/** With the checks and notifiers that are really there. */
function loaded(settings: string, watchlist: string) {
  const result = parseConfig({
    dir: 'config',
    settings: { path: 'settings.yaml', content: { text: settings } },
    watchlists: [{ path: 'watchlist.yaml', content: { text: watchlist } }],
    watchlist: 'required',
    checks: CHECKS,
    notifiers: NOTIFIERS,
    around: {
      cpus: 2,
      lookup: () => ({ text: 'x' }),
      readFile: () => ({ wrong: 'cannot be read' }),
    },
  });
  return 'config' in result ? result.config : result.problems.map(formatProblem);
}

describe('generated files are as the code would write them (npm run reference)', () => {
  it.each([...schemaFiles(CHECKS, NOTIFIERS)])('config/%s', async (name, text) => {
    expect(await read(`config/${name}`)).toBe(text);
  });

  it('docs/configuration.md', async () => {
    expect(await read('docs/configuration.md')).toBe(configurationReference(CHECKS, NOTIFIERS));
  });
});

describe('the examples', () => {
  it('are valid as they are, and watch nothing yet', async () => {
    const config = loaded(await read('config/settings.yaml'), await read('config/watchlist.yaml'));
    expect(config).toMatchObject({ sites: [], events: [], settings: { receivers: [] } });
  });

  it('are valid with every example in use', async () => {
    const used = async (path: string) => (await read(path)).replaceAll(/^#(?= {2})/gm, '');
    const settings = (await used('config/settings.yaml')).replace('ca: [company-root.pem]', 'ca: []');
    const watchlist = await used('config/watchlist.yaml');
    for (const text of [settings, watchlist]) {
      expect(Object.values(parseDocument(text).toJS()).filter((value) => value === null)).toEqual([]);
    }
    expect(loaded(settings, watchlist)).toMatchObject({
      sites: [{ id: 'www.example.org' }, { id: 'live' }, { id: 'search' }],
      events: [{ id: 'summit', sites: [{ id: 'live' }] }],
      settings: { receivers: [{ id: 'ops-mail' }], routes: [{}, {}] },
    });
  });
});

describe('the options of the real checks', () => {
  it.each([
    ['ignore: { text: [§"(?=look)"] }', 'is not a regular expression'],
    ['ignore: { text: [§"("] }', 'is not a regular expression'],
    ['ignore: { selectors: [§"[["] }', 'is not a CSS selector'],
    ['ignore: { §selector: [".a"] }', 'did you mean "selectors"?'],
    ['must_have: [{ selector: §":nope(" }]', 'is not a CSS selector'],
    ['must_have: [{ §txt: a }]', 'did you mean "text"?'],
    ['must_have: [§{}]', 'needs "text" or "selector"'],
    ['dns: { allow: { addresses: [§"10.0.0.0/99"] } }', 'must be an IP address or a CIDR'],
    ['dns: { allow: { §addreses: [] } }', 'did you mean "addresses"?'],
    ['viewports: [§tablet]', 'must be desktop or mobile'],
  ])('%s is a problem at the mark', (marked, says) => {
    const text = `sites: [{ url: https://x.org/, ${marked} }]`;
    const problems = loaded('', text.replace('§', ''));
    const here = `watchlist.yaml:1:${text.indexOf('§') + 1}: `;
    expect(problems).toContainEqual(expect.stringContaining(here));
    expect([problems].flat().find((problem) => String(problem).startsWith(here))).toContain(says);
  });
});
