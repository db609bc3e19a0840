/**
 * What our raw fetch costs against a bare undici loop on the same page in the same run. Ours opens a fresh connection
 * every time, on purpose: a look must not be answered over the connection of the last one. Both floors are shown.
 */
import { Client, fetch } from 'undici';
import { createNetwork } from '../src/net/network.js';
import { print, type Rival, race } from './measure.js';
import { startOrigin } from './origin.js';

const ROUNDS = 300;
const WARM_UPS = 30;
const FLOOR = 'bare undici, fresh connection';
const LOOPBACK = { allow: [], only: ['127.0.0.0/8'] };

function ours(url: string): Rival {
  const unwanted = (): Promise<never> => Promise.reject(new Error('only fetches are measured'));
  const network = createNetwork({
    policy: LOOPBACK,
    hosts: {},
    ca: [],
    capture: unwanted,
    lookup: unwanted,
    now: Date.now,
  });
  const signal = new AbortController().signal;
  return {
    name: 'siteward, raw fetch',
    run: async () => {
      const { body, failure } = await network.fetch({ url, signal });
      if (failure !== null || body === null) throw new Error(failure?.detail ?? 'no body came');
    },
  };
}

const pooled = (url: string): Rival => ({
  name: 'bare undici, kept-alive connection',
  run: async () => {
    await (await fetch(url)).arrayBuffer();
  },
});

const fresh = (url: string): Rival => ({
  name: FLOOR,
  run: async () => {
    const client = new Client(new URL(url).origin);
    const { body } = await client.request({ path: '/', method: 'GET' });
    await body.arrayBuffer();
    await client.close();
  },
});

const origin = await startOrigin();
try {
  const rivals = [pooled(origin.url), fresh(origin.url), ours(origin.url)];
  print(`Raw fetch of one page, ${ROUNDS} rounds`, await race(rivals, ROUNDS, WARM_UPS), FLOOR);
} finally {
  await origin.close();
}
