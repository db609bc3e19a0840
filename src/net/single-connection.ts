/** Lets undici speak HTTP over a connection that we made, and over no other. */
import type { Socket } from 'node:net';
import { OtherEndError } from './failures.js';

type Done = (...args: [null, Socket] | [Error, null]) => void;

/** Hands the connected socket to undici, which may not make another one. */
export function onlyOnce(socket: Socket): (options: unknown, done: Done) => void {
  let used = false;
  return (_options, done) => {
    const again = used;
    used = true;
    // undici expects the answer later, never from within the call.
    queueMicrotask(() => {
      if (again) done(new OtherEndError('connection-closed', 'closed the connection before it answered.'), null);
      else done(null, socket);
    });
  };
}
