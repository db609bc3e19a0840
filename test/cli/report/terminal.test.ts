import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { terminalReport } from '../../../src/cli/report/terminal.js';
import { widthOf } from '../../../src/cli/report/text.js';
import {
  ARABIC,
  defaced,
  finding,
  inspected,
  inspection,
  intact,
  PERSIAN,
  redirected,
  sampleRun,
  unverified,
  verdict,
} from './sample.js';

const PLAIN = { width: 80, color: false };

describe('the table of check', () => {
  it('says of every site in a line what it is and which checks ran, with a mark and words', () => {
    const lines = terminalReport(sampleRun(), PLAIN).split('\n');
    expect(lines).toContain('  ✗ live      altered: defaced         ✗ page 1.8s  ✓ dns 0.3s  ✓ tls 0.1s');
    expect(lines).toContain('  ✗ register  altered: DNS redirected  ✓ page 1.2s  ✗ dns 0.9s  ✓ tls 0.1s');
    expect(lines).toContain('  ? shop      not verified             ? page 1.4s  ✓ dns 0.3s');
    expect(lines).toContain('  ✓ home      intact                   ✓ page 1.2s  ✓ dns 0.3s  ✓ tls 0.1s');
  });

  it('shows findings worst first with what was expected and what came', () => {
    const text = terminalReport(sampleRun([defaced()]), PLAIN);
    expect(text.indexOf('page/title-replaced')).toBeLessThan(text.indexOf('page/script-origin-new'));
    expect(text).toContain(`  expected  \u2068${PERSIAN}\u2069`);
    expect(text).toContain(`\u2068Hacked by Gh0st Crew – ${ARABIC}\u2069`);
    expect(text).toContain('  where     head > title');
    expect(text).toContain('  evidence  data/evidence/live/01K0CE8V2M/');
    expect(text).toContain('siteward baseline capture live');
  });

  it('shows the resolvers that disagree and not the others', () => {
    const text = terminalReport(sampleRun([redirected()]), PLAIN);
    expect(text).toContain('2 of 5 resolver answers disagree');
    expect(text).toMatch(/isp +udp +A +REDIRECT_BOGON 97 % +10\.10\.34\.35/);
    expect(text).toMatch(/mobile-carrier +udp +A +BLOCK_NX 80 % +NXDOMAIN/);
    expect(text).not.toContain('quad9');
  });

  it('says why a site could not be verified and what to do', () => {
    const text = terminalReport(sampleRun([unverified()]), PLAIN);
    expect(text).toContain('? page    shop: nothing was ever approved for page');
    expect(text).toContain('siteward baseline capture shop');
    expect(text).toContain(' NOT VERIFIED ');
  });

  it.each([
    ['GO', [intact()], / GO {3}1 intact, in 4\.2 s/],
    ['NO-GO', [intact(), defaced()], / NO-GO {3}2 sites: 1 altered, 1 intact, in 4\.2 s/],
    ['NOT VERIFIED', [intact(), unverified()], / NOT VERIFIED {3}2 sites: 1 not verified, 1 intact, in 4\.2 s/],
    ['NOT VERIFIED of nothing', [], / NOT VERIFIED {3}.*no site was looked at/],
  ])('ends in one word: %s', (_, sites, line) => {
    expect(terminalReport(sampleRun(sites), PLAIN).trimEnd().split('\n').at(-1)).toMatch(line);
  });

  it('marks a warning beside an unverified check as not verified, not as a mere warning', () => {
    const half = inspected('a', [
      inspection('a', 'page', verdict('altered', { severity: 'warning', diagnosis: 'changed' })),
      inspection('a', 'dns', verdict('unverified')),
    ]);
    expect(terminalReport(sampleRun([half]), PLAIN)).toContain(
      '  ? a  altered: content changed  ⚠ page 0.6s  ? dns 0.6s',
    );
  });

  it.each([60, 80, 200])('stays within %i columns, but for commands and paths that are there to be copied', (width) => {
    const lines = terminalReport(sampleRun(), { width, color: true }).split('\n');
    for (const line of lines) {
      if (!/siteward (baseline|dns|check)|BLOCK_NX|REDIRECT_BOGON/.test(line))
        expect(widthOf(line)).toBeLessThan(width);
    }
  });

  it('says how many findings it left out', () => {
    const findings = Array.from({ length: 20 }, (_, index) => finding(`page/number-${index}`));
    const many = inspected('a', [inspection('a', 'page', verdict('altered', { findings }))]);
    expect(terminalReport(sampleRun([many]), PLAIN)).toContain('and 12 more');
  });

  it('has colours only when asked, and says the same without them', () => {
    const bare = terminalReport(sampleRun(), PLAIN);
    const colored = terminalReport(sampleRun(), { width: 80, color: true });
    expect(bare).not.toContain('\u001b');
    expect(stripVTControlCharacters(colored)).toBe(bare);
  });
});
