/** The frame of every page a person opens here: one card that reads well on a phone, at night, and without any script. */
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

/** Constant, so that nothing of a stranger's ever stands in it. */
const STYLE = `
:root { color-scheme: light dark; --page: #f1f2f4; --card: #ffffff; --rule: #dfe2e6; --ink: #1b1d20; --dim: #5d646d; --button: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #131416; --card: #1e2023; --rule: #33363b; --ink: #eceef0; --dim: #a3a9b1; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px 12px; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 560px; margin: 0 auto; padding: 22px 24px 26px; background: var(--card); border: 1px solid var(--rule); border-top: 6px solid var(--dim); border-radius: 8px; }
main.critical { border-top-color: #b3261e; }
main.warning { border-top-color: #8f5a00; }
main.done { border-top-color: #1d6b41; }
.name { margin: 0; color: var(--dim); font-size: 13px; font-weight: 600; }
h1 { margin: 8px 0 0; font-size: 24px; line-height: 1.25; }
p { margin: 12px 0 0; }
.dim { color: var(--dim); font-size: 14px; }
code { font: 14px/1.5 ui-monospace, monospace; }
button { width: 100%; margin-top: 22px; padding: 14px 20px; border: 0; border-radius: 6px; background: var(--button); color: #ffffff; font: inherit; font-weight: 600; cursor: pointer; }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
`;

/** What of a content-security-policy lets the style above in, and no other. */
export const OWN_STYLE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

export type Html = ReturnType<typeof html>;

/** @param tone colour of the edge. */
export function page(title: string, body: Html, tone: 'critical' | 'warning' | 'notice' | 'done' = 'notice'): Html {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>${title}</title><style>${raw(STYLE)}</style></head>
<body><main class="${tone}"><p class="name">Siteward</p><h1>${title}</h1>${body}</main></body></html>`;
}
