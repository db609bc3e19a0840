/** The addresses of resolvers, and those asked when the operator names none. Pure. */
import type { Resolver } from '../checks/check.js';
import { addressFamily, type Reading, readName } from './values.js';

/** How and where a resolver is reached; the rest of `Resolver` is what the operator says of it. */
export type Route = Pick<Resolver, 'transport' | 'address' | 'port' | 'serverName' | 'path'>;

const GRAMMAR =
  'must be "system", udp://ip[:port], tcp://ip[:port], tls://ip[:port]#name or https://host[:port]/path@ip ' +
  '(IPv6 in brackets)';

/** `tls://9.9.9.9#dns.quad9.net` and its like. */
export function readResolverAddress(text: string): Reading<Route> {
  if (text === 'system') {
    return { value: { transport: 'system', address: null, port: 53, serverName: null, path: null } };
  }
  const [, transport, rest = ''] = /^(udp|tcp|tls|https):\/\/(\S+)$/.exec(text) ?? [];
  if (transport === 'udp' || transport === 'tcp') return plain(transport, rest);
  if (transport === 'tls') return overTls(rest);
  return transport === 'https' ? overHttps(rest) : { wrong: GRAMMAR };
}

function plain(transport: 'udp' | 'tcp', rest: string): Reading<Route> {
  const where = readEndpoint(rest, 53);
  if (!where?.literal) return { wrong: GRAMMAR };
  return { value: { transport, address: where.host, port: where.port, serverName: null, path: null } };
}

function overTls(rest: string): Reading<Route> {
  const [endpoint = '', name, ...more] = rest.split('#');
  const where = readEndpoint(endpoint, 853);
  if (!where?.literal || more.length > 0) return { wrong: GRAMMAR };
  // Without a name the certificate must carry the address itself (RFC 5280 4.2.1.6), as those of some operators do.
  const serverName = name === undefined ? where.host : addressFamily(name) === null ? readName(name) : name;
  if (serverName === null) return { wrong: '#name must be the host name that the certificate carries: tls://ip#name' };
  return { value: { transport: 'tls', address: where.host, port: where.port, serverName, path: null } };
}

function overHttps(rest: string): Reading<Route> {
  const [, endpoint = '', path = '', dialled] = /^([^/@]+)(\/[^@]*)(?:@([^@]+))?$/.exec(rest) ?? [];
  const where = readEndpoint(endpoint, 443);
  if (!where) return { wrong: GRAMMAR };
  if (dialled === undefined && !where.literal) {
    return { wrong: 'must end in @ip, the address to dial: https://host/path@ip (looking it up could be lied to)' };
  }
  const address = dialled?.replace(/^\[(.*)\]$/, '$1') ?? where.host;
  if (addressFamily(address) === null) return { wrong: GRAMMAR };
  return { value: { transport: 'https', address, port: where.port, serverName: where.host, path } };
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`. */
export function readEndpoint(
  text: string,
  defaultPort: number,
): { host: string; port: number; literal: boolean } | null {
  const [, v6, other, written] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const port = written === undefined ? defaultPort : Number(written);
  if (port < 1 || port > 65_535) return null;
  if (v6 !== undefined) return addressFamily(v6) === 6 ? { host: v6, port, literal: true } : null;
  if (other === undefined) return null;
  if (addressFamily(other) === 4) return { host: other, port, literal: true };
  const host = readName(other);
  return host === null ? null : { host, port, literal: false };
}

const reference = (name: string, route: Omit<Route, 'path'> & { readonly path?: string }): Resolver => ({
  name,
  role: 'reference',
  network: null,
  path: null,
  ...route,
});

/**
 * Asked when settings.yaml names none: five independent operators over encrypted transports, so that no network
 * between us and them and no single one of them can decide what is true; and the machine's own resolver, judged.
 */
export const DEFAULT_RESOLVERS: readonly Resolver[] = [
  reference('quad9', { transport: 'tls', address: '9.9.9.9', port: 853, serverName: 'dns.quad9.net' }),
  reference('cloudflare', {
    transport: 'https',
    address: '1.1.1.1',
    port: 443,
    serverName: 'cloudflare-dns.com',
    path: '/dns-query',
  }),
  reference('google', {
    transport: 'https',
    address: '8.8.8.8',
    port: 443,
    serverName: 'dns.google',
    path: '/dns-query',
  }),
  reference('adguard', {
    transport: 'tls',
    address: '94.140.14.140',
    port: 853,
    serverName: 'unfiltered.adguard-dns.com',
  }),
  reference('mullvad', { transport: 'tls', address: '194.242.2.2', port: 853, serverName: 'dns.mullvad.net' }),
  {
    name: 'system',
    role: 'witness',
    transport: 'system',
    address: null,
    port: 53,
    serverName: null,
    path: null,
    network: null,
  },
];
