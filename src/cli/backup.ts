/** `backup`: the database in one file, for the day it is damaged or gone. */
import { shortHead } from '../core/audit.js';
import { backUp } from '../store/backup.js';
import { jsonText } from './report/check-json.js';
import { isolated } from './report/text.js';
import type { Workplace } from './workplace.js';

export async function runBackup(file: string, { config, options, terminal }: Workplace): Promise<number> {
  const { bytes, head, file: path } = await backUp(config.settings.store.url, options.data, file);
  const trail = head && shortHead(head);
  terminal.out(
    terminal.json
      ? jsonText({ schema: 'siteward/backup/1', file: path, bytes, auditHead: trail })
      : `
  ${isolated(path)}: ${Math.ceil(bytes / 1024)} KiB, read back and sound; the audit trail stands at ${trail ?? 'its beginning'}.
  To go back to it: stop siteward watch, put it in the place of the database (and no -wal or -shm file beside it), start again.
  Baselines and configuration are not in it: keep those in version control. The evidence is in ${isolated(options.data)}.
`,
  );
  return 0;
}
