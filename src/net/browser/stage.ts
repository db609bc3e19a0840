/** A fresh browser context with one page, made still, watched and cut off from everything but its own proxy. */
import type { BrowserContext, CDPSession, HTTPRequest, HTTPResponse, Page } from 'puppeteer-core';
import type { Capture, CaptureRequest } from '../../checks/check.js';
import { Bodies, MOST_BYTES, MOST_IN_ALL } from './bodies.js';
import { RendererGone, regardless, rejectionOf, within } from './deadline.js';
import type { EgressRules } from './egress-dial.js';
import { EgressProxy, hostOf } from './egress-proxy.js';
import { AT_START } from './in-page.js';
import type { RunningBrowser } from './launch.js';
import { samplingScript } from './sampling.js';
import { Workers } from './workers.js';

/** What the page asked for. */
export interface SeenRequest {
  readonly url: string;
  readonly type: string;
  status: number | null;
}

/** A renderer that dies while its page is being opened never answers. */
const OPEN_MS = 5_000;
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
  readonly workers: Workers;
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
  readonly #bodies: Bodies;
  #quiet: (() => void)[] = [];
  readonly #death: AbortSignal;
  readonly #stopListening: () => void;

  /** @throws TimedOut when the browser does not manage; nothing is left behind then. */
  static async open(running: RunningBrowser, rules: EgressRules): Promise<Stage> {
    const proxy = await EgressProxy.open(rules, running.gate);
    const opening = running.browser.createBrowserContext({
      proxyServer: proxy.url,
      proxyBypassList: ['<-loopback>'],
      downloadBehavior: { policy: 'deny' },
    });
    const gone = rejectionOf(running.gone);
    const furnished = opening.then((context) => Stage.#furnish(running, context, proxy));
    try {
      return await within(Promise.race([furnished, gone.promise]), OPEN_MS, 'opening a page');
    } catch (error) {
      void regardless(opening.then((context) => context.close()));
      await proxy.close();
      throw error;
    } finally {
      gone.release();
    }
  }

  static async #furnish(running: RunningBrowser, context: BrowserContext, proxy: EgressProxy): Promise<Stage> {
    const page = await context.newPage();
    const cdp = await page.createCDPSession();
    const stage = new Stage(running, context, page, cdp, proxy, await Bodies.watch(cdp));
    await Promise.all([
      page.evaluateOnNewDocument(AT_START),
      // What no body may come to is not even kept for us.
      cdp.send('Network.enable', { maxResourceBufferSize: MOST_BYTES, maxTotalBufferSize: MOST_IN_ALL }),
      cdp.send('ServiceWorker.enable'),
      cdp.send('Network.setBypassServiceWorker', { bypass: true }),
      cdp.send('Page.enable'),
      running.control.send('Browser.grantPermissions', { permissions: [], ...idOf(context) }),
    ]);
    return stage;
  }

  private constructor(
    running: RunningBrowser,
    context: BrowserContext,
    page: Page,
    cdp: CDPSession,
    proxy: EgressProxy,
    bodies: Bodies,
  ) {
    this.#running = running;
    this.#context = context;
    this.page = page;
    this.cdp = cdp;
    this.proxy = proxy;
    this.#bodies = bodies;
    this.workers = new Workers(cdp);
    const death = new AbortController();
    this.#death = AbortSignal.any([death.signal, running.gone]);
    const crashed = rejectionOf(this.#death);
    this.crashed = crashed.promise;
    this.#stopListening = crashed.release;
    page.on('error', () => death.abort(new RendererGone('the renderer crashed')));
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
  async dress({ viewport, scripts, sampling }: CaptureRequest, anyCertificate: boolean): Promise<void> {
    const { width, height, mobile } = viewport;
    await Promise.all([
      this.page.setViewport({ width, height, deviceScaleFactor: 1, isMobile: mobile, hasTouch: mobile }),
      this.page.setUserAgent(userAgent(this.#running.version, mobile)),
      this.cdp.send('Emulation.setScriptExecutionDisabled', { value: scripts === 'off' }),
      sampling ? this.page.evaluateOnNewDocument(samplingScript(sampling)) : undefined,
      anyCertificate ? this.cdp.send('Security.setIgnoreCertificateErrors', { ignore: true }) : undefined,
    ]);
  }

  /** Until `crashed` rejects. */
  get alive(): boolean {
    return !this.#death.aborted;
  }

  /** Why it is not. */
  get causeOfDeath(): unknown {
    return this.#death.reason;
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

  /** The requests, each with the address that answered, and the bytes where they matter. */
  async seen(): Promise<Capture['requests']> {
    await this.#bodies.rest();
    return this.requests.map((request) => {
      const body = this.#bodies.take(request.url);
      return { ...request, address: this.#addressOf(request.url), ...(body ? { body } : {}) };
    });
  }

  /** Closes the context, whatever its page is doing, and every connection it had. */
  async close(): Promise<void> {
    this.#stopListening();
    // With a dead browser it is closed already.
    await regardless(this.#context.close());
    await this.proxy.close();
  }

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
