/** A twentieth of what `npm run bench:hostile rebinding` tries. */
import { describe, expect, it } from 'vitest';
import { rebind, rebindTheUsualWay } from '../bench/hostile/rebinding.js';

describe('a name whose answers alternate between outside and inside', () => {
  it('leads nobody inside in 500 fetches', async () => {
    const { inside, outside, queries } = await rebind(500);
    expect(inside).toBe(0);
    expect(outside).toBeGreaterThan(200);
    expect(queries).toBeGreaterThanOrEqual(1_000);
  });

  it('leads inside whoever looks it up a second time, so that nought above is a proof', async () => {
    expect((await rebindTheUsualWay(90)).inside).toBeGreaterThan(0);
  });

  it('leads inside where that is allowed, so that somebody is there', async () => {
    expect((await rebind(30, ['127.91.0.0/24'])).inside).toBeGreaterThan(0);
  });
});
