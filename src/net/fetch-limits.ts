/** What a fetch may cost us, whatever the site does. */
export interface FetchLimits {
  /** The whole fetch: every redirect, connection, header and the body. */
  readonly totalMs: number;
  /** One connection, TLS included. */
  readonly connectMs: number;
  readonly redirects: number;
  /** Addresses of one host tried until one accepts the connection. */
  readonly addresses: number;
  readonly headerBytes: number;
  /** As received. */
  readonly wireBytes: number;
  /** After decompression; what is above is cut off. */
  readonly decodedBytes: number;
  /** Decoded to received, once more than `ratioFromBytes` are decoded. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

const MIB = 1024 * 1024;

export const FETCH_LIMITS: FetchLimits = {
  totalMs: 20_000,
  connectMs: 5_000,
  redirects: 10,
  addresses: 4,
  headerBytes: 16 * 1024,
  wireBytes: 10 * MIB,
  decodedBytes: 20 * MIB,
  ratio: 100,
  ratioFromBytes: MIB,
};

/** A limit the site broke: what we got until then is kept. */
export class LimitError extends Error {
  readonly code: 'too-large' | 'bad-encoding';
  constructor(code: LimitError['code'], message: string) {
    super(message);
    this.name = 'LimitError';
    this.code = code;
  }
}
