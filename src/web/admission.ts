/** Who may ask the web server, and how much a request may be: before anything else looks at it. */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

/** The only thing anybody sends us is the press of a button. */
const MOST_BYTES = 64 * 1024;

export const smallBodies = bodyLimit({
  maxSize: MOST_BYTES,
  onError: (context) => context.text('Nothing sent here is that long.', 413),
});

/**
 * A page may make its own name resolve to us and then read us as if we were its own site: DNS rebinding. Comparing
 * `Origin` with `Host` sees nothing of that, for both are the page's (dotnet/aspire 19484); what helps is to answer only
 * to names that strangers cannot own: addresses, `localhost`, names without a dot, and what the settings say we are called.
 *
 * @param names hosts out of `web.listen` and `web.public_url`.
 */
export function onlyCalled(names: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (isOurs(hostname) || names.includes(hostname)) return next();
    return context.text(
      `Nobody is called ${hostname} here. If this is Siteward's address, write it into settings.yaml: web: { public_url }.\n`,
      421,
    );
  };
}

function isOurs(hostname: string): boolean {
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return isAddress || !hostname.includes('.') || hostname.endsWith('.localhost');
}

/** Buttons are pressed on our own pages. Tools that are no browser do not say where a request comes from. */
export const ownButtonsOnly: MiddlewareHandler = async (context, next) => {
  if (!isReading(context) && !['same-origin', 'none', undefined].includes(context.req.header('sec-fetch-site'))) {
    return context.text('Another site sent this. Open the link of the message and press the button there.\n', 403);
  }
  return next();
};

function isReading({ req }: Context): boolean {
  return req.method === 'GET' || req.method === 'HEAD';
}
