import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../../src/cli/report/next-steps.js';
import { DIAGNOSES } from '../../../src/core/model.js';
import { inspected, inspection, intact, unverified, verdict } from './sample.js';

describe('what to do now', () => {
  it.each(DIAGNOSES)('is said for a site that is %s', (diagnosis) => {
    const steps = nextSteps(inspected('live', [inspection('live', 'page', verdict('altered', { diagnosis }))]));
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThanOrEqual(4);
  });

  it('is to take a baseline where there is none, and to ask the doctor where looking failed', () => {
    expect(nextSteps(unverified())[0]?.command).toBe('siteward baseline capture shop');
    const blind = verdict('unverified', {
      failures: [{ blame: 'monitor', code: 'no-browser', detail: 'No browser.' }],
    });
    expect(nextSteps(inspected('live', [inspection('live', 'page', blind)]))[0]?.command).toBe('siteward doctor');
  });

  it('is nothing for an intact site', () => {
    expect(nextSteps(intact())).toEqual([]);
  });
});
