/** A fresh browser context with one page, made still, watched and cut off from everything but its own proxy. */
import type { BrowserContext, CDPSession, HTTPRequest, HTTPResponse, Page } from 'puppeteer-core';
import type { Viewport } from '../../checks/check.js';
import { regardless } from './deadline.js';
import type { EgressRules } from './egress-dial.js';
import { EgressProxy, hostOf } from './egress-proxy.js';
import { AT_START } from './in-page.js';
import type { RunningBrowser } from './launch.js';

/** What the page asked for. */
export interface SeenRequest {
  readonly url: string;
  readonly type: string;
  status: number | null;
}

const MAX_REQUESTS = 500;
const MAX_URL = 2_048;
const MAX_DIALOGS = 20;
const MAX_DIALOG_TEXT = 1_000;
/** Requests that never end by their nature: nobody waits for them. */
const ENDLESS = new Set(['eventsource', 'websocket', 'media', 'ping', 'preflight']);

export class Stage {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly proxy: EgressProxy;
  readonly requests: SeenRequest[] = [];
  readonly dialogs: string[] = [];
  /** Status of the document shown last: a page may lead on by script. */
  status: number | null = null;
  /** Rejects when the renderer or the browser dies. */
  readonly crashed: Promise<never>;
  readonly #context: BrowserContext;
  readonly #running: RunningBrowser;
  readonly #byRequest = new WeakMap<HTTPRequest, SeenRequest>();
  readonly #pending = new Set<HTTPRequest>();
  #quiet: (() => void)[] = [];
  readonly #crash: (error: RendererGone) => void;

  static async open(running: RunningBrowser, rules: EgressRules): Promise<Stage> {
    const proxy = await EgressProxy.open(rules);
    try {
      const context = await running.browser.createBrowserContext({
        proxyServer: proxy.url,
        proxyBypassList: ['<-loopback>'],
        downloadBehavior: { policy: 'deny' },
      });
      const page = await context.newPage();
      const cdp = await page.createCDPSession();
      const stage = new Stage(running, context, page, cdp, proxy);
      await Promise.all([
        page.evaluateOnNewDocument(AT_START),
        cdp.send('Network.enable'),
        cdp.send('Network.setBypassServiceWorker', { bypass: true }),
        cdp.send('Page.enable'),
        running.control.send('Browser.grantPermissions', { permissions: [], ...idOf(context) }),
      ]);
      return stage;
    } catch (error) {
      await proxy.close();
      throw error;
    }
  }

