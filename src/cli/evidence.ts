/** Keeping what was seen: one folder per site of a check, one per target of a watch. */
import { relative, sep } from 'node:path';
import type { Exhibits } from '../core/model.js';
import { NAMESPACES, signMessage } from '../core/signature.js';
import { type Inspection, siteInspection } from '../monitor.js';
import { type EvidenceInfo, type Sign, writeEvidence } from '../store/evidence.js';
import { instanceKey } from '../store/instance-key.js';
import type { Workplace } from './workplace.js';

/** @returns the folder as the operator would type it; null, said on stderr, when it could not be written. */
export async function keepSiteEvidence(
  siteId: string,
  inspections: readonly Inspection[],
  place: Workplace,
): Promise<string | null> {
  const site = place.config.sites.find((candidate) => candidate.id === siteId);
  const at = place.observatory.now();
  const info = infoOf(at, site?.url ?? null, inspections);
  return written(siteId, merged(inspections), info, place);
}

/** @returns the folder below the data folder, as deliveries remember it. */
export async function keepTargetEvidence(inspection: Inspection, place: Workplace): Promise<string | null> {
  const { siteId } = inspection.target;
  const site = place.config.sites.find((candidate) => candidate.id === siteId);
  const info = infoOf(place.observatory.now(), site?.url ?? null, [inspection]);
  const folder = await written(siteId, merged([inspection]), info, place);
  return folder === null ? null : relative(place.options.data, folder);
}

function infoOf(at: number, url: string | null, inspections: readonly Inspection[]): EvidenceInfo {
  const [first] = inspections;
  const site = { id: '', url, name: '', title: null, tags: [], targets: [], receivers: [] };
  const { state, diagnosis, summary, findings } = siteInspection(site, first ? inspections : [], null);
  return { at, url, state, diagnosis, summary, findings: findings.map(({ proof: _proof, ...finding }) => finding) };
}

async function written(
  siteId: string,
  exhibits: Exhibits,
  info: EvidenceInfo,
  place: Workplace,
): Promise<string | null> {
  const result = await writeEvidence(
    place.options.data,
    siteId,
    place.newId(info.at),
    exhibits,
    info,
    await signing(place),
  );
  if ('folder' in result) {
    if (info.state === 'altered' || info.state === 'unreachable') place.stamps.add(result.folder);
    return `${result.folder}${sep}`;
  }
  // The verdict stands without its pictures: it is told all the same.
  place.log.error({ site: siteId }, result.problem);
  return null;
}

/** Evidence nobody can sign is still evidence: it is kept without. */
async function signing(place: Workplace): Promise<Sign | null> {
  try {
    const key = await instanceKey(place.options.data);
    return (manifest) => signMessage(key, manifest, NAMESPACES.evidence);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    place.log.error({}, `The evidence is kept without a signature: ${reason}`);
    return null;
  }
}

/** Members stand in a folder named for their kind of check. */
function merged(inspections: readonly Inspection[]): Exhibits {
  return {
    pictures: inspections.flatMap(({ exhibits }) => exhibits.pictures),
    resolvers: inspections.flatMap(({ exhibits }) => exhibits.resolvers),
    texts: inspections.flatMap(({ exhibits }) => exhibits.texts),
    exchanges: inspections.flatMap(({ exhibits }) => exhibits.exchanges ?? []),
    members: inspections.flatMap(({ target, exhibits }) =>
      exhibits.members.map(({ name, artifact }) => ({ name: inFolder(target.kind, name), artifact })),
    ),
  };
}

function inFolder(kind: string, name: string): string {
  return name.startsWith(`${kind}/`) ? name : `${kind}/${name}`;
}
