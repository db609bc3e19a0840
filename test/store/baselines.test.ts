import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Check } from '../../src/checks/check.js';
import type { Artifact } from '../../src/core/model.js';
import { type Baselines, MAX_LOOKS, openBaselines, tamperedFinding } from '../../src/store/baselines.js';

function artifact(mime: string, text: string): Artifact {
  const bytes = new Uint8Array(Buffer.from(text));
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mime, bytes };
}

const stored = z.object({ sha256: z.string(), mime: z.string(), bytes: z.instanceof(Uint8Array) });

function fakeCheck(kind: string, evidence: z.ZodType, version = 1): Check {
  return {
    kind,
    version,
    evidence,
    options: {},
    codes: [],
    comparers: [],
    configure: () => ({ notApplicable: 'a fake' }),
    probe: async () => null,
    combine: ([first]) => first,
    failures: () => [],
    exhibit: () => ({ pictures: [], resolvers: [], texts: [], members: [] }),
  };
}

const page = fakeCheck(
  'page',
  z.object({
    title: z.string(),
    views: z.array(
      z.object({ viewport: z.object({ name: z.string() }), shown: z.object({ html: stored, screenshot: stored }) }),
    ),
    body: stored.nullable(),
    volatility: z.object({ samples: z.number(), example: stored.optional() }).optional(),
  }),
);
const dns = fakeCheck('dns', z.object({ addresses: z.array(z.string()) }));

const view = (name: string, text: string) => ({
  viewport: { name },
  shown: {
    html: artifact('text/html; charset=utf-8', `<p>${text}`),
    screenshot: artifact('image/png', `picture of ${text}`),
  },
});
const pageEvidence = (text: string) => ({
  title: text,
  views: [view('desktop', text), view('mobile', text)],
  body: artifact('text/html', `<raw>${text}`),
  volatility: { samples: 3 },
});
const taken = (kind: string, evidence: unknown, at = 1000) => ({ kind, version: 1, evidence, at });

const ADA = { by: 'Ada', note: 'looked at it', at: Date.UTC(2026, 6, 17) };

let dir: string;
let baselines: Baselines;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-baselines-'));
  baselines = openBaselines(dir, [page, dns]);
});
afterEach(() => rm(dir, { recursive: true }));

async function approved(text = 'سلام 你好', id = 'live'): Promise<void> {
  await baselines.writeCandidate(id, [taken('page', pageEvidence(text)), taken('dns', { addresses: ['192.0.2.1'] })]);
  expect(await baselines.approve(id, ADA)).toEqual({ done: true });
}

async function files(folder = dir, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const nested = entries.map((entry) =>
    entry.isDirectory() ? files(folder, join(below, entry.name)) : [join(below, entry.name)],
  );
  return (await Promise.all(nested)).flat().sort();
}

describe('a baseline', () => {
  it('comes back as it was approved, pictures and all, with who approved it', async () => {
    await approved();
    const { baselines: found, tampered } = await baselines.read('live');
    expect(tampered).toEqual([]);
    expect(found.get('page')).toEqual({
      targetId: 'live/page',
      accepted: [{ version: 1, evidence: pageEvidence('سلام 你好'), ...ADA }],
    });
    expect(found.get('dns')?.accepted[0]?.evidence).toEqual({ addresses: ['192.0.2.1'] });
  });

  it('lies in files named for what they are, and no candidate is left', async () => {
    await approved();
    expect(await files()).toEqual(
      [
        'live/baseline.json',
        'live/page/desktop.html',
        'live/page/desktop.png',
        'live/page/mobile.html',
        'live/page/mobile.png',
        'live/page/volatility.json',
        'live/page/body.html',
      ].sort(),
    );
    expect(await readFile(join(dir, 'live/page/desktop.html'), 'utf8')).toBe('<p>سلام 你好');
  });

  it('is written byte for byte the same for the same evidence, whatever the order of its keys', async () => {
    await approved('same');
    const first = await readFile(join(dir, 'live/baseline.json'), 'utf8');
    const evidence = pageEvidence('same');
    const turned = Object.fromEntries(Object.entries(evidence).reverse());
    await baselines.writeCandidate('live', [taken('dns', { addresses: ['192.0.2.1'] }), taken('page', turned)]);
    await baselines.approve('live', ADA);
    expect(await readFile(join(dir, 'live/baseline.json'), 'utf8')).toBe(first);
    expect(first).not.toContain('picture of');
  });

  it('does not exist where nothing was approved', async () => {
    await baselines.writeCandidate('live', [taken('dns', { addresses: [] })]);
    expect(await baselines.read('live')).toEqual({ baselines: new Map(), tampered: [], approval: null });
    expect(await baselines.read('never-seen')).toEqual({ baselines: new Map(), tampered: [], approval: null });
  });
});

