/** Looks through the real network and the real browser, at sites that live on loopback only. */
import { observe, ProbeFailure, type ProbeIo } from '../../../src/checks/check.js';
import type { PageEvidence } from '../../../src/checks/page/evidence.js';
import { page as pageCheck } from '../../../src/checks/page/index.js';
import type { Target } from '../../../src/core/model.js';
import { createBrowser } from '../../../src/net/browser/browser.js';
import { findExecutable } from '../../../src/net/browser/executable.js';
import { createNetwork } from '../../../src/net/network.js';
import { ADDRESS } from './server.js';

const LOOPBACK = { allow: [], only: ['127.0.0.0/8'] };

export interface Eye {
  look(target: Target): Promise<PageEvidence>;
  close(): Promise<void>;
}

/** @param own host names that lead to the stage; every other name has no address. */
export async function openEye(own: ReadonlySet<string>): Promise<Eye> {
  const resolve = (name: string): Promise<readonly string[]> => {
    if (own.has(name)) return Promise.resolve([ADDRESS]);
    const detail = `${name} is not part of the benchmark.`;
    return Promise.reject(new ProbeFailure({ blame: 'target', code: 'no-address', detail }));
  };
  const executable = await findExecutable('auto');
  const browser = createBrowser({
    executable,
    pages: 2,
    sandbox: 'required',
    jail: 'auto',
    ca: [],
    policy: LOOPBACK,
    resolve,
  });
  const network = createNetwork({
    policy: LOOPBACK,
    hosts: {},
    ca: [],
    capture: (request) => browser.capture(request),
    lookup: resolve,
    now: Date.now,
  });
  const io: ProbeIo = { vantage: 'bench', now: Date.now, signal: new AbortController().signal, network, resolvers: [] };
  return {
    look: async (target) => {
      const { outcome } = await observe(pageCheck, target, io);
      if (!outcome.ok) throw new Error(outcome.failure.detail);
      return pageCheck.evidence.parse(outcome.evidence);
    },
    close: async () => {
      await Promise.all([browser.close(), network.close()]);
    },
  };
}
