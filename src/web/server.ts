/** What machines ask a running `watch`: `/healthz` for supervisors, `/metrics` for Prometheus. Read-only, but for the links of messages. */
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import { type AcknowledgeDesk, acknowledgeRoutes } from './acknowledge.js';
import { onlyCalled, ownButtonsOnly, smallBodies } from './admission.js';
import { OWN_STYLE } from './page.js';

/** Why the daemon is or is not able to see and to tell. Empty `problems`: healthy. */
export interface Health {
  readonly problems: readonly string[];
  readonly targets: number;
  readonly lastLookAt: number | null;
  readonly outboxPending: number;
  /** Chromium's own: `off` is no problem of the moment, and to be seen all the same. */
  readonly sandbox: 'required' | 'off';
}

export interface WebOptions {
  /** Names it answers to, beside addresses and `localhost`. */
  readonly names: readonly string[];
  /** Absent where no link leads here. */
  readonly acknowledge?: AcknowledgeDesk | undefined;
}

export function webApp(health: () => Promise<Health>, metrics: Registry, { names, acknowledge }: WebOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header(
      'content-security-policy',
      `default-src 'none'; style-src ${OWN_STYLE}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    );
    context.header('x-content-type-options', 'nosniff');
    context.header('cache-control', 'no-store');
    context.header('referrer-policy', 'no-referrer');
  });
  app.use(onlyCalled(names), ownButtonsOnly, smallBodies);
  if (acknowledge) acknowledgeRoutes(app, acknowledge);
  app.get('/healthz', async (context) => {
    const state = await health();
    return context.json({ ok: state.problems.length === 0, ...state }, state.problems.length === 0 ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    context.header('content-type', metrics.contentType);
    return context.body(await metrics.metrics());
  });
  return app;
}

/** Whoever is slow or many keeps nobody else out for long, and takes no file descriptor from the looks. */
export const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };
const MOST_CONNECTIONS = 256;

/** Listens on `host:port` (`[::1]:8420`). Rejects with a message that says how to choose another address. */
export function listen(
  app: Hono,
  address: string,
  patience: Partial<typeof PATIENCE> = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve, reject) => {
    const server: ServerType = serve(
      {
        fetch: app.fetch,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port || 80),
        serverOptions: { ...PATIENCE, ...patience },
      },
      (info) =>
        resolve({
          url: `http://${hostname}:${info.port}`,
          close: () =>
            new Promise((closed) => {
              server.close(() => closed());
              if ('closeAllConnections' in server) server.closeAllConnections();
            }),
        }),
    );
    server.maxConnections = MOST_CONNECTIONS;
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `web.listen ${address}: ${error.message}. Choose another address in settings.yaml (web: { listen }).`,
          {
            cause: error,
          },
        ),
      ),
    );
  });
}
