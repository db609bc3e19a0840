import { expect, test } from 'vitest';
import { checkReport, checkReportSchema } from '../../../src/cli/report/check-json.js';
import { htmlReport } from '../../../src/cli/report/html.js';
import { terminalReport } from '../../../src/cli/report/terminal.js';
import { sampleRun } from './sample.js';

const SCREEN = { width: 200, color: false };
const SAID = "Chromium's sandbox is off";

test('every report of a run without a sandbox says so, and no other', () => {
  for (const sandbox of ['off', 'required'] as const) {
    const run = { ...sampleRun(), sandbox };
    expect(terminalReport(run, SCREEN).includes(SAID)).toBe(sandbox === 'off');
    expect(htmlReport(run).replaceAll('&#39;', "'").includes(SAID)).toBe(sandbox === 'off');
    expect(checkReportSchema.parse(checkReport(run)).sandbox).toBe(sandbox);
  }
});
