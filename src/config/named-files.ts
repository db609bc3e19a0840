/** Files the settings name: root certificates and trust anchors. Pure; reading is passed in. */
import { X509Certificate } from 'node:crypto';
import type { Problem } from './config.js';
import type { Path, Source } from './source.js';

/** A text file by its path as written; `wrong` ends a sentence that begins with the path. */
export type ReadFile = (path: string) => { readonly text: string } | { readonly wrong: string };

export interface NamedFiles {
  /** PEM texts. */
  readonly ca: readonly string[];
  /** DS records. */
  readonly trustAnchors: readonly string[];
  readonly problems: readonly Problem[];
}

export function readNamedFiles(
  caFiles: readonly string[],
  anchors: readonly string[],
  source: Source,
  readFile: ReadFile,
): NamedFiles {
  const problems: Problem[] = [];
  const read = (path: Path, file: string, wrong: (text: string) => string | null): string => {
    const found = readFile(file);
    const problem = 'wrong' in found ? found.wrong : wrong(found.text);
    if (problem !== null) problems.push(source.problem(path, `${source.written(path) ?? ''} ${problem}`));
    return 'text' in found ? found.text : '';
  };
  const ca = caFiles.map((file, index) => read(['network', 'ca', index], file, notCertificates));
  const trustAnchors = anchors.flatMap((entry, index) => {
    if (DS.test(entry)) return [entry];
    const text = read(['dns', 'trust_anchors', index], entry, notAnchors);
    return dsLines(text);
  });
  return { ca, trustAnchors, problems };
}

/** `20326 8 2 E06D...`, with or without the owner, TTL, class and type before it. */
const DS = /^(?:\.\s+(?:[0-9]+\s+)?(?:IN\s+)?DS\s+)?[0-9]{1,5}\s+[0-9]{1,3}\s+[0-9]{1,3}\s+[0-9A-Fa-f\s]+$/;

function dsLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/;.*/, '').trim())
    .filter((line) => line !== '');
}

function notAnchors(text: string): string | null {
  const lines = dsLines(text);
  return lines.length > 0 && lines.every((line) => DS.test(line)) ? null : 'does not hold DS records, one per line';
}

function notCertificates(text: string): string | null {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return 'holds no PEM certificate';
  try {
    for (const block of blocks) new X509Certificate(block);
    return null;
  } catch {
    // OpenSSL's own words ("asn1 encoding routines") would not help the reader.
    return 'holds a certificate that cannot be read';
  }
}
