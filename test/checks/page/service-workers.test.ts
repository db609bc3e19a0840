import { describe, expect, it } from 'vitest';
import { pageEvidence } from '../../../src/checks/page/evidence.js';
import { combine } from '../../../src/checks/page/volatility.js';
import { lookAt, reading, settingsFor, URL_OF_SITE } from './looks.js';

type Workers = readonly (readonly [scope: string, script: string])[];

const looking = (workers: Workers | null) =>
  lookAt({
    view: workers
      ? {
          serviceWorkers: workers.map(([scope, script]) => ({
            scope: URL_OF_SITE + scope,
            script: URL_OF_SITE + script,
          })),
        }
      : {},
  });
const told = (before: Workers | null, now: Workers | null, content: 'living' | 'frozen' = 'living') =>
  reading(looking(now), looking(before), settingsFor(content)).findings.map(
    ({ code, severity }) => `${severity} ${code}`,
  );

const OWN = ['', 'sw.js'] as const;
const ADDED = 'page/service-worker-added';

describe('a service worker', () => {
  it.each<readonly [what: string, before: Workers | null, now: Workers | null, told: string[]]>([
    ['that was approved', [OWN], [OWN], []],
    ['that is gone', [OWN], [], []],
    ['where there was none', [], [OWN], [ADDED]],
    ['with another script', [OWN], [['', 'wp-content/uploads/x.js']], [ADDED]],
    ['with a wider scope', [['app/', 'sw.js']], [OWN], [ADDED]],
    ['beside the approved one', [OWN], [OWN, ['shop/', 'x.js']], [ADDED]],
    ['with a new build hash', [['', 'sw.3fa9b2c1.js']], [['', 'sw.77aa10ce.js']], []],
    ['that the baseline could not know of', null, [OWN], []],
  ])('%s', (_, before, now, expected) => {
    expect(told(before, now)).toEqual(expected.map((code) => `warning ${code}`));
    expect(told(before, now, 'frozen')).toEqual(expected.map((code) => `critical ${code}`));
  });

  it('that registered in one sample only is part of the baseline', () => {
    const baseline = combine([looking([]), looking([OWN]), looking([])]);
    expect(pageEvidence.safeParse(baseline).success).toBe(true);
    expect(reading(looking([OWN]), baseline, settingsFor('frozen')).findings).toEqual([]);
  });
});
