import { describe, expect, it } from 'vitest';
import { CRASH_POINTS, crashAt, noCrash, pointAfter } from '../../src/core/crash-points.js';

describe('a crash point', () => {
  it('kills at that point only, at the n-th coming', () => {
    let deaths = 0;
    const crash = crashAt('send/accepted:2', () => void deaths++);
    crash('settle/begin');
    crash('send/accepted');
    expect(deaths).toBe(0);
    crash('send/accepted');
    expect(deaths).toBe(1);
    crash('send/accepted');
    expect(deaths).toBe(1);
  });

  it.each([undefined, ''])('does nothing without the variable (%s)', (wanted) => {
    expect(crashAt(wanted, () => expect.unreachable())).toBe(noCrash);
  });

  it.each(['nowhere', 'send/accepted:0', 'send/accepted:x', ':1'])('refuses %s', (wanted) => {
    expect(() => crashAt(wanted, () => undefined)).toThrow(/names no crash point/);
  });

  it('knows statements by their verb and table, whatever follows', () => {
    expect(pointAfter('insert into "verdicts" ("at") values (?)')).toBe('insert into "verdicts"');
    expect(pointAfter('create table "audit" ("seq" integer)')).toBe('create table "audit"');
    expect(pointAfter('select * from "verdicts"')).toBeNull();
    expect(pointAfter('insert into "unknown" values (1)')).toBeNull();
    const statements = CRASH_POINTS.filter((point) => point.endsWith('"'));
    expect(statements.map((point) => pointAfter(`${point} x`))).toEqual(statements);
  });
});
