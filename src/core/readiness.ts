/** The look before a live event: what would keep an attack on it from being seen or told, said while there is time. Pure. */
import type { State } from './model.js';
import { moment } from './words.js';

/** An event is looked at so long before it begins. */
export const EVE_MS = 3_600_000;
/** A drill, and a receiver that answered, prove something for a day. */
const PROOF_MS = 86_400_000;
const NAMES_SHOWN = 5;

/** An event that begins soon, or has begun, and what is known of those who watch it. Times in epoch milliseconds. */
export interface Eve {
  readonly eventId: string;
  readonly from: number;
  /** The newest verdict on each target; null where there is none. */
  readonly targets: readonly { readonly targetId: string; readonly state: State | null }[];
  /** When a receiver took a message or answered last, and when a drill reached one. */
  readonly provenAt: number | null;
  readonly drilledAt: number | null;
}

/** @returns a clause for each thing that is not as it should be, with what to do about it. */
export function shortcomings({ eventId, from, targets, provenAt, drilledAt }: Eve, at: number): readonly string[] {
  // From its beginning on the incidents of its sites speak for themselves; what nobody can verify still speaks for nobody.
  const isUnready = (state: State | null): boolean =>
    state === null || state === 'unverified' || (at < from && state !== 'intact');
  const unready = targets.filter(({ state }) => isUnready(state));
  const names = unready.map(({ targetId, state }) => `${targetId} ${state ?? 'never looked at'}`).slice(0, NAMES_SHOWN);
  const more = unready.length > NAMES_SHOWN ? [`${unready.length - NAMES_SHOWN} more`] : [];
  const isOld = (time: number | null): boolean => (time ?? 0) < from - PROOF_MS;
  return [
    ...(unready.length > 0 ? [`not green: ${[...names, ...more].join(', ')} (siteward check --event ${eventId})`] : []),
    ...(isOld(provenAt) ? ['no receiver answered in the 24 h before it (siteward doctor)'] : []),
    ...(isOld(drilledAt) ? ['no drill reached anybody in the 24 h before it (siteward drill)'] : []),
  ];
}

/** One sentence about all events that are not ready; null where none is. */
export function unreadiness(eves: readonly Eve[], at: number): string | null {
  const said = eves.flatMap((eve) => {
    const missing = shortcomings(eve, at);
    const verb = at < eve.from ? 'begins' : 'began';
    return missing.length === 0 ? [] : [`Event ${eve.eventId} ${verb} at ${moment(eve.from)}: ${missing.join('; ')}`];
  });
  return said.length === 0 ? null : `${said.join('. ')}.`;
}
