/**
 * File descriptors kept back for alerts. Whatever uses up all that this process may have (a leak, a storm of looks, a limit
 * set too low), the connection that tells of it must still be opened: it gets the place of one that was held for it.
 */
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

export interface SpareDescriptors {
  /** Gives up `count` of them for as long as the work lasts. */
  lend<T>(count: number, work: () => Promise<T>): Promise<T>;
  /** Takes back what there is. */
  refill(): void;
  /** Gives up all of them for good. */
  close(): void;
}

/** @param size how many; fewer are held while there are no more to be had */
export function spareDescriptors(size: number): SpareDescriptors {
  const held: number[] = [];
  let most = size;
  const giveUp = (count: number): void => {
    for (const descriptor of held.splice(0, count)) closeSync(descriptor);
  };
  const refill = (): void => {
    try {
      while (held.length < most) held.push(openSync(devNull, 'r'));
    } catch {
      // None is left: the end of the connection that has ours gives one back.
    }
  };
  refill();
  return {
    async lend(count, work) {
      giveUp(count);
      try {
        return await work();
      } finally {
        refill();
      }
    },
    refill,
    close() {
      most = 0;
      giveUp(held.length);
    },
  };
}
