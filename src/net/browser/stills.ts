/**
 * The pictures that pages came to rest at, by hash. A first shot that equals the last still of the same view needs no
 * second one to show that the page is at rest: the earlier capture's was taken seconds or minutes before.
 */
import { createHash } from 'node:crypto';
import type { CaptureRequest } from '../../checks/check.js';

/** Bounded: one hash per view, the least recently seen view goes first. */
const MOST_VIEWS = 20_000;

export class Stills {
  readonly #hashes = new Map<string, string>();

  /** Whether this view was ever seen at rest. */
  knows(request: CaptureRequest): boolean {
    return this.#hashes.has(viewOf(request));
  }

  isStill(request: CaptureRequest, png: string): boolean {
    return this.#hashes.get(viewOf(request)) === hashOf(png);
  }

  remember(request: CaptureRequest, png: string): void {
    const view = viewOf(request);
    this.#hashes.delete(view);
    this.#hashes.set(view, hashOf(png));
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > MOST_VIEWS && oldest !== undefined) this.#hashes.delete(oldest);
  }
}

function viewOf({ url, viewport, pin = [], anyCertificate = false }: CaptureRequest): string {
  const { name, width, height, mobile } = viewport;
  return JSON.stringify([url, name, width, height, mobile, pin, anyCertificate]);
}

function hashOf(png: string): string {
  return createHash('sha256').update(png).digest('base64');
}