describe('approval', () => {
  it('replaces what was accepted, of the kinds that were taken anew only', async () => {
    await approved('old');
    await baselines.writeCandidate('live', [taken('page', pageEvidence('new'))]);
    await baselines.approve('live', { ...ADA, by: 'Bob' });
    const { baselines: found } = await baselines.read('live');
    expect(found.get('page')?.accepted.map(({ evidence, by }) => [page.evidence.parse(evidence), by])).toEqual([
      [pageEvidence('new'), 'Bob'],
    ]);
    expect(found.get('dns')?.accepted[0]?.by).toBe('Ada');
  });

  it('keeps the former beside the new when asked to', async () => {
    await approved('A');
    await baselines.writeCandidate('live', [taken('page', pageEvidence('B'))]);
    await baselines.approve('live', { ...ADA, keep: true });
    const { baselines: found, tampered } = await baselines.read('live');
    expect(tampered).toEqual([]);
    expect(found.get('page')?.accepted.map(({ evidence }) => evidence)).toEqual([pageEvidence('A'), pageEvidence('B')]);
    expect(await files()).toContain('live/page/2/desktop.png');
  });

  it('keeps no more than a few looks: each widens what passes for genuine', async () => {
    await approved('0');
    const add = async (name: string) => {
      await baselines.writeCandidate('live', [taken('page', pageEvidence(name))]);
      return baselines.approve('live', { ...ADA, keep: true });
    };
    for (let look = 1; look < MAX_LOOKS; look += 1) expect(await add(String(look))).toEqual({ done: true });
    expect(await add('one too many')).toMatchObject({ problem: expect.stringContaining('without --add') });
    expect((await baselines.status(['live']))[0]?.looks).toEqual({ dns: 1, page: MAX_LOOKS });
    // To begin anew is always possible.
    expect(await baselines.approve('live', ADA)).toEqual({ done: true });
    expect((await baselines.status(['live']))[0]?.looks).toEqual({ dns: 1, page: 1 });
  });

  it('needs a candidate and a name', async () => {
    expect(await baselines.approve('live', ADA)).toMatchObject({
      problem: expect.stringContaining('baseline capture live'),
    });
    await baselines.writeCandidate('live', [taken('dns', { addresses: [] })]);
    expect(await baselines.approve('live', { ...ADA, by: ' ' })).toMatchObject({
      problem: expect.stringContaining('--by'),
    });
  });

  it('refuses a candidate that was changed after it was taken', async () => {
    await baselines.writeCandidate('live', [taken('page', pageEvidence('x'))]);
    await writeFile(join(dir, 'live/candidate/page/desktop.html'), '<p>hacked');
    expect(await baselines.approve('live', ADA)).toMatchObject({ problem: expect.stringContaining('desktop.html') });
    expect((await baselines.read('live')).baselines.size).toBe(0);
  });

  it('does not carry a damaged kind over in silence', async () => {
    await approved('old');
    await rm(join(dir, 'live/page/desktop.png'));
    await baselines.writeCandidate('live', [taken('dns', { addresses: ['192.0.2.2'] })]);
    expect(await baselines.approve('live', ADA)).toMatchObject({ problem: expect.stringContaining('desktop.png') });
    await baselines.writeCandidate('live', [taken('page', pageEvidence('new'))]);
    expect(await baselines.approve('live', ADA)).toEqual({ done: true });
    expect((await baselines.read('live')).tampered).toEqual([]);
  });
});

describe('a candidate', () => {
  it('waits beside what is approved, and goes when it is rejected', async () => {
    await approved('old');
    await baselines.writeCandidate('live', [taken('page', pageEvidence('new'), 5000)]);
    const waiting = await baselines.candidate('live');
    expect(waiting?.candidates.get('page')).toEqual(taken('page', pageEvidence('new'), 5000));
    expect(await baselines.reject('live')).toEqual({ done: true });
    expect(await baselines.candidate('live')).toBeNull();
    expect((await baselines.read('live')).baselines.size).toBe(2);
    expect(await baselines.reject('live')).toHaveProperty('problem');
  });

  it('of one kind leaves those of other kinds waiting', async () => {
    await baselines.writeCandidate('live', [taken('page', pageEvidence('1')), taken('dns', { addresses: [] })]);
    await baselines.writeCandidate('live', [taken('page', pageEvidence('2'))]);
    const waiting = await baselines.candidate('live');
    expect([...(waiting?.candidates.keys() ?? [])]).toEqual(['dns', 'page']);
    expect(waiting?.candidates.get('page')?.evidence).toMatchObject({ title: '2' });
  });
});

