/** Several commands write the same memory at once, as when people act while the daemon works. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newWorkplace, type Workplace } from '../support/siteward.js';

let place: Workplace;
beforeAll(() => {
  place = newWorkplace();
  place.settings('network: { only: [127.0.0.0/8] }\ndns: { resolvers: [] }\n');
  place.watchlist('version: 1\nsites:\n  - { id: live, url: "https://event.test/", checks: [page] }\n');
});
afterAll(() => place.remove());

const PEOPLE = ['Ada', 'Grace', 'مریم', '李娜'];

test('nobody is refused because somebody else writes, and the trail is whole', async () => {
  const silence = (by: string, reason: string) =>
    place.siteward('silence', '--site', 'live', '--for', '10m', '--by', by, '--reason', reason);
  await silence('first', 'makes the database');
  const all = await Promise.all(PEOPLE.flatMap((by) => [silence(by, 'one'), silence(by, 'two')]));
  for (const { code, stderr } of all) expect(code, stderr).toBe(0);
  const { code, stdout } = await place.siteward('--json', 'audit');
  const { records } = JSON.parse(stdout) as { records: readonly { actor: string; action: string }[] };
  expect(code).toBe(0);
  for (const by of PEOPLE) expect(records.filter(({ actor }) => actor === by).length).toBeGreaterThanOrEqual(2);
});
