import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findJail, type Jail } from '../../../src/net/browser/jail.js';
import { browserIdentity, profilesFolder } from '../../../src/net/browser/profile.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { browserFor, requestFor } from './support.js';

let origin: Origin;
let jail: Jail | string;
beforeAll(async () => {
  jail = await findJail(browserIdentity());
  origin = await startOrigin({
    '/': '<p></p><script>document.querySelector("p").textContent = navigator.onLine</script>',
  });
});
afterAll(() => origin.close());

/** The network namespace and the interfaces of the browsers this process started. */
function networks(): { namespace: string; interfaces: string[] }[] {
  const profile = join(profilesFolder(), `siteward-browser-${process.pid}-`);
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--user-data-dir=${profile}`)) return [];
      const interfaces = [...readFileSync(`/proc/${pid}/net/dev`, 'utf8').matchAll(/^\s*(\w+):/gm)].map(
        ([, name = '']) => name,
      );
      return [{ namespace: readlinkSync(`/proc/${pid}/ns/net`), interfaces }];
    } catch {
      return []; // No process, or one that ended this moment.
    }
  });
}

test('the browser has a network of its own that leads nowhere, and a page is not told that it is offline', async ({
  skip,
}) => {
  skip(typeof jail === 'string', String(jail));
  const browser = browserFor({ jail: 'required' });
  const { visibleText } = await browser.capture(requestFor(`${origin.url}/`));
  const [walls, found] = [await browser.walls(), networks()];
  await browser.close();
  expect([visibleText, walls]).toEqual(['true', { sandbox: 'required', unjailed: null }]);
  expect(found.length).toBeGreaterThan(0);
  for (const { namespace, interfaces } of found) {
    expect(namespace).not.toBe(readlinkSync('/proc/self/ns/net'));
    expect(interfaces.filter((name) => !['lo', 'nowhere', 'nobody'].includes(name))).toEqual([]);
  }
});

test('switched off, it shares ours, and says so', async () => {
  const browser = browserFor({ jail: 'off' });
  const { unjailed } = await browser.walls();
  const shared = networks().map(({ namespace }) => namespace);
  await browser.close();
  expect(unjailed).toContain('jail: off');
  expect(new Set(shared)).toEqual(new Set([readlinkSync('/proc/self/ns/net')]));
});