describe('status', () => {
  it('says per site what is approved, what waits and what is damaged', async () => {
    await approved('a', 'a');
    await baselines.writeCandidate('a', [taken('dns', { addresses: [] }, 7000)]);
    await approved('b', 'b');
    await rm(join(dir, 'b/page/mobile.png'));
    expect(await baselines.status(['a', 'b', 'c'])).toEqual([
      {
        site: 'a',
        kinds: ['dns', 'page'],
        looks: { dns: 1, page: 1 },
        approved: ADA,
        candidate: { at: 7000, kinds: ['dns'] },
        tampered: [],
      },
      {
        site: 'b',
        kinds: ['dns'],
        looks: { dns: 1 },
        approved: ADA,
        candidate: null,
        tampered: ['page/mobile.png is missing'],
      },
      { site: 'c', kinds: [], looks: {}, approved: null, candidate: null, tampered: [] },
    ]);
    expect((await baselines.status()).map(({ site }) => site)).toEqual(['a', 'b']);
  });
});

describe('tampering', () => {
  const MEMBERS = ['body.html', 'desktop.html', 'desktop.png', 'mobile.html', 'mobile.png', 'volatility.json'];
  const damage: Readonly<Record<string, (path: string) => Promise<void>>> = {
    changed: (path) => writeFile(path, 'hacked'),
    missing: (path) => rm(path),
    'a symbolic link': async (path) => {
      await rename(path, join(dir, 'elsewhere'));
      await symlink(join(dir, 'elsewhere'), path);
    },
    'a folder': async (path) => {
      await rm(path);
      await mkdir(path);
    },
  };
  const cases = MEMBERS.flatMap((member) => Object.keys(damage).map((how) => [member, how] as const));

  it.each(cases)('with page/%s, now %s, is reported and the kind not used', async (member, how) => {
    await approved();
    await damage[how]?.(join(dir, 'live/page', member));
    const { baselines: found, tampered } = await baselines.read('live');
    expect(tampered).toEqual([
      { kind: 'page', file: `page/${member}`, detail: expect.stringContaining(`page/${member} `) },
    ]);
    expect([...found.keys()]).toEqual(['dns']);
  });

  it.each(Object.keys(damage))('with baseline.json, now %s, is reported and nothing is used', async (how) => {
    await approved();
    await damage[how]?.(join(dir, 'live/baseline.json'));
    const { baselines: found, tampered } = await baselines.read('live');
    expect(tampered).toMatchObject([{ kind: null, file: 'baseline.json' }]);
    expect(found.size).toBe(0);
  });

  it('with any line of baseline.json is reported', async () => {
    await approved();
    const path = join(dir, 'live/baseline.json');
    const lines = (await readFile(path, 'utf8')).split('\n');
    for (const [index, line] of lines.entries()) {
      const changed = line.replace(/[0-9a-zA-Z](?=[^0-9a-zA-Z]*$)/, (last) => (last === '1' ? '2' : '1'));
      if (changed === line) continue;
      await writeFile(path, lines.with(index, changed).join('\n'));
      expect((await baselines.read('live')).tampered, line).not.toEqual([]);
    }
  });

  it('by swapping the folders of two sites is reported', async () => {
    await approved('a', 'a');
    await approved('b', 'b');
    await rename(join(dir, 'a'), join(dir, 'x'));
    await rename(join(dir, 'b'), join(dir, 'a'));
    expect((await baselines.read('a')).tampered).toMatchObject([
      { detail: expect.stringContaining('another site, "b"') },
    ]);
  });

  it('by a link in place of a folder is reported', async () => {
    await approved();
    await rename(join(dir, 'live/page'), join(dir, 'page'));
    await symlink(join(dir, 'page'), join(dir, 'live/page'));
    expect((await baselines.read('live')).tampered).toHaveLength(MEMBERS.length);
    await rename(join(dir, 'live'), join(dir, 'real'));
    await symlink(join(dir, 'real'), join(dir, 'live'));
    expect((await baselines.read('live')).tampered).toMatchObject([{ kind: null }]);
  });

  it('with evidence that no look would give is reported, even when every hash fits', async () => {
    await baselines.writeCandidate('live', [taken('dns', { addresses: 'all of them' })]);
    expect(await baselines.approve('live', ADA)).toHaveProperty('problem');
    const other = openBaselines(dir, [fakeCheck('dns', z.unknown())]);
    expect(await other.approve('live', ADA)).toEqual({ done: true });
    expect((await baselines.read('live')).tampered).toMatchObject([
      { kind: 'dns', detail: expect.stringContaining('addresses') },
    ]);
  });

  it('is not what evidence of a newer version is called, and it is not used either', async () => {
    await baselines.writeCandidate('live', [{ ...taken('dns', { addresses: [] }), version: 2 }]);
    await openBaselines(dir, [fakeCheck('dns', dns.evidence, 2)]).approve('live', ADA);
    const { baselines: found, tampered } = await baselines.read('live');
    expect(tampered).toMatchObject([{ detail: expect.stringContaining('newer Siteward') }]);
    expect(found.size).toBe(0);
  });

  it('becomes a critical finding that says what to do', () => {
    const finding = tamperedFinding('live', {
      kind: 'page',
      file: 'page/desktop.png',
      detail: 'page/desktop.png is missing',
    });
    expect(finding).toMatchObject({ code: 'baseline/tampered', severity: 'critical', where: 'live/page/desktop.png' });
    expect(finding.summary).toContain('page/desktop.png is missing');
  });
});

