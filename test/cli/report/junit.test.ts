import * as cheerio from 'cheerio';
import { describe, expect, it } from 'vitest';
import { junitReport } from '../../../src/cli/report/junit.js';
import { ARABIC, inspected, inspection, PERSIAN, sampleRun, verdict } from './sample.js';

describe('the JUnit file', () => {
  it('has a test case for every site and check', () => {
    const $ = cheerio.load(junitReport(sampleRun()), { xml: true });
    const names = $('testcase')
      .toArray()
      .map((element) => `${$(element).attr('classname')} ${$(element).attr('name')}`);
    expect(names).toEqual([
      'live page',
      'live dns',
      'live tls',
      'register page',
      'register dns',
      'register tls',
      'shop page',
      'shop dns',
      'home page',
      'home dns',
      'home tls',
    ]);
    expect($('testsuite').attr()).toMatchObject({
      tests: '11',
      failures: '2',
      errors: '1',
      time: '4.210',
      timestamp: '2026-07-17T15:30:00',
    });
  });

  it('calls what is altered a failure and what could not be verified an error', () => {
    const $ = cheerio.load(junitReport(sampleRun()), { xml: true });
    expect(
      $('testcase:has(failure)')
        .toArray()
        .map((element) => $(element).attr('name')),
    ).toEqual(['page', 'dns']);
    expect($('testcase:has(error)').attr('classname')).toBe('shop');
    expect($('failure').first().attr('type')).toBe('defaced');
  });

  it('holds Persian and Arabic byte for byte', () => {
    const text = junitReport(sampleRun());
    expect(text).toContain(`expected: ${PERSIAN}`);
    expect(text).toContain(ARABIC);
  });

  it('does not lose what belongs to no look', () => {
    const tampered = inspected('live', [inspection('live', 'page', verdict('intact'))], {
      state: 'altered',
      severity: 'critical',
    });
    const $ = cheerio.load(junitReport(sampleRun([tampered, inspected('empty', [])])), { xml: true });
    expect($('testsuite').attr()).toMatchObject({ tests: '3', failures: '1', errors: '1' });
    expect($('testcase[classname=live]:has(failure)').attr('name')).toBe('site');
    expect($('testcase[classname=empty]:has(error)')).toHaveLength(1);
  });
});
