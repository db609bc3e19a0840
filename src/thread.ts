/** The other end of threads.ts: does one job after the other and answers each. */
import { parentPort } from 'node:worker_threads';
import * as z from 'zod';
import { JOBS } from './jobs.js';

const Asked = z.object({ job: z.enum(['judge', 'exhibit', 'compose']), args: z.array(z.unknown()) });

parentPort?.on('message', (message: unknown) => {
  const { job, args } = Asked.parse(message);
  try {
    parentPort?.postMessage({ result: Reflect.apply(JOBS[job], null, args) });
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