describe('an id that is no id', () => {
  it.each(['../../etc/passwd', '..', '.', '', 'a/b', 'A', '.hidden', 'a'.repeat(65), 'a\0'])(
    '%j is refused',
    async (id) => {
      await expect(baselines.read(id)).rejects.toThrow('not the id of a site');
      await expect(baselines.writeCandidate(id, [taken('dns', {})])).rejects.toThrow('not the id of a site');
      await expect(baselines.approve(id, ADA)).rejects.toThrow('not the id of a site');
      await expect(baselines.reject(id)).rejects.toThrow('not the id of a site');
      expect(await files(dirname(dir), dir.slice(dirname(dir).length + 1))).toEqual([]);
    },
  );
});

describe('a write cut short', () => {
  it('before the swap leaves the old baseline', async () => {
    await approved('old');
    await mkdir(join(dir, '.live.old.abc.new/page'), { recursive: true });
    await writeFile(join(dir, '.live.old.abc.new/page/desktop.png'), 'half');
    expect((await baselines.read('live')).baselines.get('page')?.accepted[0]?.evidence).toEqual(pageEvidence('old'));
    expect((await baselines.status()).map(({ site }) => site)).toEqual(['live']);
  });

  it('in the middle of the swap leaves the old baseline, and the next write succeeds', async () => {
    await approved('old');
    await rename(join(dir, 'live'), join(dir, '.live.old'));
    expect((await baselines.read('live')).baselines.get('page')?.accepted[0]?.evidence).toEqual(pageEvidence('old'));
    await baselines.writeCandidate('live', [taken('page', pageEvidence('new'))]);
    expect(await baselines.approve('live', ADA)).toEqual({ done: true });
    const { baselines: found, tampered } = await baselines.read('live');
    expect(found.get('page')?.accepted[0]?.evidence).toEqual(pageEvidence('new'));
    expect([tampered, await readdir(dir)]).toEqual([[], ['live']]);
  });

  it('after the swap leaves the new baseline', async () => {
    await approved('new');
    await mkdir(join(dir, '.live.old'));
    await writeFile(join(dir, '.live.old/baseline.json'), '{}');
    expect((await baselines.read('live')).baselines.get('page')?.accepted[0]?.evidence).toEqual(pageEvidence('new'));
    await approved('newer');
    expect(await readdir(dir)).toEqual(['live']);
  });

  it('is reported in words where the folder cannot be written', async () => {
    await writeFile(join(dir, 'live'), 'a file where the folder should be');
    const result = await baselines.writeCandidate('live', [taken('dns', { addresses: [] })]);
    expect(result).toMatchObject({ problem: expect.stringContaining('a file, not a folder') });
  });
});

describe('evidence that cannot be kept', () => {
  it('is our own mistake and refused: bare bytes, a false hash, the reserved key', async () => {
    const bare = taken('dns', { addresses: new Uint8Array(3) });
    const forged = taken('page', { body: { ...artifact('text/html', 'x'), sha256: '0'.repeat(64) } });
    const reserved = taken('dns', { deep: { $file: 'x' } });
    for (const candidate of [bare, forged, reserved]) {
      await expect(baselines.writeCandidate('live', [candidate])).rejects.toThrow();
    }
    expect(await readdir(dir)).toEqual([]);
  });
});
