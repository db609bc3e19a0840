import { describe, expect, it } from 'vitest';
import { page } from '../../../src/checks/page/index.js';
import { lookAt, reading } from './looks.js';

const served = (...policies: string[]) =>
  lookAt({ headers: policies.map((value) => ['content-security-policy', value] as const) });
const STRICT = "default-src 'self'; script-src 'self' https://cdn.example; img-src *";
const told = (before: readonly string[], after: readonly string[]) =>
  reading(served(...after), served(...before)).findings;

describe('a Content-Security-Policy header', () => {
  it.each([
    ['is gone', []],
    ['lets scripts come from anywhere', [STRICT.replace("script-src 'self'", 'script-src *')]],
    ['lets inline scripts run', [STRICT.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")]],
    ['names another host', [STRICT.replace('cdn.example', 'cdn.example https://evil.example.net')]],
    ['opens what scripts fall back to', ["default-src 'self' data:"]],
    ['says nothing of scripts any more', ['img-src *']],
  ])('is told when it %s', (_name, after) => {
    expect(told([STRICT], after)).toMatchObject([{ code: 'page/policy-weakened', severity: 'warning' }]);
  });

  it.each([
    ['as it was', [STRICT], [STRICT]],
    ['stricter', [STRICT], [STRICT.replace(' https://cdn.example', '')]],
    ['another nonce', ["script-src 'nonce-a1'"], ["script-src 'nonce-b2'"]],
    ['joined by a second one', [STRICT], [STRICT, 'script-src *']],
    ['open to other pictures', [STRICT], [`${STRICT} data:`]],
    ['new', [], [STRICT]],
  ])('is nothing when it is %s', (_name, before, after) => {
    expect(told(before, after)).toEqual([]);
  });

  it('is kept in a baseline whose samples had other nonces, and compared', () => {
    const nonced = (nonce: string) =>
      `script-src 'nonce-${nonce}' 'strict-dynamic' 'unsafe-inline'; report-uri /r/${nonce}`;
    const accepted = page.combine([served(nonced('a1')), served(nonced('b2')), served(nonced('c3'))]);
    expect(reading(served(nonced('d4')), accepted).findings).toEqual([]);
    expect(reading(served(), accepted).findings).toMatchObject([{ code: 'page/policy-weakened' }]);
    // Without a nonce, what was there for old browsers only lets every script run.
    const opened = served("script-src 'unsafe-inline' 'strict-dynamic'");
    expect(reading(opened, accepted).findings).toMatchObject([{ code: 'page/policy-weakened' }]);
  });

  it('may be as open as any accepted answer', () => {
    const open = lookAt();
    expect(reading(open, [served(STRICT), open]).findings).toEqual([]);
  });
});
