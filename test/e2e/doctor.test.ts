/** The built `doctor` tries the way to every receiver of settings.yaml, and sends nothing. */
import { afterAll, expect, test } from 'vitest';
import { startOrigin } from '../support/origin.js';
import { newWorkplace } from '../support/siteward.js';
import { startMailServer } from '../support/smtp.js';

const place = newWorkplace();
afterAll(() => place.remove());

test('doctor says of each receiver whether it can be reached, and how', async () => {
  const mail = await startMailServer({ login: { user: 'u', password: 'right' } });
  const hook = await startOrigin({ '*': 'ok' });
  const receiver = (id: string, rest: string) => `  - { id: ${id}, ${rest} }`;
  const smtp = (password: string) =>
    `kind: email, smtp: { host: 127.0.0.1, port: ${mail.port}, user: u, password: ${password} }, from: a@b.example, to: [c@d.example]`;
  const webhook = (url: string) => `kind: webhook, url: "${url}", secret: 0123456789abcdef`;
  place.watchlist('sites: []\n');
  place.settings(
    [
      'network: { only: [127.0.0.0/8] }',
      'dns: { resolvers: [{ name: local, address: "udp://127.0.0.1:9", role: reference }] }',
      'receivers:',
      receiver('mail', smtp('right')),
      receiver('locked', smtp('wrong')),
      receiver('hook', webhook(`${hook.url}/s3cr3t`)),
      receiver('gone', webhook('http://127.0.0.1:9/s3cr3t')),
      receiver('outside', webhook('https://203.0.113.7/s3cr3t')),
      '',
    ].join('\n'),
  );
  const { code, stdout } = await place.siteward('doctor', '--json');
  expect(code).toBe(3);
  const { examinations }: { examinations: { what: string; ok: boolean; detail: string }[] } = JSON.parse(stdout);
  const of = (id: string) => examinations.find(({ what }) => what === `receiver ${id}`);
  expect(of('mail')).toMatchObject({ ok: true, detail: expect.stringContaining('the login works') });
  expect(of('locked')).toMatchObject({ ok: false, detail: expect.stringContaining('refused the login') });
  expect(of('hook')).toMatchObject({ ok: true, detail: expect.stringContaining('WITHOUT TLS') });
  expect(of('gone')).toMatchObject({ ok: false, detail: expect.stringContaining('refused the connection') });
  expect(of('outside')).toMatchObject({ ok: false, detail: expect.stringContaining('network.only') });
  expect(stdout).not.toContain('s3cr3t');
  expect([mail.mails.length, hook.requests.length]).toEqual([0, 0]);
  await Promise.all([mail.close(), hook.close()]);
}, 60_000);

test('doctor says what holds the browser in, and what does not', { timeout: 60_000 }, async () => {
  place.watchlist('sites: []\n');
  place.settings(
    [
      'network: { only: [127.0.0.0/8] }',
      'dns: { resolvers: [{ name: local, address: "udp://127.0.0.1:9", role: reference }] }',
      'browser: { sandbox: "off", jail: "off" }',
      '',
    ].join('\n'),
  );
  const { stdout } = await place.siteward('doctor', '--json');
  const detailOf = new Map<string, string>(
    JSON.parse(stdout).examinations.map(({ what, detail }: { what: string; detail: string }) => [what, detail]),
  );
  expect(detailOf.get('sandbox')).toContain('OFF by settings.yaml');
  expect(detailOf.get('jail')).toContain('jail: off');
});
