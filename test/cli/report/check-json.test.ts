import { describe, expect, it } from 'vitest';
import { checkReport, checkReportSchema, jsonText } from '../../../src/cli/report/check-json.js';
import {
  ARABIC,
  CHINESE,
  defaced,
  finding,
  inspected,
  inspection,
  intact,
  PERSIAN,
  sampleRun,
  verdict,
} from './sample.js';

describe('the document of check --json', () => {
  it('passes its own schema, for every kind of site', () => {
    expect(checkReportSchema.parse(checkReport(sampleRun()))).toEqual(checkReport(sampleRun()));
    expect(checkReportSchema.parse(checkReport(sampleRun([])))).toMatchObject({
      state: 'unverified',
      exitCode: 3,
      sites: [],
    });
  });

  it('says what was found with every key of the contract', () => {
    const report = checkReport(sampleRun());
    expect(report).toMatchObject({
      schema: 'siteward/check/1',
      version: '0.1.0',
      startedAt: '2026-07-17T15:30:00.000Z',
      tookMs: 4210,
      exitCode: 2,
      state: 'altered',
      severity: 'critical',
    });
    expect(report.sites[0]).toMatchObject({
      id: 'live',
      url: 'https://event.example.org/live',
      state: 'altered',
      severity: 'critical',
      diagnosis: 'defaced',
      scope: 'global',
      confidence: 0.99,
      evidence: 'data/evidence/live/01K0CE8V2M/',
      checks: [
        { kind: 'page', vantage: 'local', state: 'altered', tookMs: 1830 },
        { kind: 'dns', vantage: 'local', state: 'intact', tookMs: 310 },
        { kind: 'tls', vantage: 'local', state: 'intact', tookMs: 92 },
      ],
    });
    expect(report.sites[0]?.findings[0]).toEqual({
      check: 'page',
      code: 'page/title-replaced',
      severity: 'critical',
      confidence: 0.99,
      vantage: 'local',
      summary: 'The title was replaced and claims that the site was hacked.',
      expected: PERSIAN,
      actual: `Hacked by Gh0st Crew – ${ARABIC}`,
      where: 'head > title',
    });
  });

  it('writes null where nothing is known, never a missing key', () => {
    const report = checkReport(sampleRun([intact()]));
    expect(report).toMatchObject({ exitCode: 0, state: 'intact', severity: null });
    expect(report.sites[0]).toMatchObject({
      severity: null,
      diagnosis: null,
      scope: null,
      confidence: null,
      evidence: null,
    });
    const bare = inspected('a', [inspection('a', 'page', verdict('altered', { findings: [finding('page/x')] }))]);
    expect(checkReport(sampleRun([bare])).sites[0]?.findings[0]).toMatchObject({
      expected: null,
      actual: null,
      where: null,
    });
  });

  it('exits 3 for a warning beside a check that could not be verified', () => {
    const half = inspected('a', [
      inspection('a', 'page', verdict('altered', { severity: 'warning' })),
      inspection('a', 'dns', verdict('unverified')),
    ]);
    expect(checkReport(sampleRun([half]))).toMatchObject({ exitCode: 3, state: 'altered', severity: 'warning' });
  });
});

describe('the text of a document', () => {
  it('holds Persian, Arabic and Chinese byte for byte', () => {
    const text = jsonText(checkReport(sampleRun([defaced(), inspected('zh', [], { summary: CHINESE })])));
    expect(text).toContain(PERSIAN);
    expect(text).toContain(ARABIC);
    expect(text).toContain(CHINESE);
  });

  it('has nothing in it that a terminal obeys, and still means the same', () => {
    const hostile = { value: 'a\u001b[31m\u009b2J\u202eb\u2028c\u007f\r\n\u0000', 'key\u202e': '\u2066' };
    const text = jsonText(hostile);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202E\u2066\u2028]/u);
    expect(JSON.parse(text)).toEqual(hostile);
  });
});
