/** What the addresses of a site showed over TLS. Facts only; stored evidence passes the schema too. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Artifact } from '../../core/model.js';
import type { Certificate } from '../check.js';

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  serial: z.string(),
  notBefore: z.number(),
  notAfter: z.number(),
  fingerprint: z.string(),
  spki: z.string(),
  pem: z.string(),
});
export type ShownCertificate = z.infer<typeof certificateSchema>;

/** A handshake that came about. */
const shownSchema = z.object({
  address: z.string(),
  /** Null: the chain ends in a trusted root and the name fits; else OpenSSL's or Node's code. */
  problem: z.string().nullable(),
  protocol: z.string(),
  /** Leaf first, at least one. */
  chain: z.tuple([certificateSchema], certificateSchema),
});
export type Shown = z.infer<typeof shownSchema>;

const failedSchema = z.object({
  address: z.string(),
  failure: z.object({ blame: z.enum(['target', 'resolver', 'monitor']), code: z.string(), detail: z.string() }),
});

export const tlsEvidenceSchema = z.object({
  name: z.string(),
  port: z.number(),
  /** When it was seen, by the clock of the vantage: validity is judged at this moment. */
  at: z.number(),
  shown: z.array(shownSchema),
  /** Addresses with which no handshake came about. */
  failed: z.array(failedSchema),
});
export type TlsEvidence = z.infer<typeof tlsEvidenceSchema>;

/** A date that cannot be read becomes the epoch: such a certificate has ended. */
export function keptCertificate({ names, notBefore, notAfter, ...rest }: Certificate): ShownCertificate {
  return { ...rest, names: [...names], notBefore: readable(notBefore), notAfter: readable(notAfter) };
}

function readable(at: number): number {
  return Number.isFinite(at) ? at : 0;
}

export function leafOf(shown: Shown): ShownCertificate {
  return shown.chain[0];
}

/** The chain as PEM, leaf first. */
export function chainArtifact(shown: Shown): Artifact {
  const text = shown.chain.map((certificate) => `${certificate.pem.trim()}\n`).join('');
  const bytes = new TextEncoder().encode(text);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mime: 'application/x-pem-file', bytes };
}
