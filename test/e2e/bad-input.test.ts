/** What the built check makes of sites, resolvers and machines that misbehave: a clear word and the right exit code. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/cli/report/check-json.js';
import { type Page, redirectTo } from '../support/origin.js';
import type { Finished, Running, Workplace } from '../support/siteward.js';
import { DEFACED, type Event, eventPage, oneSite, startEvent } from './event.js';

interface Trouble {
  readonly page: Page;
  readonly verdict: readonly [state: string, severity: string | null, diagnosis: string | null];
  /** What its summary must say. */
  readonly says: RegExp;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'not-found': {
    page: { status: 404, body: '<title>404</title>not here' },
    verdict: ['altered', 'critical', 'down'],
    says: /404/,
  },
  broken: {
    page: { status: 500, body: '' },
    verdict: ['unreachable', 'critical', 'down'],
    says: /server error \(500\)/,
  },
  empty: { page: '', verdict: ['altered', 'critical', 'defaced'], says: /no text is left/ },
  document: {
    page: { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7' },
    verdict: ['altered', 'critical', 'defaced'],
    says: /application\/pdf/,
  },
  huge: {
    page: (_request, response) => void response.end(Buffer.alloc(50 * 1024 * 1024, 'x')),
    verdict: ['unreachable', 'critical', 'denied'],
    says: /more than 10240 KiB/,
  },
  loop: { page: redirectTo('/loop'), verdict: ['unreachable', 'critical', 'denied'], says: /redirect/ },
  cut: {
    page: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': '5000' });
      response.write('<title>Global Summit', () => response.destroy());
    },
    verdict: ['unreachable', 'critical', 'down'],
    says: /closed|ended|cut|reset|hung up/,
  },
};

/** Goes on for ever, a character at a time. */
const DRIP: Page = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  const timer = setInterval(() => response.write('x'), 200);
  response.on('close', () => clearInterval(timer));
};

let event: Event;
let place: Workplace;
let dripping: Running;
let red: Finished & { readonly report: CheckReport };
beforeAll(async () => {
  const ids = [...Object.keys(TROUBLES), 'drip', 'closed'];
  event = await startEvent(Object.fromEntries(ids.map((id) => [`/${id}`, eventPage()])));
  place = event.workplace();
  const watchlist = (port: number): string => `defaults: { checks: [page], confirm_after: 0s }
sites:
${ids.map((id) => `  - { id: ${id}, url: "${event.url(`/${id}`).replace(/:\d+\//, id === 'closed' ? `:${port}/` : '$&')}" }`).join('\n')}
`;
  place.watchlist(watchlist(event.origin.port));
  await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  place.watchlist(watchlist(1));
  event.origin.pages['/drip'] = DRIP;
  for (const [id, { page }] of Object.entries(TROUBLES)) event.origin.pages[`/${id}`] = page;
  dripping = place.start(['--json', 'check', 'drip']);
  red = await place.check('closed', ...Object.keys(TROUBLES));
});
afterAll(() => event.close());

describe('a site', () => {
  test.each(Object.entries(TROUBLES))('that is %s gets its verdict and a reason', (id, { verdict, says }) => {
    const site = red.report.sites.find((candidate) => candidate.id === id);
    expect([site?.state, site?.severity, site?.diagnosis], site?.summary).toEqual(verdict);
    expect(site?.summary).toMatch(says);
  });

  test('nobody answers for is unreachable: exit code 2', () => {
    expect(red.report.sites[0]).toMatchObject({ id: 'closed', state: 'unreachable', diagnosis: 'down' });
    expect(red.report.sites[0]?.summary).toMatch(/refused the connection/);
    expect([red.code, red.report.exitCode]).toEqual([2, 2]);
  });

  test('whose name nobody can look up here is not verified: exit code 3', async () => {
    const { code, report } = await place.check('https://nowhere.test/');
    expect([code, report.sites[0]?.state], JSON.stringify(report)).toEqual([3, 'unverified']);
  });
});

describe('resolvers', () => {
  let garbage: Socket;
  beforeAll(async () => {
    garbage = createSocket('udp4', (_message, from) => garbage.send('\u0007not DNS at all', from.port, from.address));
    garbage.bind(0, '127.0.0.1');
    await once(garbage, 'listening');
  });
  afterAll(() => new Promise<void>((resolve) => garbage.close(() => resolve())));

  test.each(['dead', 'talking garbage'])(
    'that are %s leave the name unverified, never green: exit code 3',
    async (how) => {
      const port = how === 'dead' ? 1 : garbage.address().port;
      const blind = event.workplace();
      blind.settings(`network: { only: [127.0.0.0/8] }
dns: { resolvers: [{ name: only-one, address: "udp://127.0.0.1:${port}", role: reference }] }`);
      blind.watchlist('sites: [{ id: name, name: www.signed.test, checks: [dns], confirm_after: 0s }]');
      const { code, report } = await blind.check();
      expect([code, report.sites[0]?.state, report.sites[0]?.diagnosis]).toEqual([3, 'unverified', 'monitor-fault']);
      expect(report.sites[0]?.summary).toMatch(/resolver/);
      const survey = await blind.siteward('--json', 'dns', 'www.signed.test');
      expect(survey.code).toBe(3);
      expect(JSON.parse(survey.stdout)).toMatchObject({ resolvers: [{ name: 'only-one', verdict: 'UNMEASURABLE' }] });
    },
  );
});

describe('a machine without a browser', () => {
  let blind: Workplace;
  beforeAll(async () => {
    event.origin.pages['/raw'] = eventPage();
    blind = event.workplace();
    blind.watchlist(oneSite(event.url('/raw')));
    await blind.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
    blind.settings(event.settings('browser: { executable: /nowhere/chromium }'));
  });

  test('is told how to get one, and what could not be compared is not verified: exit code 3', async () => {
    const { code, stdout } = await blind.siteward('check');
    expect(code).toBe(3);
    for (const words of ['/nowhere/chromium', 'apt-get install', 'not compared'])
      expect(stdout.replace(/\s+/g, ' ')).toContain(words);
  });

  test('still sees a defacement in the answer of the server: exit code 2', async () => {
    event.origin.pages['/raw'] = DEFACED;
    const { code, report } = await blind.check();
    expect(code).toBe(2);
    expect(report.sites[0]).toMatchObject({ state: 'altered', diagnosis: 'defaced' });
    expect((await blind.siteward('check')).stdout).toContain('/nowhere/chromium');
  });
});

// Last, as it takes longest: it went on beside all the others.
test('a site that answers for ever is given up at the deadline', async () => {
  const { code, stdout } = await dripping.finished;
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    sites: [{ id: 'drip', state: 'unreachable', summary: expect.stringContaining('but not the rest within 20000 ms') }],
  });
});
