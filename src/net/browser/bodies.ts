/** The bytes of what a page loads to run, to be styled by or to frame: a URL says nothing of what came from it. */
import type { CDPSession } from 'puppeteer-core';
import { regardless, within } from './deadline.js';

/** CDP's types of resource that can take a page over. */
const KEPT = new Set(['Script', 'Stylesheet', 'Document']);
const MOST_BODIES = 60;
/** Of one. */
export const MOST_BYTES = 4 * 1024 * 1024;
/** Of all bodies of one capture. */
export const MOST_IN_ALL = 24 * 1024 * 1024;
const BODY_MS = 2_000;
/** How long a capture that is done otherwise waits for them. */
const REST_MS = 2_000;

/** Bodies by URL, as the browser decoded them. What it cannot give in time, or is too much, is missing. */
export class Bodies {
  readonly #cdp: CDPSession;
  /** Of answers under way, by CDP's name of the request. */
  readonly #expected = new Map<string, string>();
  /** Several where a URL was loaded more than once, in order. */
  readonly #bodies = new Map<string, Uint8Array[]>();
  readonly #reading: Promise<void>[] = [];
  #left = MOST_IN_ALL;

  /** Begins to listen; the session's network events have to be on. */
  static async watch(cdp: CDPSession): Promise<Bodies> {
    const { frameTree } = await cdp.send('Page.getFrameTree');
    return new Bodies(cdp, frameTree.frame.id);
  }

  private constructor(cdp: CDPSession, mainFrame: string) {
    this.#cdp = cdp;
    cdp.on('Network.responseReceived', ({ requestId, type, frameId, response }) => {
      // The page itself is in the evidence already, before and after its scripts.
      const itself = type === 'Document' && frameId === mainFrame;
      if (KEPT.has(type) && !itself && this.#expected.size < MOST_BODIES) this.#expected.set(requestId, response.url);
    });
    cdp.on('Network.loadingFinished', ({ requestId }) => {
      const url = this.#expected.get(requestId);
      this.#expected.delete(requestId);
      if (url !== undefined && this.#reading.length < MOST_BODIES) {
        this.#reading.push(regardless(this.#read(requestId, url)));
      }
    });
  }

  async #read(requestId: string, url: string): Promise<void> {
    const answer = this.#cdp.send('Network.getResponseBody', { requestId });
    const { body, base64Encoded } = await within(answer, BODY_MS, 'reading a body');
    const bytes = Buffer.from(body, base64Encoded ? 'base64' : 'utf8');
    if (bytes.byteLength > Math.min(MOST_BYTES, this.#left)) return;
    this.#left -= bytes.byteLength;
    this.#bodies.set(url, [...(this.#bodies.get(url) ?? []), bytes]);
  }

  /** Waits for those being read, a moment at most. */
  async rest(): Promise<void> {
    await regardless(within(Promise.all(this.#reading), REST_MS, 'reading bodies'));
  }

  /** The next body of the URL, each once. */
  take(url: string): Uint8Array | undefined {
    return this.#bodies.get(url)?.shift();
  }
}
