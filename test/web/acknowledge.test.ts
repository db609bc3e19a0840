import { createHash } from 'node:crypto';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { linkName, readLink, signLink } from '../../src/core/link-token.js';
import type { Incident } from '../../src/core/model.js';
import { webApp } from '../../src/web/server.js';
import { anIncident, T0 } from '../contracts/samples.js';

const SECRET = 'a secret of this installation';
const claim = { incidentId: 'incident-1', receiver: 'ops-mail', until: T0 + 1_000 };
const token = signLink(claim, SECRET);

let now: number;
let facts: Map<string, string>;
let taken: string[];
let incident: Incident;

beforeEach(() => {
  now = T0;
  facts = new Map();
  taken = [];
  incident = anIncident({ summary: '<script>alert(1)</script> هک شد' });
});

const ask = (method: 'GET' | 'POST' | 'HEAD', path: string, headers: Record<string, string> = {}) =>
  webApp(
    async () => ({ problems: [], targets: 0, lastLookAt: null, outboxPending: 0, sandbox: 'required' as const }),
    new Registry(),
    {
      names: [],
      acknowledge: {
        store: {
          incident: async (id) => (id === incident.id ? incident : null),
          fact: async (name) => facts.get(name) ?? null,
          claim: async (name, value) => !facts.has(name) && Boolean(facts.set(name, value)),
        },
        secret: SECRET,
        now: () => now,
        take: async (id, by) => {
          taken.push(`${id} ${by}`);
          return { ...incident, acknowledged: { by, at: now, until: now + 1 } };
        },
      },
    },
  ).request(path, { method, headers });

describe('the link of a message', () => {
  test('asks when it is opened, and takes nothing: mail scanners open every link', async () => {
    for (const method of ['GET', 'HEAD', 'GET'] as const) expect((await ask(method, `/ack/${token}`)).status).toBe(200);
    const page = await (await ask('GET', `/ack/${token}`)).text();
    expect(page).toContain('method="post"');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
    expect(page).toContain('هک شد');
    expect(taken).toEqual([]);
  });

  test('takes the incident when the button is pressed, once', async () => {
    expect((await ask('POST', `/ack/${token}`)).status).toBe(200);
    expect(taken).toEqual(['incident-1 ops-mail']);
    expect((await ask('POST', `/ack/${token}`)).status).toBe(404);
    expect((await ask('GET', `/ack/${token}`)).status).toBe(404);
    expect(taken).toHaveLength(1);
    expect([...facts.keys()]).toEqual([linkName(token)]);
  });

  test.each([
    ['forged', () => `${token.slice(0, -2)}xx`],
    ['signed with another secret', () => signLink(claim, 'another')],
    [
      'with another incident',
      () => `${signLink({ ...claim, incidentId: 'x' }, 'y').split('.')[0]}.${token.split('.')[1]}`,
    ],
    ['empty', () => 'x'],
    ['endless', () => 'a'.repeat(5_000)],
  ])('%s opens nothing', async (_, made) => {
    expect((await ask('GET', `/ack/${made()}`)).status).toBe(404);
    expect((await ask('POST', `/ack/${made()}`)).status).toBe(404);
    expect(taken).toEqual([]);
  });

  test.each(['cross-site', 'same-site'])('is not pressed by another page (%s)', async (from) => {
    const pressed = await ask('POST', `/ack/${token}`, { 'sec-fetch-site': from });
    expect([pressed.status, taken]).toEqual([403, []]);
    // Links of mails are opened from another site, by people.
    expect((await ask('GET', `/ack/${token}`, { 'sec-fetch-site': from })).status).toBe(200);
    expect((await ask('POST', `/ack/${token}`, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('too old opens nothing', async () => {
    now = claim.until;
    expect(readLink(token, SECRET, now)).toBeNull();
    expect((await ask('POST', `/ack/${token}`)).status).toBe(404);
  });

  test('wears the one style that is let in', async () => {
    const answer = await ask('GET', `/ack/${token}`);
    const style = /<style>([\s\S]*)<\/style>/.exec(await answer.text())?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}';`);
  });

  test('runs no script, is framed by nobody and leaks its address to nobody', async () => {
    const { headers } = await ask('GET', `/ack/${token}`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
