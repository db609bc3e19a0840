/** Runs our own code beside a page's: it sees the same document, but none of the functions the page replaced. */
import type { CDPSession } from 'puppeteer-core';
import { within } from './deadline.js';

/** The page went elsewhere while we looked. Look again. */
export class PageMoved extends Error {
  override readonly name = 'PageMoved';
}

export class IsolatedWorld {
  readonly #cdp: CDPSession;
  readonly #id: number;

  /** The world of the document that is shown now. @throws PageMoved */
  static async enter(cdp: CDPSession): Promise<IsolatedWorld> {
    try {
      const { frameTree } = await cdp.send('Page.getFrameTree');
      const frameId = frameTree.frame.id;
      const { executionContextId } = await cdp.send('Page.createIsolatedWorld', { frameId, worldName: 'siteward' });
      return new IsolatedWorld(cdp, executionContextId);
    } catch (error) {
      // Between the two questions the frame may have gone.
      throw new PageMoved('entering the page', { cause: error });
    }
  }

  private constructor(cdp: CDPSession, id: number) {
    this.#cdp = cdp;
    this.#id = id;
  }

  /** Calls the function whose source is given. @throws PageMoved, TimedOut */
  async call(source: string, argument: unknown, ms: number, step: string): Promise<unknown> {
    const answer = this.#cdp.send('Runtime.callFunctionOn', {
      functionDeclaration: source,
      executionContextId: this.#id,
      arguments: [{ value: argument }],
      awaitPromise: true,
      returnByValue: true,
    });
    try {
      const { result, exceptionDetails } = await within(answer, ms, step);
      if (exceptionDetails === undefined) return result.value;
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    } catch (error) {
      if (error instanceof Error && /context|navigat|Promise was collected/i.test(error.message)) {
        throw new PageMoved(`${step}: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }
}
