/** Approvers sign with the tool their keys are for: passphrases, agents and hardware tokens are its business. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { NAMESPACES } from '../core/signature.js';
import { CommandError } from './workplace.js';

/** @param key path of an Ed25519 private key, or of the public key of one that an agent holds */
export function signingWith(key: string): (record: Uint8Array) => Promise<string> {
  return async (record) => {
    // The passphrase is asked for on the terminal, so only what is signed and the signature pass through us.
    const child = spawn('ssh-keygen', ['-Y', 'sign', '-q', '-n', NAMESPACES.baseline, '-f', key], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    // It may have gone away before it read a byte: its exit code says so.
    child.stdin.on('error', () => undefined).end(record);
    try {
      const [signature, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      if (code === 0 && signature !== '') return signature;
      throw new CommandError(
        `ssh-keygen did not sign with ${key}: ${complaint.trim() || 'it gave no reason'}. Name an Ed25519 key with --key.`,
        3,
      );
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(
        `ssh-keygen, which makes the signature, could not be run: ${error instanceof Error ? error.message : error}. Install OpenSSH's client (Debian: openssh-client).`,
        3,
      );
    }
  };
}
