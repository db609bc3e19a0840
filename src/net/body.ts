/** A response body read and decompressed under limits: a bomb, a stack of encodings or an endless stream stops here. */
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { type FetchLimits, LimitError } from './fetch-limits.js';

export interface Body {
  /** Decoded; cut where the reading stopped. Null when there was nothing that could be decoded. */
  readonly bytes: Uint8Array | null;
  /** Why the reading stopped early: LimitError, or what the connection threw. */
  readonly error: unknown;
}

/** @param encodings every `content-encoding` header's value. Never rejects. */
export async function readBody(
  wire: AsyncIterable<Uint8Array>,
  encodings: readonly string[],
  limits: FetchLimits,
): Promise<Body> {
  const tokens = encodings.flatMap((value) => value.split(',')).map((token) => token.trim().toLowerCase());
  const applied = tokens.filter((token) => token !== '' && token !== 'identity');
  const [encoding = 'identity', ...stacked] = applied;
  if (stacked.length > 0) {
    return { bytes: null, error: new LimitError('bad-encoding', `compressed its answer ${applied.length} times over`) };
  }
  if (!ENCODINGS.includes(encoding)) {
    return { bytes: null, error: new LimitError('bad-encoding', 'compressed its answer in a way nobody asked for') };
  }
  const sink = new BodySink(limits);
  try {
    await fill(sink, wire, encoding);
    return { bytes: sink.bytes(), error: null };
  } catch (error) {
    // A pipeline that ends because of a limit may report its own end instead of the limit.
    return { bytes: sink.bytes(), error: sink.broken ?? (isZlib(error) ? notAsAnnounced(encoding) : error) };
  }
}

const ENCODINGS = ['identity', 'gzip', 'x-gzip', 'br', 'deflate'];

class BodySink {
  /** The limit that ended the reading. */
  broken: LimitError | null = null;
  readonly #limits: FetchLimits;
  readonly #chunks: Uint8Array[] = [];
  #received = 0;
  #decoded = 0;

  constructor(limits: FetchLimits) {
    this.#limits = limits;
  }

  async *metered(wire: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of wire) {
      this.receive(chunk);
      yield chunk;
    }
  }

  receive(chunk: Uint8Array): void {
    this.#received += chunk.length;
    if (this.#received > this.#limits.wireBytes) this.#stop(tooLarge(this.#limits.wireBytes));
  }

  add(chunk: Uint8Array): void {
    const { decodedBytes, ratio, ratioFromBytes } = this.#limits;
    this.#chunks.push(chunk.subarray(0, decodedBytes - this.#decoded));
    this.#decoded += chunk.length;
    if (this.#decoded > decodedBytes) this.#stop(tooLarge(decodedBytes));
    if (this.#decoded > ratioFromBytes && this.#decoded > ratio * this.#received) {
      this.#stop(
        new LimitError('too-large', `sent a compressed answer that grows more than ${ratio} times when opened`),
      );
    }
  }

  #stop(error: LimitError): never {
    this.broken = error;
    throw error;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

async function fill(sink: BodySink, wire: AsyncIterable<Uint8Array>, encoding: string): Promise<void> {
  if (encoding === 'identity') {
    for await (const chunk of wire) {
      sink.receive(chunk);
      sink.add(chunk);
    }
    return;
  }
  const packed = sink.metered(wire);
  const first = await packed.next();
  if (first.done) return;
  await pipeline(
    Readable.from(startingWith(first.value, packed)),
    decoderFor(encoding, first.value),
    async (decoded: AsyncIterable<Uint8Array>) => {
      for await (const chunk of decoded) sink.add(chunk);
    },
  );
}

async function* startingWith(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function decoderFor(encoding: string, first: Uint8Array): Transform {
  if (encoding === 'br') return createBrotliDecompress();
  if (encoding !== 'deflate') return createGunzip();
  // RFC 9110 8.4.1.2 means zlib's wrapper by "deflate", but servers that send it bare exist and browsers read them.
  return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}

function tooLarge(limit: number): LimitError {
  return new LimitError('too-large', `sent more than ${Math.round(limit / 1024)} KiB`);
}

function notAsAnnounced(encoding: string): LimitError {
  return new LimitError('bad-encoding', `announced ${encoding} but sent something else or stopped in the middle`);
}

/** zlib's codes are `Z_DATA_ERROR` and the like, Brotli's `ERR__ERROR_FORMAT_...` and the like. */
function isZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ERR_(_|BROTLI|PADDING|BUFFER))/.test(String(error.code));
}
