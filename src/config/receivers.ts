/** The receivers of settings.yaml, each understood by its own kind of notifier. Pure. */
import * as z from 'zod';
import type { Notifier } from '../notify/notifier.js';
import type { Problem, Receiver } from './config.js';
import { listed, parsePart, suggestion } from './problems.js';
import { RECEIVER } from './settings-schema.js';
import type { Path, Source } from './source.js';

const HEAD = z.looseObject({ ...RECEIVER, kind: z.string() });

export function parseReceivers(entries: readonly unknown[], notifiers: readonly Notifier[], source: Source) {
  const receivers: Receiver[] = [];
  const problems: Problem[] = [];
  const kinds = notifiers.map((notifier) => notifier.kind);
  for (const [index, entry] of entries.entries()) {
    const path = ['receivers', index];
    const head = parsePart(HEAD, entry, source, path);
    if ('problems' in head) {
      problems.push(...head.problems);
      continue;
    }
    const { id: receiverId, kind, ...own } = head.data;
    const notifier = notifiers.find((candidate) => candidate.kind === kind);
    if (!notifier) {
      const written = source.written([...path, 'kind']) ?? '';
      const message = `no receivers of kind "${written}" in this version; there is ${listed(kinds)}`;
      problems.push(source.problem([...path, 'kind'], message + suggestion(written, kinds)));
      continue;
    }
    const strict = notifier.settings instanceof z.ZodObject ? notifier.settings.strict() : notifier.settings;
    const settings = parsePart<unknown>(strict, own, source, path);
    if ('problems' in settings) problems.push(...settings.problems);
    else receivers.push({ id: receiverId, kind, settings: settings.data });
  }
  return { receivers, problems };
}

/** Names in a list of receivers that no receiver has. */
export function unknownReceivers(
  names: readonly unknown[],
  ids: ReadonlySet<string>,
  path: Path,
  source: Source,
): Problem[] {
  return names.flatMap((name, index) => {
    if (typeof name !== 'string' || ids.has(name)) return [];
    const written = source.written([...path, index]) ?? '';
    const message = `no receiver "${written}" in settings.yaml${suggestion(written, [...ids])}`;
    return [source.problem([...path, index], message)];
  });
}
