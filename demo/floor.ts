/** One demo at a time on a machine: its addresses and its output folder are always the same. */
import { once } from 'node:events';
import { createServer } from 'node:net';

export class OccupiedError extends Error {}

/** Held until the process ends, however it ends. @throws OccupiedError when another demo holds it. */
export async function takeTheFloor(address: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new OccupiedError('another demo is running on this machine; let it end first', { cause });
  }
  server.unref();
}
