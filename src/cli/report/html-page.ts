/** The frame of an HTML report: one file that asks nothing of anybody and runs nothing but our own script. Pure. */
import { createHash } from 'node:crypto';
import { type Html, html, markup } from '../../core/markup.js';
import { SCRIPT, STYLE } from './html-style.js';

function hashed(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Whatever a hostile value might smuggle in, the browser loads nothing and runs and styles only the two constants. */
const POLICY = [
  "default-src 'none'",
  'img-src data:',
  `style-src ${hashed(STYLE)}`,
  `script-src ${hashed(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A whole document. `title` is text. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${markup(STYLE)}</style>
</head>
<body>
${body}
<script>${markup(SCRIPT)}</script>
</body>
</html>
`.text;
}
