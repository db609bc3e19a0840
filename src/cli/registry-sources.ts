/** Which registries and certificate logs are asked, as settings.yaml says; the list of RDAP servers comes with Siteward. */
import { readFileSync } from 'node:fs';
import type { RegistryAccess } from '../checks/check.js';
import { type Bootstrap, bootstrapSchema, rdapUrl } from '../checks/dns/authority/rdap.js';
import {
  CERTIFICATE_LOGS,
  type RegistryIo,
  type RegistrySources,
  rdapAt,
  registryAccess,
} from '../checks/dns/authority/registry.js';
import type { Settings } from '../config/config.js';
import type { Log } from './log.js';

const FILE = new URL('../../assets/rdap-dns.json', import.meta.url);

/** Undefined where the settings ask nobody: that is the default. */
export function registrySources(
  { rdap, certificates }: Pick<Settings['dns'], 'rdap' | 'certificates'>,
  io: RegistryIo,
  log: Pick<Log, 'warn'>,
): RegistryAccess | undefined {
  if (rdap === false && certificates === false) return undefined;
  const sources: RegistrySources = {
    rdap: rdap === false ? null : rdap === true ? bundledServers(log) : rdapAt(rdap),
    certificates: certificates === false ? null : certificates === true ? CERTIFICATE_LOGS : logAt(certificates),
  };
  return registryAccess(sources, io);
}

/** A service of the operator's own choice stands alone. */
function logAt(certSpotter: string): RegistrySources['certificates'] {
  return { certSpotter, crtSh: null };
}

/** Read when the first domain is asked for. Without a readable list it says so once and no registry is asked. */
export function bundledServers(log: Pick<Log, 'warn'>, file = FILE): (domain: string) => string | null {
  let list: Bootstrap | null | undefined;
  const read = (): Bootstrap | null => {
    try {
      return bootstrapSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ reason }, 'No registry is asked: assets/rdap-dns.json cannot be read. Install Siteward anew.');
      return null;
    }
  };
  return (domain) => {
    if (list === undefined) list = read();
    return list && rdapUrl(domain, list);
  };
}
