import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Artifact, Exhibits } from '../../src/core/model.js';
import { type EvidenceInfo, readProof, writeEvidence } from '../../src/store/evidence.js';
import { isSystemError, reasonOf } from '../../src/store/folder.js';

function artifact(mime: string, text: string): Artifact {
  const bytes = new Uint8Array(Buffer.from(text));
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mime, bytes };
}

const AFTER = artifact('image/png', 'after');
const EXHIBITS: Exhibits = {
  pictures: [
    { label: 'before', caption: 'desktop', artifact: artifact('image/png', 'before') },
    { label: 'after', caption: 'desktop', artifact: AFTER },
    { label: 'victim', caption: '203.0.113.9, as isp says', artifact: artifact('image/png', 'victim') },
  ],
  resolvers: [
    {
      resolver: 'isp',
      transport: 'udp',
      role: 'witness',
      type: 'A',
      verdict: 'REDIRECT_BOGON',
      confidence: 0.9,
      rcode: null,
      answers: ['203.0.113.9'],
      rttMs: 3,
    },
  ],
  texts: [{ name: 'title', before: 'زنده', after: 'hacked' }],
  members: [
    { name: 'page/dom.html', artifact: artifact('text/html', '<p>') },
    { name: 'page/after-desktop.png', artifact: AFTER },
    { name: 'dns/quad9-A-1.bin', artifact: artifact('application/dns-message', 'packet') },
  ],
};
const INFO: EvidenceInfo = {
  at: Date.UTC(2026, 6, 17, 15, 30),
  url: 'https://event.example.org/live',
  state: 'altered',
  diagnosis: 'defaced',
  summary: 'The title was replaced.',
  findings: [{ code: 'page/title-replaced', severity: 'critical' }],
};
const ID = '20260717T153000Z-4fa3c1';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-evidence-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function written(exhibits: Exhibits = EXHIBITS): Promise<string> {
  const result = await writeEvidence(dir, 'live', ID, exhibits, INFO, null);
  if ('problem' in result) throw new Error(result.problem);
  return result.folder;
}

const MANIFEST = z.object({
  verdict: z.object({ state: z.string(), diagnosis: z.string(), summary: z.string() }),
  members: z.record(z.string(), z.object({ sha256: z.string(), mime: z.string() })),
});
async function manifest(folder: string) {
  return MANIFEST.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
}

