import { describe, expect, it } from 'vitest';
import { nagiosLine } from '../../../src/cli/report/nagios.js';
import { inspected, inspection, intact, sampleRun, unverified, verdict } from './sample.js';

describe('the line of a Nagios plugin', () => {
  it('names the worst sites and gives times and counts', () => {
    const line = nagiosLine(sampleRun());
    expect(line).toMatch(
      /^SITEWARD CRITICAL: 3 of 4 sites in trouble \(2 altered, 1 not verified, 1 intact\): live: The title/,
    );
    expect(line).toContain(
      " | 'time'=4.210s;;;0 'intact'=1;;;0;4 'altered'=2;;;0;4 'unreachable'=0;;;0;4 'unverified'=1;;;0;4 'live'=1.830s;;;0",
    );
  });

  it.each([
    ['OK', [intact()]],
    ['UNKNOWN', [intact(), unverified()]],
    ['WARNING', [inspected('a', [inspection('a', 'page', verdict('altered', { severity: 'warning' }))])]],
    ['CRITICAL', [inspected('a', [inspection('a', 'page', verdict('unreachable'))])]],
    ['UNKNOWN', []],
  ])('says %s in the word of its exit code', (word, sites) => {
    expect(nagiosLine(sampleRun(sites))).toMatch(new RegExp(`^SITEWARD ${word}: `));
  });

  it('gives a site that is called like a total a label of its own', () => {
    const line = nagiosLine(sampleRun([inspected('time', [inspection('time', 'page', verdict('intact'))])]));
    expect(line.match(/'time'=/g)).toHaveLength(1);
    expect(line).toContain("'site_time'=0.640s");
  });

  it('stays short however many sites are in trouble', () => {
    const sites = Array.from({ length: 40 }, (_, index) =>
      inspected(`s${index}`, [inspection(`s${index}`, 'page', verdict('unreachable', { summary: 'x'.repeat(5000) }))]),
    );
    const [message = ''] = nagiosLine(sampleRun(sites)).split('|');
    expect(message.length).toBeLessThan(1500);
    expect(message).toContain('and 35 more');
  });
});
