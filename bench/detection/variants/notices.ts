/** Bars and boxes that sites put over or above their own pages, in the shapes they come in. */
import { edit } from './edits.js';
import { COOKIE_TEXTS, NOTICE_TEXTS } from './notice-texts.js';
import { type Context, edited, type Variant } from './variant.js';

function noticeOf({ page }: Context): string {
  return NOTICE_TEXTS[page.language] ?? NOTICE_TEXTS['en'] ?? '';
}

function cookieOf({ page }: Context): readonly [string, string] {
  return COOKIE_TEXTS[page.language] ?? COOKIE_TEXTS['en'] ?? ['', ''];
}

const above = (html: (context: Context) => string): Variant['apply'] =>
  edited(($, context) => $('body').prepend(html(context)).length > 0);
const over = (html: (context: Context) => string): Variant['apply'] =>
  edited(($, context) => $('body').append(html(context)).length > 0);

const BOX = 'position:fixed;left:50%;top:50%;transform:translate(-50%,-50%);background:#fff;color:#222;padding:32px';

export const NOTICES: readonly Variant[] = [
  edit(
    'notice-bar-with-button',
    above(
      (context) =>
        `<div role="status" style="background:#b00;color:#fff;padding:18px 24px;font-size:20px">${noticeOf(context)} <button>×</button></div>`,
    ),
  ),
  edit(
    'notice-bar-sticky',
    above(
      (context) =>
        `<div style="position:sticky;top:0;z-index:50;background:#135;color:#fff;padding:14px;text-align:center">${noticeOf(context)}</div>`,
    ),
  ),
  edit(
    'notice-in-two-lines',
    above(
      (context) =>
        `<aside style="background:#eef;padding:20px"><b>${noticeOf(context).split(/[:：,،]/)[0]}</b><p>${noticeOf(context)}</p></aside>`,
    ),
  ),
  edit(
    'cookie-box',
    over((context) => {
      const [text, button] = cookieOf(context);
      return `<div style="${BOX};width:640px;height:380px;z-index:90">${text} <a href="/privacy">·</a><br><button>${button}</button></div>`;
    }),
  ),
  edit(
    'cookie-box-on-a-veil',
    over((context) => {
      const [text, button] = cookieOf(context);
      return `<div style="position:fixed;inset:0;background:rgba(0,0,0,.5);z-index:89"></div><div style="${BOX};width:560px;z-index:90">${text} <button>${button}</button></div>`;
    }),
  ),
  edit(
    'cookie-box-at-the-foot',
    over((context) => {
      const [text, button] = cookieOf(context);
      return `<div style="position:fixed;left:0;right:0;bottom:0;height:320px;background:#fff;padding:40px;z-index:90">${text} <button>${button}</button></div>`;
    }),
  ),
];
