/** Whom else to tell when those who should hear of a critical incident cannot be reached. Pure. */
import { alertKey } from '../core/alerting.js';
import type { Alert } from '../core/model.js';
import type { Unheard } from '../store/store.js';

/** So long one receiver of a critical alert is waited for. */
export const HEARD_WITHIN_MS = 30_000;

/** An alert for every receiver that was not owed one of this transition. */
export function alternates(unheard: readonly Unheard[], receivers: readonly string[]): Alert[] {
  return unheard
    .filter(({ transition }) => transition.incident.severity === 'critical')
    .flatMap(({ transition, owed }) =>
      receivers
        .filter((receiver) => !owed.includes(receiver))
        .map((receiver) => ({
          key: alertKey(transition, receiver),
          receiver,
          reason: `nobody it was meant for took it within ${HEARD_WITHIN_MS / 1000} s (${owed.join(', ')})`,
          transition,
        })),
    );
}