  private constructor(
    running: RunningBrowser,
    context: BrowserContext,
    page: Page,
    cdp: CDPSession,
    proxy: EgressProxy,
  ) {
    this.#running = running;
    this.#context = context;
    this.page = page;
    this.cdp = cdp;
    this.proxy = proxy;
    const { promise, reject } = rejectable();
    this.crashed = promise;
    this.#crash = reject;
    // It is raced against each step; between two steps nobody listens.
    void regardless(this.crashed);
    page.on('error', () => this.#crash(new RendererGone('the renderer crashed')));
    running.browser.once('disconnected', this.#onDisconnect);
    page.on('dialog', (dialog) => {
      if (this.dialogs.length < MAX_DIALOGS) this.dialogs.push(dialog.message().slice(0, MAX_DIALOG_TEXT));
      // The page may be gone by then.
      void regardless(dialog.dismiss());
    });
    context.on('targetcreated', (target) => {
      if (target.type() !== 'page' || target === page.target()) return;
      // Popups are refused by a flag; this is for what comes past it.
      void regardless(target.page().then((popup) => popup?.close()));
    });
    page.on('request', (request) => this.#onRequest(request));
    page.on('response', (response) => this.#onResponse(response));
    page.on('requestfinished', (request) => this.#onEnd(request));
    page.on('requestfailed', (request) => this.#onEnd(request));
    cdp.on('Network.webSocketCreated', ({ url }) =>
      this.#note({ url: url.slice(0, MAX_URL), type: 'websocket', status: null }),
    );
  }

  /** Makes it the window of one visitor. Before the page is opened. */
  async dress(viewport: Viewport, anyCertificate: boolean): Promise<void> {
    const { width, height, mobile } = viewport;
    await Promise.all([
      this.page.setViewport({ width, height, deviceScaleFactor: 1, isMobile: mobile, hasTouch: mobile }),
      this.page.setUserAgent(userAgent(this.#running.version, mobile)),
      anyCertificate ? this.cdp.send('Security.setIgnoreCertificateErrors', { ignore: true }) : undefined,
    ]);
  }

  /** Something is being loaded. */
  get busy(): boolean {
    return this.#pending.size > 0;
  }

  /** Resolves when nothing is being loaded. */
  async quiet(): Promise<void> {
    if (this.#pending.size === 0) return;
    await new Promise<void>((resolve) => this.#quiet.push(resolve));
  }

  /** The requests, each with the address that answered. */
  seen(): { url: string; type: string; status: number | null; address: string | null }[] {
    return this.requests.map((request) => ({ ...request, address: this.#addressOf(request.url) }));
  }

  /** Closes the context, whatever its page is doing, and every connection it had. */
  async close(): Promise<void> {
    this.#running.browser.off('disconnected', this.#onDisconnect);
    // With a dead browser it is closed already.
    await regardless(this.#context.close());
    await this.proxy.close();
  }

  readonly #onDisconnect = (): void => this.#crash(new RendererGone('the browser ended', true));

  #onRequest(request: HTTPRequest): void {
    const url = request.url();
    if (!/^(https?|wss?):/.test(url)) return;
    const type = request.resourceType();
    const seen: SeenRequest = { url: url.slice(0, MAX_URL), type, status: null };
    this.#byRequest.set(request, seen);
    this.#note(seen);
    if (!ENDLESS.has(type)) this.#pending.add(request);
  }

  #onResponse(response: HTTPResponse): void {
    const request = response.request();
    const seen = this.#byRequest.get(request);
    if (seen !== undefined) seen.status = response.status();
    if (request.isNavigationRequest() && request.frame() === this.page.mainFrame()) this.status = response.status();
  }

  #onEnd(request: HTTPRequest): void {
    this.#pending.delete(request);
    if (this.#pending.size > 0) return;
    for (const resolve of this.#quiet) resolve();
    this.#quiet = [];
  }

  #note(seen: SeenRequest): void {
    if (this.requests.length < MAX_REQUESTS) this.requests.push(seen);
  }

  #addressOf(text: string): string | null {
    if (!URL.canParse(text)) return null;
    const url = new URL(text);
    const port = Number(url.port) || (/^(https|wss):$/.test(url.protocol) ? 443 : 80);
    return this.proxy.dialer.addressOf(hostOf(url), port);
  }
}

function rejectable(): { promise: Promise<never>; reject: (error: RendererGone) => void } {
  let fail: ((error: RendererGone) => void) | undefined;
  const promise = new Promise<never>((_, reject) => {
    fail = reject;
  });
  return { promise, reject: (error) => fail?.(error) };
}

/** The process that showed the page is no more. */
export class RendererGone extends Error {
  /** The whole browser went. */
  readonly browser: boolean;
  constructor(message: string, browser = false) {
    super(message);
    this.name = 'RendererGone';
    this.browser = browser;
  }
}

function idOf(context: BrowserContext): { browserContextId?: string } {
  return context.id === undefined ? {} : { browserContextId: context.id };
}

/** What a visitor's Chrome says: some sites have another page for a browser that calls itself headless. */
function userAgent(version: string, mobile: boolean) {
  const major = /(\d+)\./.exec(version)?.[1] ?? '0';
  const brands = [
    { brand: 'Chromium', version: major },
    { brand: 'Not/A)Brand', version: '24' },
  ];
  const system = mobile ? 'Linux; Android 10; K' : 'X11; Linux x86_64';
  return {
    userAgent: `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 ${mobile ? 'Mobile ' : ''}Safari/537.36`,
    userAgentMetadata: {
      brands,
      fullVersionList: brands,
      platform: mobile ? 'Android' : 'Linux',
      platformVersion: mobile ? '10' : '',
      architecture: mobile ? '' : 'x86',
      model: mobile ? 'K' : '',
      mobile,
    },
  };
}
