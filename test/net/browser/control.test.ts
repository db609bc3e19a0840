/** An honest page on a machine that is overloaded is nobody's incident. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ProbeFailure } from '../../../src/checks/check.js';
import { Control } from '../../../src/net/browser/control.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { browserFor, requestFor } from './support.js';

/** How a control page is judged that takes these times, one after the other. */
async function paces(...took: readonly number[]): Promise<string[]> {
  let now = 0;
  const control = new Control(() => now);
  const seen: string[] = [];
  for (const ms of took) {
    const show = async () => {
      now += ms;
      return true;
    };
    seen.push(await control.pace(show));
  }
  return seen;
}

describe('a control page', () => {
  it.each([
    ['is shown at once on an idle machine', [120, 200, 90], ['at once', 'at once', 'at once']],
    ['may take a moment longer', [120, 1_400], ['at once', 'at once']],
    ['is slow where it takes many times as long', [120, 1_600, 130], ['at once', 'slowly', 'at once']],
    ['is slow the first time too, and no measure for the next', [3_000, 3_000], ['slowly', 'slowly']],
    ['is measured by what the machine can do', [900, 3_000, 4_600], ['at once', 'at once', 'slowly']],
  ])('%s', async (_, took, expected) => {
    expect(await paces(...took)).toEqual(expected);
  });

  it('that is not shown is not shown, however fast that was found out', async () => {
    expect(await new Control(() => 0).pace(async () => false)).toBe('not at all');
  });
});

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin({ '/loop': '<h1>words</h1><script>setTimeout(() => { for (;;); }, 300)</script>' });
});
afterAll(() => origin.close());

test.each([
  ['the machine is overloaded', 2_000, { blame: 'monitor', code: 'render-timeout' }],
  ['the page resists', 1, { blame: 'target', code: 'render-timeout', diagnosis: 'denied' }],
])(
  'where a page cannot be shown and the clock says that %s',
  async (_, tick, expected) => {
    let now = 0;
    const clock = () => {
      now += tick;
      return now;
    };
    const browser = browserFor({ now: clock });
    try {
      const error = await browser.capture(requestFor(`${origin.url}/loop`)).catch((reason: unknown) => reason);
      expect(error instanceof ProbeFailure ? error.failure : error).toMatchObject(expected);
    } finally {
      await browser.close();
    }
  },
  90_000,
);
