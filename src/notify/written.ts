/** The message with its pictures, made on a thread of its own where there is one: a page's pictures are heavy. */
import type { Alert, Site } from '../core/model.js';
import { compose } from './message.js';
import type { Message } from './notice.js';
import type { NotifyIo, Proof } from './notifier.js';

/** Where the thread fails it goes out without pictures: a page must not be able to keep its alert from us. */
export async function written(
  alert: Alert,
  site: Site,
  proof: Proof,
  { compose: elsewhere }: NotifyIo,
): Promise<Message> {
  if (!elsewhere) return compose(alert, site, proof);
  return await elsewhere(alert, site, proof).catch(() => compose(alert, site, { ...proof, pictures: [] }));
}
