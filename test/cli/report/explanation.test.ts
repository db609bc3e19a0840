import { describe, expect, it } from 'vitest';
import { checkReport, checkReportSchema } from '../../../src/cli/report/check-json.js';
import { explanationReport, explanationText } from '../../../src/cli/report/explanation.js';
import { widthOf } from '../../../src/cli/report/text.js';
import { GENUINE, lookAt, settingsFor } from '../../checks/page/looks.js';
import { ARABIC, finding, inspected, inspection, NO_EXHIBITS, STARTED_AT, target, verdict } from './sample.js';

const EVIL = `${ARABIC}\u001b[2J\u202e\r\nsecond line`;

function looked(html: string) {
  const outcome = { ok: true as const, evidence: lookAt({ html }) };
  const where = { ...target('live', 'page'), settings: settingsFor('living') };
  const found = finding('page/title-replaced');
  return inspected('live', [
    inspection('live', 'page', html === GENUINE ? verdict('intact') : verdict('altered', { findings: [found] }), {
      target: where,
      exhibits: NO_EXHIBITS,
      looks: 2,
      observation: { targetId: where.id, kind: 'page', version: 1, vantage: 'local', at: 0, tookMs: 0, outcome },
      baseline: { targetId: where.id, accepted: [{ version: 1, evidence: lookAt(), at: 0, by: 'x', note: '' }] },
    }),
  ]);
}

const defaced = looked(`<title>${EVIL}</title><h1>${EVIL}</h1>`);
const run = (sites: readonly ReturnType<typeof looked>[]) => ({
  version: '0',
  startedAt: STARTED_AT,
  tookMs: 1,
  sites,
});

describe('check --explain', () => {
  it('shows every comparer, what it measured and what it said, and how the verdict came', () => {
    const text = explanationText([defaced], { width: 100, color: false });
    expect(text).toMatch(/✗ live {2}page, seen from local: altered/);
    expect(text).toMatch(/! title +Does the page still say/);
    expect(text).toContain('page/title-replaced, critical, 85 % sure: The title was replaced');
    expect(text).toMatch(/· policy +Does the Content-Security-Policy/);
    expect(text).toContain('quiet; it speaks when the header is gone');
    expect(text).toMatch(/= weighed +by the rule “replaced”/);
    expect(text).toMatch(/= weight +page\/title-replaced: defaced, living critical, frozen critical, 85 % sure/);
    expect(text).toMatch(/= verdict +altered after 2 looks: page\/title-replaced is critical/);
  });

  it('says of an intact page why it is', () => {
    const text = explanationText([looked(GENUINE)], { width: 100, color: false });
    expect(text).toContain('intact after 2 looks: everything was seen');
    expect(text.match(/quiet; it speaks when/g)?.length).toBeGreaterThan(12);
  });

  it('keeps to the width and gives a hostile page no power over the terminal', () => {
    for (const width of [60, 120]) {
      const text = explanationText([defaced], { width, color: false });
      for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(width);
      expect(text).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e]/u);
      expect(text).toContain('تم اختراق');
    }
  });

  it('adds one key to the document of check, and only when asked', () => {
    const report = checkReportSchema.parse(checkReport(run([defaced]), explanationReport));
    const [why] = report.sites[0]?.explanation ?? [];
    expect(why).toMatchObject({ check: 'page', looks: 2, rule: { name: 'replaced' }, dropped: expect.any(Array) });
    expect(why?.comparers.map(({ name }) => name)).toContain('pixels');
    expect(why?.weights.find(({ code }) => code === 'page/replaced')).toMatchObject({ living: 'critical' });
    expect(JSON.stringify(checkReport(run([defaced])))).not.toContain('explanation');
  });
});
