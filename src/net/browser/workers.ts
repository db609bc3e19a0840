/**
 * Service workers a page registers. One of them answers for the page from then on, in every browser that has been
 * there, also long after the page itself was mended; the looks of this monitor start without any.
 */
import type { CDPSession } from 'puppeteer-core';

export interface ServiceWorker {
  readonly scope: string;
  readonly script: string;
}

const MOST = 20;
const MAX_URL = 2_048;

export class Workers {
  readonly #scopes = new Map<string, string>();
  readonly #seen = new Map<string, ServiceWorker>();

  /** Listens once the domain is on. Of several kinds of events each tells half of it. */
  constructor(cdp: CDPSession) {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { registrationId, scopeURL } of registrations) this.#scopes.set(registrationId, scopeURL);
    });
    cdp.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const { registrationId, scriptURL } of versions) {
        const scope = this.#scopes.get(registrationId) ?? '';
        const worker = { scope: scope.slice(0, MAX_URL), script: scriptURL.slice(0, MAX_URL) };
        if (this.#seen.size < MOST) this.#seen.set(`${worker.scope} ${worker.script}`, worker);
      }
    });
  }

  seen(): ServiceWorker[] {
    return [...this.#seen.values()];
  }
}
