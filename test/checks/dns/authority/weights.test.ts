import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WEIGHTS } from '../../../../src/checks/dns/authority/weights.js';

test('docs/domain.md has every weight as the code has it', () => {
  const text = readFileSync(new URL('../../../../docs/domain.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gmu)].map(([, kind, points]) => [kind, Number(points)]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(WEIGHTS).map(([kind, { points }]) => [kind, points])),
  );
});
