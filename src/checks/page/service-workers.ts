/**
 * Service workers the page registers. One of them answers for the site in the browser of everybody who was there once,
 * for as long as it likes: who plants one keeps the visitors after the page itself was mended.
 */
import { addressOf } from './address.js';
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';
import type { PageEvidence, Shown } from './evidence.js';
import { quote } from './words.js';

type Worker = NonNullable<Shown['serviceWorkers']>[number];

export const serviceWorkers: PageComparer = {
  name: 'service-workers',
  compare: (actual, accepted, settings) => {
    const before = accepted.map(workersIn).filter((workers) => workers !== null);
    // Baselines from before there was such a list say nothing of it.
    if (before.length === 0) return [];
    const known = new Set(before.flat().map(keyOf));
    const added = (workersIn(actual) ?? []).filter((worker) => !known.has(keyOf(worker)));
    return [...new Map(added.map((worker) => [keyOf(worker), worker])).values()].map(({ scope, script }) => {
      const summary = `The page registers a service worker it did not register: ${quote(script, 100)} will answer for everything under ${quote(scope, 100)}, in the browsers of all who visited.`;
      return finding('page/service-worker-added', settings, { summary, actual: script, where: scope });
    });
  },
};

/** Of every view; null where none can say. */
export function workersIn({ views }: PageEvidence): Worker[] | null {
  const lists = views.flatMap(({ shown }) => (shown?.serviceWorkers ? [shown.serviceWorkers] : []));
  return lists.length === 0 ? null : lists.flat();
}

/** Registering takes its time after the page is there: what one sample saw all of them register. */
export function withWorkersOf(base: PageEvidence['views'], samples: readonly PageEvidence[]): PageEvidence['views'] {
  const all = samples.flatMap((sample) => workersIn(sample) ?? []);
  const unique = [...new Map(all.map((worker) => [keyOf(worker), worker])).values()];
  return base.map((view) =>
    view.shown?.serviceWorkers ? { ...view, shown: { ...view.shown, serviceWorkers: unique } } : view,
  );
}

function keyOf({ scope, script }: Worker): string {
  return `${addressOf(scope, scope).target} ${addressOf(script, script).target}`;
}
