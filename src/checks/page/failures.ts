/** What one look could not show, and whose fault that is. A verdict with one of these is never green. */
import type { Failure } from '../../core/model.js';
import type { PageEvidence } from './evidence.js';
import { isBotWall } from './walls.js';

export function failures(evidence: PageEvidence): readonly Failure[] {
  const { raw, views } = evidence;
  const url = raw.hops[0]?.url ?? 'the page';
  if (raw.failure) return [raw.failure];
  if (isWalledOff(evidence)) return [walled(url, raw.status)];
  if (raw.status !== null && raw.status >= 500) return [serverError(url, raw.status)];
  if (raw.status === 429) return [tooMany(url)];
  return views.flatMap(({ viewport, failure }) =>
    failure ? [{ ...failure, detail: `${failure.detail} The ${viewport.name} view was not compared.` }] : [],
  );
}

/** A bot wall, and no browser got past it either: nothing is known about the page. */
export function isWalledOff(evidence: PageEvidence): boolean {
  if (!isBotWall(evidence)) return false;
  return !evidence.views.some(({ shown }) => shown && shown.status !== null && shown.status < 400);
}

function walled(url: string, status: number | null): Failure {
  return {
    blame: 'monitor',
    code: 'bot-walled',
    detail: `${url} answered with a challenge for robots (${status ?? 'no status'}), so the page could not be verified; let the monitor's address through the wall.`,
    diagnosis: 'bot-walled',
  };
}

function serverError(url: string, status: number): Failure {
  return {
    blame: 'target',
    code: `http-${status}`,
    detail: `${url} answers with a server error (${status}) instead of the page; look at the web server.`,
    diagnosis: 'down',
  };
}

function tooMany(url: string): Failure {
  return {
    blame: 'monitor',
    code: 'rate-limited',
    detail: `${url} answers that we ask too often (429), so the page could not be verified; check it less often or let the monitor through.`,
    diagnosis: 'denied',
  };
}
