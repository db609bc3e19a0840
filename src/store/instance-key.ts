/**
 * The key this installation signs its evidence with. It proves that a bundle was written here and not changed since;
 * it approves nothing. Whoever can read the data folder can sign as this installation, so it is no approver's key.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './folder.js';
import { StoreError } from './store.js';

const NAME = 'instance-key.pem';

/** Made at first use. Throws StoreError when it is there but no key, or what the file system throws. */
export async function instanceKey(dataDir: string): Promise<KeyObject> {
  const path = join(dataDir, NAME);
  if (!(await exists(path))) await create(path, dataDir);
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error;
  }
  throw new StoreError(
    `${path} does not hold an Ed25519 private key. Restore it from a backup; or move it away and the next command makes a new one, whose public half everyone who verifies evidence must be given.`,
  );
}

async function create(path: string, dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, pem, { mode: 0o600, flag: 'wx', flush: true });
  try {
    // Whole at once for whoever reads meanwhile, and never over another's.
    await link(fresh, path);
  } catch (error) {
    // Another command was first: its key is as good.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(fresh);
  }
}
