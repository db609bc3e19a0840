import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Act, type AuditRecord, brokenAt, follows, shortHead } from '../../src/core/audit.js';

const act = (detail: string): Act => ({ at: 1000, actor: 'siteward', action: 'opened', subject: 'incident-1', detail });

function trail(...details: readonly string[]): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (const detail of details) records.push(follows(act(detail), records.at(-1) ?? null));
  return records;
}

describe('an audit trail', () => {
  const whole = trail('a', 'b', 'هک شد\u202e\0', 'd', 'e');
  const head = shortHead(whole[4] ?? { seq: 0, hash: '' });

  it('is sound as it was written, and empty', () => {
    expect(brokenAt(whole, head)).toBeNull();
    expect(brokenAt(whole, shortHead(whole[1] ?? { seq: 0, hash: '' }))).toBeNull();
    expect(brokenAt([], null)).toBeNull();
  });

  it('names the first record that was changed', () => {
    for (const [index, record] of whole.entries()) {
      for (const change of [{ at: 1 }, { actor: 'ada' }, { action: 'resolved' }, { subject: 'x' }, { detail: '' }]) {
        const bent = whole.with(index, { ...record, ...change });
        expect(brokenAt(bent, null)).toMatchObject({ seq: index + 1 });
      }
    }
  });

  it('names the first that is missing or out of its place', () => {
    expect(brokenAt(whole.toSpliced(2, 1), null)).toMatchObject({ seq: 3 });
    expect(brokenAt(whole.slice(1), null)).toMatchObject({ seq: 1 });
    expect(brokenAt([...whole.slice(0, 2), ...whole.slice(2).reverse()], null)).toMatchObject({ seq: 3 });
  });

  it('shows that its end was cut off only to who knows a head', () => {
    expect(brokenAt(whole.slice(0, 3), null)).toBeNull();
    expect(brokenAt(whole.slice(0, 3), head)).toMatchObject({ seq: 5 });
    expect(brokenAt([], head)).toMatchObject({ seq: 5 });
  });

  it('written anew from some record on does not fit the head it had', () => {
    const forged = [...whole.slice(0, 2)];
    for (const detail of ['x', 'd', 'e']) forged.push(follows(act(detail), forged.at(-1) ?? null));
    expect(brokenAt(forged, null)).toBeNull();
    expect(brokenAt(forged, head)).toMatchObject({ seq: 5 });
  });

  it('is not fooled by what stands in a record', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 }), ([a = '', b = '']) => {
        const [first, second] = trail(a, b);
        // Moving a border between two fields must give another hash.
        if (first && second && a !== '') {
          const moved = { ...first, subject: first.subject + a.slice(0, 1), detail: a.slice(1) };
          expect(brokenAt([moved, second], null)).toMatchObject({ seq: 1 });
        }
      }),
    );
  });
});
