import { describe, expect, it } from 'vitest';
import { exitCodeOf, worstSite } from '../../../src/cli/report/exit-code.js';
import type { Verdict } from '../../../src/core/model.js';
import { inspected, inspection, verdict } from './sample.js';

const intact = verdict('intact');
const notice = verdict('intact', { severity: 'notice' });
const warning = verdict('altered', { severity: 'warning' });
const critical = verdict('altered', { severity: 'critical' });
const unreachable = verdict('unreachable');
const unverified = verdict('unverified');

function siteWith(...verdicts: readonly Verdict[]) {
  return inspected(
    'live',
    verdicts.map((judged, index) => inspection('live', `kind${index}`, judged)),
  );
}

describe('the exit code of a run', () => {
  const rows: readonly (readonly [string, readonly Verdict[], number])[] = [
    ['everything intact is 0', [intact, intact], 0],
    ['a notice alone stays 0', [notice, intact], 0],
    ['a warning is 1', [warning, intact], 1],
    ['a check that could not be verified is 3', [intact, unverified], 3],
    ['a warning beside a check that could not be verified is 3', [warning, unverified], 3],
    ['critical is 2', [critical], 2],
    ['critical beside a check that could not be verified is 2', [unverified, critical], 2],
    ['unreachable is 2', [unreachable, intact], 2],
    ['unreachable beside a check that could not be verified is 2', [unreachable, unverified, warning], 2],
  ];

  it.each(rows)('of one site: %s', (_, verdicts, code) => {
    expect(exitCodeOf([siteWith(...verdicts)])).toBe(code);
  });

  it.each(rows)('of several sites: %s', (_, verdicts, code) => {
    expect(exitCodeOf([siteWith(intact), ...verdicts.map((judged) => siteWith(judged))])).toBe(code);
  });

  it('is 3 when no site was looked at, and for a site nothing was looked at of', () => {
    expect(exitCodeOf([])).toBe(3);
    expect(exitCodeOf([siteWith()])).toBe(3);
  });

  it('counts what the site as a whole is called, although every check of it is intact', () => {
    const tampered = inspected('live', [inspection('live', 'page', intact)], {
      state: 'altered',
      severity: 'critical',
    });
    expect(exitCodeOf([tampered])).toBe(2);
  });

  it('is decided by the site that is named the worst', () => {
    const [a, b, c] = [siteWith(warning), siteWith(unverified), siteWith(intact)];
    expect(worstSite([a, b, c])).toBe(b);
    expect(worstSite([c, a])).toBe(a);
    expect(worstSite([])).toBeNull();
  });
});
