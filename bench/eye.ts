/** Our browser and network as `siteward check` has them, let out to loopback only. */
import type { ProbeIo } from '../src/checks/check.js';
import { createBrowser } from '../src/net/browser/browser.js';
import { createNetwork } from '../src/net/network.js';

const LOOPBACK = { allow: [], only: ['127.0.0.0/8'] };

export interface Eye {
  readonly io: ProbeIo;
  close(): Promise<void>;
}

export function openEye(executable: string): Eye {
  const resolve = (name: string): Promise<readonly string[]> => Promise.reject(new Error(`${name} was looked up`));
  const browser = createBrowser({
    executable,
    pages: 1,
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
  const signal = new AbortController().signal;
  return {
    io: { vantage: 'bench', now: Date.now, signal, network, resolvers: [] },
    close: async () => void (await Promise.all([browser.close(), network.close()])),
  };
}
