/** News that nobody took yet. */
import type { Kysely } from 'kysely';
import { type Unheard, UnreadableRow } from './store.js';
import { parseTransition, type Tables } from './tables.js';

const MOST = 100;
/** What begins or goes on; notes and ends need no second way. */
const NEWS = ['suspected', 'opened', 'worsened', 'relapsed', 'reopened', 'escalated', 'unmuted', 'unacknowledged'];

/** Of transitions owed in that span those that no receiver took a message of, nor of a later one; with everybody owed it. */
export async function unheardBetween(db: Kysely<Tables>, from: number, by: number): Promise<readonly Unheard[]> {
  const rows = await db
    .selectFrom('transitions as transition')
    .selectAll('transition')
    .where('transition.at', '>=', from)
    .where('transition.at', '<=', by)
    .where('transition.change', 'in', NEWS)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('deliveries as owed')
          .select('owed.key')
          .whereRef('owed.incident_id', '=', 'transition.incident_id')
          .whereRef('owed.seq', '=', 'transition.seq')
          .where('owed.state', 'in', ['pending', 'given-up']),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries as heard')
            .select('heard.key')
            .whereRef('heard.incident_id', '=', 'transition.incident_id')
            .whereRef('heard.seq', '>=', 'transition.seq')
            // Of several addresses of one receiver one is somebody.
            .where(({ or, eb }) => or([eb('heard.state', '=', 'delivered'), eb('heard.accepted', '!=', '[]')])),
        ),
      ),
    )
    // The newest first: what has waited long was told to everybody by now.
    .orderBy('transition.at', 'desc')
    .limit(MOST)
    .execute();
  return Promise.all(
    rows.filter(isReadable).map(async (row) => {
      const owed = await db
        .selectFrom('deliveries')
        .select('receiver')
        .where('incident_id', '=', row.incident_id)
        .where('seq', '=', row.seq)
        .orderBy('receiver')
        .execute();
      return { transition: parseTransition(row), owed: owed.map(({ receiver }) => receiver) };
    }),
  );
}

/** One that cannot be read is said where the message is owed (outbox.ts). */
function isReadable(row: Parameters<typeof parseTransition>[0]): boolean {
  try {
    parseTransition(row);
    return true;
  } catch (error) {
    if (error instanceof UnreadableRow) return false;
    throw error;
  }
}
