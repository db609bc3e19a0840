/** `watch --once`: every target one time through the whole pipeline, alerts included. */
import pLimit from 'p-limit';
import { siteInspection } from '../monitor.js';
import { passTime } from '../passing-time.js';
import { lostIn } from '../store/lost.js';
import { carried } from './carrying.js';
import { progressOutput } from './check.js';
import { checkReport, jsonText } from './report/check-json.js';
import { exitCodeOf } from './report/exit-code.js';
import { progress } from './report/progress.js';
import { terminalReport } from './report/terminal.js';
import { policyInForce } from './selection.js';
import { attend, concurrency, type Desk, deliver, storeProblemOf } from './watch-desk.js';
import { tellOfStore } from './watch-self.js';

const UNRECORDED = { state: 'unverified', severity: null } as const;

export async function watchOnce(desk: Desk): Promise<number> {
  const { place } = desk;
  const { now } = place.observatory;
  const startedAt = now();
  const { sites } = place.config;
  const shown = progress(
    sites.reduce((sum, site) => sum + site.targets.length, 0),
    progressOutput(place),
  );
  const limit = pLimit(concurrency());
  const inspected = await Promise.all(
    sites.map(async (site) => {
      const inspections = await Promise.all(
        site.targets.map((target) =>
          limit(async () => {
            shown.began(target.id);
            const inspection = await attend(desk, site, target);
            shown.ended(target.id, inspection?.verdict ?? UNRECORDED, inspection?.tookMs ?? 0);
            return inspection;
          }),
        ),
      );
      return siteInspection(
        site,
        inspections.flatMap((inspection) => inspection ?? []),
        null,
      );
    }),
  );
  shown.close();
  await passTime(desk.memory, (incident, at) => policyInForce(incident, place.config, at), now());
  // A process that ends remembers nothing: what the database does not take now is told and forgotten.
  await desk.store.proveWritable(now());
  await tellOfStore(desk);
  await carried(() => deliver(desk, 'pending'), desk.store, place);
  const { pending } = await desk.store.outbox();
  if (pending > 0) place.log.warn({ pending }, 'Alerts not accepted yet stay in the outbox; the next run retries them');
  const run = { version: place.version, startedAt, tookMs: now() - startedAt, sites: inspected };
  place.terminal.out(place.terminal.json ? jsonText(checkReport(run)) : terminalReport(run, place.terminal));
  const code = exitCodeOf(inspected);
  // What could not be recorded is not green, and what is critical stays so.
  return (storeProblemOf(desk) !== null || (await lostIn(place.options.data)).length > 0) && code !== 2 ? 3 : code;
}
