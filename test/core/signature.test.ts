import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NAMESPACES,
  publicLine,
  readSigner,
  type Signer,
  signMessage,
  verifySignature,
} from '../../src/core/signature.js';

const MESSAGE = Buffer.from('the record of one site\n');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');

function signerOf(line: string): Signer {
  const signer = readSigner(line);
  if (!signer) throw new Error(`${line} is no key`);
  return signer;
}

const ada = signerOf(publicLine(publicKey, 'ada@example.org'));
const signed = signMessage(privateKey, MESSAGE, NAMESPACES.baseline);

describe('a signature', () => {
  it('names who made it', () => {
    const verified = verifySignature(signed, MESSAGE, NAMESPACES.baseline, [ada]);
    expect(verified).toMatchObject({
      signer: { name: 'ada@example.org', fingerprint: expect.stringMatching(/^SHA256:/) },
    });
  });

  it('is refused for other contents, another purpose and another key', () => {
    const of = (message: Uint8Array, namespace: string, signers: readonly Signer[]): unknown =>
      verifySignature(signed, message, namespace, signers);
    expect(of(Buffer.from('other'), NAMESPACES.baseline, [ada])).toMatchObject({
      wrong: expect.stringContaining('other contents'),
    });
    expect(of(MESSAGE, NAMESPACES.evidence, [ada])).toMatchObject({ wrong: expect.stringContaining('was made for') });
    const eve = signerOf(publicLine(stranger.publicKey, 'eve'));
    expect(of(MESSAGE, NAMESPACES.baseline, [eve])).toMatchObject({ wrong: expect.stringContaining(ada.fingerprint) });
    expect(of(MESSAGE, NAMESPACES.baseline, [])).toHaveProperty('wrong');
  });

  it('is refused with any one of its bits turned', () => {
    const lines = signed.split('\n');
    const blob = Buffer.from(lines.slice(1, -2).join(''), 'base64');
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const bent = Buffer.from(blob);
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const text = [lines[0], bent.toString('base64'), lines.at(-2), ''].join('\n');
      expect(verifySignature(text, MESSAGE, NAMESPACES.baseline, [ada]), `bit ${bit}`).toHaveProperty('wrong');
    }
  });

  it('is refused when cut short or when it is something else', () => {
    for (const text of [
      '',
      'x',
      signed.slice(0, 80),
      signed.replace('SSH SIGNATURE', 'PGP SIGNATURE'),
      'A'.repeat(100_000),
    ])
      expect(verifySignature(text, MESSAGE, NAMESPACES.baseline, [ada])).toHaveProperty('wrong');
  });

  it('needs an Ed25519 key and nothing behind it', () => {
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(readSigner(rsa.export({ type: 'pkcs1', format: 'pem' }).toString())).toBeNull();
    expect(readSigner('ssh-ed25519 AAAA name')).toBeNull();
    expect(readSigner('')).toBeNull();
    const [algorithm, base64 = ''] = publicLine(publicKey, 'x').split(' ');
    const longer = Buffer.concat([Buffer.from(base64, 'base64'), Buffer.from([0, 0, 0, 0])]).toString('base64');
    expect(readSigner(`${algorithm} ${longer}`)).toBeNull();
  });
});

describe('beside ssh-keygen', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'siteward-ssh-'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', join(dir, 'key')]);
    writeFileSync(join(dir, 'record'), MESSAGE);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('reads what it signs', () => {
    execFileSync('ssh-keygen', ['-Y', 'sign', '-n', NAMESPACES.baseline, '-f', join(dir, 'key'), join(dir, 'record')], {
      stdio: 'ignore',
    });
    const signature = readFileSync(join(dir, 'record.sig'), 'utf8');
    const signer = signerOf(readFileSync(join(dir, 'key.pub'), 'utf8'));
    expect(verifySignature(signature, MESSAGE, NAMESPACES.baseline, [signer])).toEqual({ signer });
    expect(execFileSync('ssh-keygen', ['-l', '-f', join(dir, 'key.pub')], { encoding: 'utf8' })).toContain(
      signer.fingerprint,
    );
  });

  it('writes what it verifies', () => {
    writeFileSync(join(dir, 'allowed'), `ada ${publicLine(publicKey, 'ada')}\n`);
    writeFileSync(join(dir, 'ours.sig'), signed);
    const verify = (message: Buffer): string =>
      execFileSync(
        'ssh-keygen',
        [
          '-Y',
          'verify',
          '-f',
          join(dir, 'allowed'),
          '-I',
          'ada',
          '-n',
          NAMESPACES.baseline,
          '-s',
          join(dir, 'ours.sig'),
        ],
        { input: message, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
      );
    expect(verify(MESSAGE)).toContain('Good');
    expect(() => verify(Buffer.from('other'))).toThrow();
  });
});
