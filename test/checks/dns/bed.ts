/** The DNS test-bed as a check sees it: its resolvers, its authorities, and no way out of 127.0.0.0/8. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Network, ProbeFailure, type ProbeIo } from '../../../src/checks/check.js';
import { referenceLookup } from '../../../src/checks/dns/lookup.js';
import { type DnsSettings, settingsFor } from '../../../src/checks/dns/settings.js';
import { createNetwork } from '../../../src/net/network.js';
import type { DnsTestbed, ResolverName } from '../../support/dns-testbed.js';

const LOOPBACK = { allow: [], only: ['127.0.0.0/8'] };
export const HONEST = ['dot', 'doh', 'plain', 'plainTcp'] as const;
export const ALL: readonly ResolverName[] = [...HONEST, 'poisoned', 'liar', 'portal', 'onpath', 'inpath', 'dead'];

export function networkIn(
  bed: DnsTestbed,
  ca: readonly string[] = [bed.ca],
  hosts: Readonly<Record<string, string>> = {},
): Network {
  const network: Network = createNetwork({
    policy: LOOPBACK,
    hosts,
    ca,
    capture: () =>
      Promise.reject(new ProbeFailure({ blame: 'monitor', code: 'no-browser', detail: 'No browser here.' })),
    lookup: (name) => lookup(name),
    now: Date.now,
  });
  const lookup = referenceLookup([bed.resolver.dot, bed.resolver.doh], (request) => network.exchange(request));
  return network;
}

export function ioIn(bed: DnsTestbed, names: readonly ResolverName[], network = networkIn(bed)): ProbeIo {
  return {
    vantage: 'local',
    now: Date.now,
    signal: AbortSignal.timeout(20_000),
    network,
    resolvers: names.map((name) => bed.resolver[name]),
  };
}

/** With the authoritative servers of the test-bed to trace. */
export function tracingIn(bed: DnsTestbed, names: readonly ResolverName[]): ProbeIo {
  const anchors = readFileSync(join(bed.folder, 'trust-anchor.ds'), 'utf8').trim().split('\n');
  return { ...ioIn(bed, names), authority: { roots: ['127.0.53.1'], port: 5300, anchors } };
}

export function settingsOf(name: string, port = 8443): DnsSettings {
  return settingsFor(name, `https://${name}:${port}/`, 'living');
}