describe('the evidence folder', () => {
  it('stands where the contract says, with the SHA-256 of each member in its manifest', async () => {
    const folder = await written();
    expect(folder).toBe(join(dir, 'evidence/live', ID));
    const { verdict, members } = await manifest(folder);
    expect(verdict).toEqual({ state: 'altered', diagnosis: 'defaced', summary: INFO.summary });
    expect(Object.keys(members).sort()).toEqual([
      'dns/quad9-a-1.bin',
      'findings.json',
      'page/after-desktop.png',
      'page/dom.html',
      'pictures/before-desktop.png',
      'pictures/victim-203.0.113.9-as-isp-says.png',
      'texts/1-title-after.txt',
      'texts/1-title-before.txt',
    ]);
    for (const [name, { sha256 }] of Object.entries(members)) {
      const bytes = await readFile(join(folder, name));
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sha256);
    }
    expect(await readdir(join(dir, 'evidence/live'))).toEqual([ID]);
  });

  it('is for the user Siteward runs as and nobody else, down to every file', async () => {
    const mask = process.umask(0);
    try {
      await written();
    } finally {
      process.umask(mask);
    }
    const entries = await readdir(join(dir, 'evidence'), { recursive: true, withFileTypes: true });
    expect(entries.length).toBeGreaterThan(10);
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect((mode & 0o777).toString(8), entry.name).toBe(entry.isDirectory() ? '700' : '600');
    }
    expect(((await stat(join(dir, 'evidence'))).mode & 0o777).toString(8)).toBe('700');
  });

  it('gives back the pictures and the resolver table for the alert', async () => {
    const folder = await written();
    expect(await readProof(folder)).toEqual({ folder, pictures: EXHIBITS.pictures, resolvers: EXHIBITS.resolvers });
  });

  it('is never written over', async () => {
    const folder = await written();
    expect(await writeEvidence(dir, 'live', ID, EXHIBITS, { ...INFO, summary: 'other' }, null)).toHaveProperty(
      'problem',
    );
    expect((await manifest(folder)).verdict.summary).toBe(INFO.summary);
  });

  it('takes no member name out of the folder, hides none and loses none', async () => {
    const names = [
      '../../etc/passwd',
      '/etc/passwd',
      'a/../../b',
      '.git/config',
      '..',
      '',
      'manifest.json',
      'CON\0.txt',
      'a\\b',
      'x/'.repeat(9),
      'dom.html',
      'DOM.html',
      '名前.html',
    ];
    const members = names.map((name, index) => ({ name, artifact: artifact('text/plain', `member ${index}`) }));
    const folder = await written({ pictures: [], resolvers: [], texts: [], members });
    const listed = Object.keys((await manifest(folder)).members).filter((name) => name !== 'findings.json');
    expect(listed).toHaveLength(names.length);
    for (const name of listed) expect(name).toMatch(/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/);
    const texts = await Promise.all(listed.map((name) => readFile(join(folder, name), 'utf8')));
    expect(texts.sort()).toEqual(members.map(({ artifact: { bytes } }) => Buffer.from(bytes).toString()).sort());
    expect(await readdir(dir)).toEqual(['evidence']);
  });

  it.each(['../../etc', '..', '', 'a/b', '.x'])('refuses %j as the id of a site or a folder', async (id) => {
    await expect(writeEvidence(dir, id, ID, EXHIBITS, INFO, null)).rejects.toThrow('cannot name a folder');
    await expect(writeEvidence(dir, 'live', id, EXHIBITS, INFO, null)).rejects.toThrow('cannot name a folder');
    expect(await readdir(dir)).toEqual([]);
  });

  it('that cannot be written is a sentence, not a crash, and leaves nothing behind', async () => {
    await writeFile(join(dir, 'evidence'), 'a file where the folder should be');
    const result = await writeEvidence(dir, 'live', ID, EXHIBITS, INFO, null);
    expect(result).toEqual({
      problem: expect.stringMatching(/could not be kept in .*evidence.*: something on the way is a file/),
    });
    expect(await readdir(dir)).toEqual(['evidence']);
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EROFS', 'read-only'],
    ['EACCES', 'permission denied'],
  ])('names %s in words', (code, words) => {
    const error = Object.assign(new Error(code), { code });
    expect([isSystemError(error), reasonOf(error)]).toEqual([true, expect.stringContaining(words)]);
  });
});

describe('proof', () => {
  it('is empty where there is no folder', async () => {
    expect(await readProof(null)).toEqual({ folder: null, pictures: [], resolvers: [] });
    expect(await readProof(join(dir, 'gone'))).toEqual({ folder: null, pictures: [], resolvers: [] });
  });

  it('leaves out a picture that was changed, is gone or is a link, and keeps the others', async () => {
    const folder = await written();
    await writeFile(join(folder, 'pictures/before-desktop.png'), 'forged');
    expect((await readProof(folder)).pictures.map(({ label }) => label)).toEqual(['after', 'victim']);
    await rm(join(folder, 'page/after-desktop.png'));
    await writeFile(join(dir, 'outside.png'), 'after');
    await symlink(join(dir, 'outside.png'), join(folder, 'page/after-desktop.png'));
    expect((await readProof(folder)).pictures.map(({ label }) => label)).toEqual(['victim']);
    expect((await readProof(folder)).resolvers).toEqual(EXHIBITS.resolvers);
  });

  it('is empty, the folder still named, where the manifest is none', async () => {
    const folder = await written();
    for (const text of ['', '{}', '[1', '{"schema":"siteward/evidence/1","pictures":[{"label":"x"}]}']) {
      await writeFile(join(folder, 'manifest.json'), text);
      expect(await readProof(folder)).toEqual({ folder, pictures: [], resolvers: [] });
    }
  });

  it('reads no file outside the folder, whatever the manifest names', async () => {
    const folder = await written();
    const secret = artifact('image/png', 'secret');
    await mkdir(join(dir, 'other'));
    await writeFile(join(dir, 'other/secret.png'), secret.bytes);
    const name = '../../../other/secret.png';
    const text = JSON.stringify({
      schema: 'siteward/evidence/1',
      pictures: [{ label: 'after', caption: '', file: name }],
      resolvers: [],
      members: { [name]: { sha256: secret.sha256, mime: secret.mime } },
    });
    await writeFile(join(folder, 'manifest.json'), text);
    expect((await readProof(folder)).pictures).toEqual([]);
  });
});
