/** For `doctor`: whether the way to a receiver is open, without telling it anything. */
import type { Post } from './deliver.js';
import { SendError } from './notifier.js';

const DEADLINE_MS = 40_000;

/** One sentence. Throws SendError with the fix. @param id as in settings.yaml. */
export async function examineReceiver(id: string, post: Pick<Post, 'receivers' | 'notifiers' | 'io'>): Promise<string> {
  const receiver = post.receivers.find((candidate) => candidate.id === id);
  const notifier = post.notifiers.find(({ kind }) => kind === receiver?.kind);
  if (!receiver || !notifier) throw new SendError(`settings.yaml has no receiver "${id}" of a known kind`, false);
  const signal = AbortSignal.any([post.io.signal, AbortSignal.timeout(DEADLINE_MS)]);
  return `${receiver.kind}: ${await notifier.examine(receiver.settings, { ...post.io, signal })}`;
}
