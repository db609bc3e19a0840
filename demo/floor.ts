/** One demo at a time on a machine: its addresses are always the same. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 120_000;
const AGAIN_AFTER_MS = 500;

export class OccupiedError extends Error {}

/**
 * Held until the process ends, however it ends. Waits for another demo to end.
 * @param occupied is told once when there is somebody to wait for.
 * @throws OccupiedError when the other one does not end.
 */
export async function takeTheFloor(address: string, port: number, occupied: () => void): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let waited = false;
  while (!(await listens(address, port))) {
    if (performance.now() > end) throw new OccupiedError('another demo is running on this machine and does not end');
    if (!waited) occupied();
    waited = true;
    await pause(AGAIN_AFTER_MS);
  }
}

async function listens(address: string, port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  server.unref();
  return true;
}
