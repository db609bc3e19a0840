/** Whether judging a look takes so long that other sites should not wait for it: pictures to compare, or much markup. */
import type { PageEvidence } from './evidence.js';

/** Reading markup takes about 30 ms a megabyte and more when it is meant to take long. */
const MUCH_MARKUP = 300_000;

export function isHeavy({ raw, views, visitors = [] }: PageEvidence, accepted: readonly PageEvidence[]): boolean {
  const answers = [raw, ...visitors.flatMap((visitor) => visitor.raw ?? [])];
  const markup = answers.reduce((sum, { body }) => sum + (body?.bytes.byteLength ?? 0), 0);
  if (markup > MUCH_MARKUP) return true;
  const known = new Set(accepted.flatMap((one) => one.views.map(({ shown }) => shown?.screenshot.sha256)));
  return views.some(
    ({ shown }) =>
      shown &&
      (shown.html.bytes.byteLength > MUCH_MARKUP || (accepted.length > 0 && !known.has(shown.screenshot.sha256))),
  );
}
