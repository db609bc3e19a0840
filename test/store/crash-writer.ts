/** Run as a process of its own and killed without warning: writes entries for ever, says each once it is durable. */
import { openStore } from '../../src/store/open.js';
import { anAlert, anEntry, aRecord, aTransition } from '../contracts/samples.js';

const [dataDir, run] = process.argv.slice(2);
if (!dataDir || !run) throw new Error('usage: crash-writer DATA_DIR RUN');
const store = openStore('sqlite:siteward.db', dataDir);
await store.open();
for (let i = 0; ; i++) {
  const siteId = `run${run}-${i}`;
  const opened = aTransition('opened', { id: siteId, siteId });
  await store.record(
    anEntry(opened, {
      verdict: aRecord({ siteId, targetId: `${siteId}/page` }),
      alerts: [anAlert(opened, 'ops-mail'), anAlert(opened, 'pager')],
    }),
  );
  process.stdout.write(`${siteId}\n`);
}
