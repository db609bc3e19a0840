/** Who can write into baselines/ must not be able to say what a site looks like: only the holders of named keys are. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Check } from '../../src/checks/check.js';
import { NAMESPACES, publicLine, readSigner, type Signer, signMessage } from '../../src/core/signature.js';
import { type Baselines, openBaselines, tamperedFinding } from '../../src/store/baselines.js';

const ADA = generateKeyPairSync('ed25519');
const EVE = generateKeyPairSync('ed25519');

function signerOf(key: KeyObject, name: string): Signer {
  const signer = readSigner(publicLine(key, name));
  if (!signer) throw new Error('no key');
  return signer;
}

const by =
  (key: KeyObject, namespace: string = NAMESPACES.baseline) =>
  async (record: Uint8Array): Promise<string> =>
    signMessage(key, record, namespace);

const dns: Check = {
  kind: 'dns',
  version: 1,
  evidence: z.object({ addresses: z.array(z.string()) }),
  options: {},
  codes: [],
  comparers: [],
  configure: () => ({ notApplicable: 'a fake' }),
  probe: async () => null,
  combine: ([first]) => first,
  failures: () => [],
  exhibit: () => ({ pictures: [], resolvers: [], texts: [], members: [] }),
};

let dir: string;
let baselines: Baselines;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-signed-'));
  baselines = openBaselines(dir, [dns], [signerOf(ADA.publicKey, 'ada')]);
});
afterEach(() => rm(dir, { recursive: true }));

async function approve(site: string, address: string, at: number, sign?: (record: Uint8Array) => Promise<string>) {
  await baselines.writeCandidate(site, [{ kind: 'dns', version: 1, evidence: { addresses: [address] }, at }]);
  return baselines.approve(site, { by: 'Ada', note: '', at, ...(sign && { sign }) });
}

/** What is wrong with the site's record; null when it is believed. */
async function wrongWith(site: string, among: Baselines = baselines): Promise<string | null> {
  const { baselines: believed, tampered } = await among.read(site);
  const [first] = tampered;
  expect(believed.size).toBe(first ? 0 : 1);
  return first ? tamperedFinding(site, first).code : null;
}

describe('a signed baseline', () => {
  it('is believed, and waits for nothing', async () => {
    expect(await approve('live', '192.0.2.1', 1000, by(ADA.privateKey))).toEqual({ done: true });
    expect(await wrongWith('live')).toBeNull();
    expect(await baselines.candidate('live')).toBeNull();
  });

  it('is not believed when any one byte of it is another', async () => {
    await approve('live', '192.0.2.1', 1000, by(ADA.privateKey));
    for (const name of await readdir(join(dir, 'live'))) {
      const path = join(dir, 'live', name);
      const genuine = await readFile(path);
      for (let at = 0; at < genuine.length - 1; at += 7) {
        const bent = Buffer.from(genuine);
        bent[at] = (bent[at] ?? 0) ^ 1;
        await writeFile(path, bent);
        expect(await wrongWith('live'), `${name}, byte ${at}`).not.toBeNull();
      }
      await writeFile(path, genuine);
    }
    expect(await wrongWith('live')).toBeNull();
  });

  it('is not believed without its signature, though every hash in it is right', async () => {
    await approve('live', '203.0.113.66', 1000);
    expect(await wrongWith('live')).toBe('baseline/unsigned');
    expect(await wrongWith('live', openBaselines(dir, [dns]))).toBeNull();
  });

  it.each([
    ['a key nobody named', by(EVE.privateKey)],
    ['the right key for another purpose', by(ADA.privateKey, NAMESPACES.evidence)],
    ['no signature at all', async () => 'approved, trust me\n'],
  ])('is not believed when signed with %s', async (_, sign) => {
    await approve('live', '192.0.2.1', 1000, sign);
    expect(await wrongWith('live')).toBe('baseline/unsigned');
  });

  it('does not pass for another site', async () => {
    await approve('live', '192.0.2.1', 1000, by(ADA.privateKey));
    await cp(join(dir, 'live'), join(dir, 'shop'), { recursive: true });
    expect(await wrongWith('shop')).toBe('baseline/tampered');
  });

  it('does not lend its signature to another approval', async () => {
    await approve('live', '192.0.2.1', 1000, by(ADA.privateKey));
    const signature = await readFile(join(dir, 'live', 'baseline.json.sig'));
    await approve('live', '203.0.113.66', 2000);
    await writeFile(join(dir, 'live', 'baseline.json.sig'), signature);
    expect(await wrongWith('live')).toBe('baseline/unsigned');
  });

  it('is no longer believed when its key is taken from the list', async () => {
    await approve('live', '192.0.2.1', 1000, by(ADA.privateKey));
    expect(await wrongWith('live', openBaselines(dir, [dns], [signerOf(EVE.publicKey, 'eve')]))).toBe(
      'baseline/unsigned',
    );
  });

  it('can be signed after it was approved', async () => {
    await approve('live', '192.0.2.1', 1000);
    expect(await baselines.sign('live', by(ADA.privateKey))).toEqual({ done: true });
    expect(await wrongWith('live')).toBeNull();
    expect(await baselines.sign('shop', by(ADA.privateKey))).toHaveProperty('problem');
  });

  it('is not replaced when the approver has no key at hand', async () => {
    await approve('live', '192.0.2.1', 1000, by(ADA.privateKey));
    const refused = approve('live', '203.0.113.66', 2000, async () => {
      throw new Error('no such key');
    });
    await expect(refused).rejects.toThrow('no such key');
    expect(await wrongWith('live')).toBeNull();
  });
});
