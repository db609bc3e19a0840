import { describe, expect, it } from 'vitest';
import { type BaselineStatus, baselineReport, baselineTable } from '../../../src/cli/report/baseline-table.js';
import { STARTED_AT } from './sample.js';

const approved = { by: 'Mina', at: STARTED_AT, note: '' };
const ROWS: readonly BaselineStatus[] = [
  { site: 'home', kinds: ['page', 'dns'], looks: { page: 2, dns: 1 }, approved, candidate: null, tampered: [] },
  {
    site: 'live',
    kinds: ['page'],
    looks: { page: 1 },
    approved,
    candidate: { at: STARTED_AT, kinds: ['page'] },
    tampered: [],
  },
  { site: 'shop', kinds: [], looks: {}, approved: null, candidate: null, tampered: [] },
  {
    site: 'old',
    kinds: ['page'],
    looks: { page: 1 },
    approved,
    candidate: null,
    tampered: ['dom.html does not match its hash'],
  },
];

describe('the table of baselines', () => {
  it('marks each site by what has to be done about it', () => {
    const lines = baselineTable(ROWS, { width: 100, color: false }).split('\n');
    expect(lines).toContain('  ✓ home  approved: page (2 looks), dns · 2026-07-17 15:30:00 UTC by Mina');
    expect(lines).toContain('  ⚠ live  approved: page · 2026-07-17 15:30:00 UTC by Mina');
    expect(lines).toContain('          review with: siteward baseline diff live');
    expect(lines).toContain('  ? shop  nothing approved');
    expect(lines).toContain('          start with: siteward baseline capture shop');
    expect(lines).toContain('  ✗ old   tampered: dom.html does not match its hash');
  });

  it('says what to do when there is no site', () => {
    expect(baselineTable([], { width: 80, color: false })).toContain('siteward add URL');
  });

  it('says the same as a document', () => {
    expect(baselineReport(ROWS)).toMatchObject({
      schema: 'siteward/baselines/1',
      sites: [
        {
          id: 'home',
          looks: { page: 2, dns: 1 },
          approved: { by: 'Mina', at: '2026-07-17T15:30:00.000Z' },
          candidate: null,
        },
        { id: 'live', candidate: { kinds: ['page'] } },
        { id: 'shop', approved: null },
        { id: 'old', tampered: ['dom.html does not match its hash'] },
      ],
    });
  });
});
