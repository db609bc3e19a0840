/** A view that was looked at but never approved cannot be judged: that is said, not passed over. */
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';

export const coverage: PageComparer = {
  name: 'coverage',
  compare: (actual, accepted, settings) => {
    if (accepted.length === 0) return [];
    const approved = new Set(accepted.flatMap(({ views }) => views.flatMap((v) => (v.shown ? [v.viewport.name] : []))));
    const unknown = actual.views.filter(({ shown, viewport }) => shown && !approved.has(viewport.name));
    return unknown.map(({ viewport: { name } }) =>
      finding('page/not-in-baseline', settings, {
        summary: `The ${name} view has no accepted picture or text to compare with.`,
        where: name,
      }),
    );
  },
};
