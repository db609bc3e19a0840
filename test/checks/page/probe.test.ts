import { describe, expect, it } from 'vitest';
import { type Capture, type Fetched, type Network, ProbeFailure, type ProbeIo } from '../../../src/checks/check.js';
import { pageEvidence } from '../../../src/checks/page/evidence.js';
import { failures } from '../../../src/checks/page/failures.js';
import { page } from '../../../src/checks/page/index.js';
import { LOGO } from '../../../src/checks/page/logo-place.js';
import { probe } from '../../../src/checks/page/probe.js';
import type { Failure } from '../../../src/core/model.js';
import { GENUINE, lookAt, paintedPng, settingsFor, URL_OF_SITE } from './looks.js';

const refused: Failure = {
  blame: 'target',
  code: 'connect-refused',
  detail: 'live.summit.example refused the connection.',
};
const noBrowser: Failure = { blame: 'monitor', code: 'no-browser', detail: 'There is no browser.' };

function fetched(contentType: string, body = GENUINE, failure: Failure | null = null): Fetched {
  const hop = {
    url: URL_OF_SITE,
    status: 200,
    headers: [['content-type', contentType]] as const,
    address: '127.0.0.1',
  };
  return { hops: [hop], body: Buffer.from(body), failure };
}

const capture: Capture = {
  status: 200,
  finalUrl: URL_OF_SITE,
  title: 'Global Summit 2026 – Live',
  html: GENUINE,
  visibleText: 'Live from the opening hall',
  screenshot: paintedPng(16, 16, []),
  width: 16,
  height: 16,
  cut: false,
  settled: true,
  overlays: [],
  concealed: [],
  serviceWorkers: [],
  boxes: [],
  layout: { covered: [], top: [], pictures: [] },
  requests: [],
  dialogs: [],
  renderer: 'test',
};

function ioOf(network: Partial<Network>, signal = new AbortController().signal): ProbeIo {
  const unexpected = (): never => {
    throw new Error('not what a page check asks for');
  };
  const rest = {
    resolve: unexpected,
    fetch: unexpected,
    capture: unexpected,
    handshake: unexpected,
    exchange: unexpected,
  };
  return { vantage: 'local', now: () => 0, signal, network: { ...rest, ...network }, resolvers: [] };
}

const settings = settingsFor('living', { viewports: ['desktop', 'mobile'], ignore: { selectors: ['.ad'] } });

describe('a look at a page', () => {
  it('keeps the raw answer and every view, and passes its own schema', async () => {
    const asked: unknown[] = [];
    const evidence = await probe(
      settings,
      ioOf({
        fetch: async () => fetched('text/html; charset=utf-8'),
        capture: async ({ viewport, boxesOf }) => {
          asked.push([viewport.name, viewport.width, viewport.mobile, boxesOf]);
          return capture;
        },
      }),
    );
    expect(asked).toEqual([
      ['desktop', 1280, false, ['.ad', LOGO]],
      ['mobile', 390, true, ['.ad', LOGO]],
    ]);
    expect(evidence.raw).toMatchObject({ status: 200, contentType: 'text/html; charset=utf-8' });
    expect(evidence.views.map((view) => view.shown?.title)).toEqual(Array(2).fill('Global Summit 2026 – Live'));
    expect(page.evidence.parse(evidence)).toEqual(evidence);
  });

  it('does not render what is no page, and stops a browser that began to', async () => {
    let stopped = false;
    const waiting = ({ signal }: { signal: AbortSignal }): Promise<Capture> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          reject(new Error('aborted'));
        });
      });
    const io = ioOf({ fetch: async () => fetched('application/json', '{"viewers":1}'), capture: waiting });
    expect((await probe(settings, io)).views).toEqual([]);
    expect(stopped).toBe(true);
  });

  it('fails as a whole when the site gave nothing', async () => {
    const io = ioOf({ fetch: async () => ({ hops: [], body: null, failure: refused }), capture: async () => capture });
    await expect(probe(settings, io)).rejects.toMatchObject({ failure: refused });
  });

  it('keeps the hops of a chain that broke, which may show where it led', async () => {
    const io = ioOf({ fetch: async () => fetched('text/html', '', refused), capture: async () => capture });
    const evidence = await probe(settings, io);
    expect(evidence.raw.hops).toHaveLength(1);
    expect(failures(evidence)).toEqual([refused]);
  });

  it('without a browser keeps the raw answer and says what is missing', async () => {
    const io = ioOf({
      fetch: async () => fetched('text/html'),
      capture: async () => {
        throw new ProbeFailure(noBrowser);
      },
    });
    const evidence = await probe(settingsFor('living'), io);
    expect(evidence.raw.body?.bytes.byteLength).toBeGreaterThan(1000);
    expect(failures(evidence)).toEqual([
      { ...noBrowser, detail: 'There is no browser. The desktop view was not compared.' },
    ]);
  });

  it('of a page that fights being looked at keeps a picture without its scripts, to be seen and not compared', async () => {
    const denied: Failure = { blame: 'target', code: 'render-timeout', detail: 'It resists.', diagnosis: 'denied' };
    const io = ioOf({
      fetch: async () => fetched('text/html'),
      capture: async ({ scripts }) => {
        if (scripts !== 'off') throw new ProbeFailure(denied);
        return { ...capture, title: 'Another', html: '<h1>another</h1>' };
      },
    });
    const evidence = await probe(settingsFor('living'), io);
    expect(evidence.views[0]).toMatchObject({ shown: null, failure: denied, still: capture.screenshot });
    expect(page.evidence.parse(evidence)).toEqual(evidence);
    const accepted = [lookAt()];
    expect(page.exhibit(evidence, accepted, settingsFor('living')).pictures).toMatchObject([
      { label: 'after', caption: 'desktop, scripts off' },
    ]);
    expect(page.comparers.flatMap((comparer) => comparer.compare(evidence, accepted, settingsFor('living')))).toEqual(
      [],
    );
  });

  it('does not hide a bug of ours', async () => {
    const io = ioOf({
      fetch: async () => fetched('text/html'),
      capture: async () => {
        throw new TypeError('a bug');
      },
    });
    await expect(probe(settings, io)).rejects.toThrow('a bug');
  });
});

describe('evidence from elsewhere', () => {
  it('is refused when bytes and hash do not belong together', async () => {
    const io = ioOf({ fetch: async () => fetched('text/html'), capture: async () => capture });
    const evidence = await probe(settings, io);
    const body = evidence.raw.body && { ...evidence.raw.body, bytes: Buffer.from('another page') };
    expect(pageEvidence.safeParse({ ...evidence, raw: { ...evidence.raw, body } }).success).toBe(false);
  });
});
