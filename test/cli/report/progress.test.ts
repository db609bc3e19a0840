import { describe, expect, it } from 'vitest';
import { progress, progressLine } from '../../../src/cli/report/progress.js';
import { widthOf } from '../../../src/cli/report/text.js';

function run(mode: 'line' | 'lines' | 'none'): string {
  let text = '';
  const shown = progress(2, { write: (part) => (text += part), mode, width: 40, color: false });
  shown.began('live/page');
  shown.began('home/dns');
  shown.ended('live/page', { state: 'altered', severity: 'critical' }, 1830);
  shown.ended('home/dns', { state: 'intact', severity: null }, 300);
  shown.close();
  return text;
}

describe('progress', () => {
  it('rewrites one line on a terminal and leaves it empty', () => {
    const text = run('line');
    expect(text).not.toContain('\n');
    expect(text).toContain('0/2  looking at live/page, home/dns');
    expect(text).toContain('1/2  looking at home/dns');
    expect(text.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('is one plain line per target elsewhere', () => {
    expect(run('lines')).toBe('1/2  live/page  ✗ altered  1.8 s\n2/2  home/dns  ✓ intact  300 ms\n');
  });

  it('is nothing at all when quiet', () => {
    expect(run('none')).toBe('');
  });

  it('never wraps: a wrapped line cannot be rewritten', () => {
    const running = Array.from({ length: 30 }, (_, index) => `site-${index}/page`);
    expect(widthOf(progressLine(3, 90, running, 80))).toBeLessThan(80);
  });
});
