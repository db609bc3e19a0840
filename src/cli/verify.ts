/** `verify`: is this bundle as it was written, and by whom? Offline: it needs no configuration and no network. */
import { readFile } from 'node:fs/promises';
import { CHECKS } from '../checks/index.js';
import { oneLine } from '../core/plain-text.js';
import { readSigner, type Signer } from '../core/signature.js';
import { type Examined, type VerifiedBundle, verifyBundle, type Witness } from '../store/bundle.js';
import { isSystemError, reasonOf } from '../store/folder.js';
import { jsonText } from './report/check-json.js';
import { isolated, padded, paint } from './report/text.js';
import { CommandError, type Terminal, UsageError } from './workplace.js';

export interface VerifyOptions {
  readonly signer: readonly string[];
  readonly head?: string | undefined;
  /** Files of PEM certificates. */
  readonly authority: readonly string[];
}

/** @returns 0: everything is as it was written; 2: something is not. */
export async function runVerify(folder: string, options: VerifyOptions, terminal: Terminal): Promise<number> {
  const signers = (await Promise.all(options.signer.map(signersOf))).flat();
  const authorities = (await Promise.all(options.authority.map(certificatesOf))).flat();
  const bundle = await verified(folder, { signers, head: options.head ?? null, authorities });
  if (bundle === null) {
    throw new CommandError(
      `${folder} is neither a folder of evidence (data/evidence/SITE/ID) nor an approved baseline (baselines/SITE) nor an audit trail (siteward audit --export FILE).`,
      3,
    );
  }
  const genuine = bundle.examined.every(({ ok }) => ok);
  terminal.out(
    terminal.json
      ? jsonText({ schema: 'siteward/verify/1', folder, genuine, ...bundle })
      : table(bundle, genuine, terminal),
  );
  return genuine ? 0 : 2;
}

async function verified(folder: string, witness: Witness): Promise<VerifiedBundle | null> {
  try {
    return await verifyBundle(folder, CHECKS, witness);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandError(`${folder} cannot be read: ${reasonOf(error)}.`, 3);
  }
}

/** One PEM text each. */
async function certificatesOf(file: string): Promise<string[]> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--authority ${file} cannot be read: ${reasonOf(error)}.`);
  });
  const found = content.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new UsageError(`--authority ${file} holds no certificate in PEM.`);
  return found;
}

/** A public key as written, or a file with one on each line. */
async function signersOf(text: string): Promise<Signer[]> {
  const written = readSigner(text);
  if (written !== null) return [written];
  const lines = await readFile(text, 'utf8').then(
    (content) => content.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')),
    (error: unknown) => {
      throw new UsageError(`--signer ${text} is neither an Ed25519 public key nor a file: ${reasonOf(error)}.`);
    },
  );
  return lines.map((line, index) => {
    const signer = readSigner(line);
    if (signer === null) throw new UsageError(`${text}:${index + 1} is not an Ed25519 public key.`);
    return signer;
  });
}

function table({ about, examined }: VerifiedBundle, genuine: boolean, terminal: Terminal): string {
  const style = paint(terminal.color);
  const width = Math.max(...examined.map(({ what }) => what.length));
  const line = ({ what, ok, detail }: Examined): string => {
    const mark = ok ? style('green', '✓') : style(['red', 'bold'], '✗');
    return `  ${mark} ${padded(oneLine(what, 100), width)}  ${isolated(oneLine(detail, 400))}`;
  };
  const headline = genuine
    ? style(['green', 'bold'], 'GENUINE')
    : style(['red', 'bold'], 'NOT GENUINE: do not believe what it shows');
  return `\n  ${isolated(oneLine(about, 600))}\n\n${examined.map(line).join('\n')}\n\n  ${headline}\n`;
}
