/** What a notifier is given, with the real guarded network behind it: names stand where a test says, all on loopback. */
import { createNetwork, type GuardedNetwork, type NetworkOptions } from '../../src/net/network.js';
import type { NotifyIo } from '../../src/notify/notifier.js';
import { T0 } from '../contracts/samples.js';

/** Asks no resolver: every name is on 127.0.0.1 unless `hosts` or `systemLookup` says otherwise. */
export function notifyNetwork(over: Partial<NetworkOptions> = {}): GuardedNetwork {
  return createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [],
    lookup: async () => [],
    capture: () => Promise.reject(new Error('no browser here')),
    now: Date.now,
    systemServers: () => ['127.0.0.1'],
    systemLookup: async () => ['127.0.0.1'],
    ...over,
  });
}

export function notifyIo(over: Partial<NotifyIo> = {}, network = notifyNetwork()): NotifyIo {
  const { reach, post, touch, trust } = network;
  return { now: () => T0, signal: new AbortController().signal, reach, post, touch, trust, ...over };
}
