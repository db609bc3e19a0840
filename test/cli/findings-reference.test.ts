import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.js';
import { findingsReference } from '../../src/cli/findings-reference.js';
import { DIAGNOSES } from '../../src/core/model.js';

describe('the reference of findings', () => {
  test('docs/findings.md is what the code says; `npm run reference` writes it', () => {
    const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
    expect(page).toBe(findingsReference(CHECKS));
  });

  test('every code is its kind’s own, listed once, and has a meaning and a remedy', () => {
    for (const { kind, codes } of CHECKS) {
      expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
      for (const { code, meaning, remedy, diagnosis } of codes) {
        expect(code.startsWith(`${kind}/`), code).toBe(true);
        expect(meaning.length * remedy.length, code).toBeGreaterThan(0);
        expect(DIAGNOSES).toContain(diagnosis);
      }
    }
  });
});
