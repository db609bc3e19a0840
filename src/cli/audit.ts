/** `audit`: what was decided, by whom and why, as a chain that shows what was taken out of it. */
import { writeFile } from 'node:fs/promises';
import { type AuditRecord, brokenAt, shortHead } from '../core/audit.js';
import { oneLine } from '../core/plain-text.js';
import { reasonOf } from '../store/folder.js';
import type { Store } from '../store/store.js';
import { jsonText } from './report/check-json.js';
import { isolated, paint } from './report/text.js';
import { CommandError, type Terminal } from './workplace.js';

/** @returns 0: the trail is whole; 2: it is not. */
export async function runAudit(
  options: { readonly export?: string | undefined; readonly head?: string | undefined },
  store: Pick<Store, 'trail'>,
  terminal: Terminal,
): Promise<number> {
  const records = await store.trail();
  const broken = brokenAt(records, options.head ?? null);
  const newest = records.at(-1);
  const head = newest ? shortHead(newest) : null;
  if (options.export !== undefined) await exportTo(options.export, records);
  terminal.out(
    terminal.json
      ? jsonText({ schema: 'siteward/audit/1', head, broken, records: records.map(dated) })
      : table(records, broken, head, terminal),
  );
  return broken === null ? 0 : 2;
}

/** One record a line, oldest first, as `verify` reads it on another machine. */
async function exportTo(file: string, records: readonly AuditRecord[]): Promise<void> {
  try {
    await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''), { mode: 0o600 });
  } catch (error) {
    throw new CommandError(`The audit trail could not be written to ${file}: ${reasonOf(error)}.`, 3);
  }
}

function dated({ at, ...rest }: AuditRecord): object {
  return { ...rest, at: new Date(at).toISOString() };
}

function table(
  records: readonly AuditRecord[],
  broken: ReturnType<typeof brokenAt>,
  head: string | null,
  terminal: Terminal,
): string {
  const style = paint(terminal.color);
  if (records.length === 0 && broken === null) return '\n  Nothing was decided yet.\n';
  const lines = records.map(({ seq, at, actor, action, subject, detail }) => {
    const when = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    const words = [actor, action, subject, detail].map((text) => isolated(oneLine(text, 200)));
    return `  ${style('dim', `${seq}  ${when}`)}  ${words.join('  ')}`;
  });
  const verdict =
    broken === null
      ? style('green', `The trail is whole. Its head is ${head}.`)
      : style(['red', 'bold'], `Record ${broken.seq} ${broken.wrong}: do not believe this trail.`);
  return `\n${lines.join('\n')}\n\n  ${verdict}\n`;
}
