/** What to do now: the advice that ends every report, from the diagnosis and what could not be seen. Pure. */
import { type Advice, adviceFor } from '../../core/words.js';
import type { SiteInspection } from '../../monitor.js';

/** For a site that is not intact: at most four steps, the most urgent first. Empty for an intact one. */
export function nextSteps(inspected: SiteInspection): readonly Advice[] {
  const { site, state, diagnosis } = inspected;
  const steps: Advice[] = [];
  if (state === 'altered' && diagnosis !== null) steps.push(...adviceFor(diagnosis, site));
  if (state === 'unreachable') steps.push(...adviceFor(diagnosis ?? 'down', site));
  if (lacksBaseline(inspected)) {
    steps.push({
      text: 'Take a baseline while the site is known to be genuine, and review it:',
      command: `siteward baseline capture ${site.id}`,
    });
    steps.push({
      text: 'Approve what you reviewed:',
      command: `siteward baseline approve ${site.id} --by YOUR-NAME`,
    });
  } else if (inspected.inspections.some(({ verdict }) => verdict.state === 'unverified')) {
    steps.push(...adviceFor('monitor-fault', site));
  }
  return distinct(steps).slice(0, 4);
}

function lacksBaseline(inspected: SiteInspection): boolean {
  return inspected.inspections.some(
    ({ verdict }) =>
      verdict.state === 'unverified' && verdict.failures.some(({ code }) => code.includes('no-baseline')),
  );
}

/** One step answers for the diagnosis and for what could not be seen. */
function distinct(steps: readonly Advice[]): Advice[] {
  return [...new Map(steps.map((step) => [`${step.text} ${step.command}`, step])).values()];
}
