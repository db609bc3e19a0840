/**
 * Pages that stand in for the page: bot walls, block notices of networks and authorities, parking pages. Simple
 * rules, each with what it goes by; a rule needs a short page, because an article about any of these is long.
 */

import { decoded } from './document.js';
import type { PageEvidence } from './evidence.js';
import { headerOf } from './evidence.js';
import { unjoined } from './words.js';

const SHORT = 3000;

// A challenge is never served with 200 by the products below when it really is one, save for the WAF's 202.
const WALL_STATUS = new Set([202, 403, 405, 429, 503]);
const WALL_HEADERS: readonly (readonly [string, RegExp])[] = [
  ['cf-mitigated', /challenge/i], // Cloudflare
  ['x-amzn-waf-action', /challenge|captcha/i], // AWS WAF
  ['x-datadome', /protected/i],
  ['x-px-block', /./],
];
const WALL_MARKUP =
  /cf-chl-|challenge-platform|cdn-cgi\/challenge|captcha-delivery\.com|_Incapsula_Resource|px-captcha|awsWafCookieDomainList|\/_sec\/cp_challenge|ddos-guard\/check/i;

/** Did a bot wall answer instead of the site? Then nothing is known about the page. */
export function isBotWall({ raw }: PageEvidence): boolean {
  if (raw.status === null || !WALL_STATUS.has(raw.status)) return false;
  if (WALL_HEADERS.some(([name, value]) => value.test(headerOf(raw, name) ?? ''))) return true;
  return raw.body !== null && raw.body.bytes.byteLength < 500_000 && WALL_MARKUP.test(decoded(raw.body));
}

const BLOCKED: readonly RegExp[] = [
  /\b(?:this |the )?(?:web ?site|page|site|domain|url|content|access)\b.{0,60}\b(?:has been|is|was|have been) (?:blocked|banned|restricted|seized|prohibited)/i,
  /\b(?:blocked|seized|restricted) (?:by|under|pursuant|in accordance|due to|as per)\b/i,
  /\baccess (?:to this (?:web ?site|page|resource) )?(?:is |has been )?(?:denied|blocked|restricted) (?:by|under|due)/i,
  /دسترسی به (?:این|تارنمای|سایت).{0,60}(?:امکان|مسدود|ممکن)|پیوندها|مسدود شده است/,
  /(?:تم|جرى) (?:حجب|حظر)|(?:الموقع|الصفحة).{0,20}(?:محجوب|محظور)/,
  /доступ (?:к .{0,60})?(?:ограничен|заблокирован|запрещ[её]н)|заблокирован по решению/i,
  /(?:erişime engellen|erişim(?:i|e)? (?:engel|kısıtla))/i,
  /internet positif|situs (?:ini )?(?:diblokir|terlarang)|trustpositif/i,
  /(?:该|此|本)?(?:网站|网页|页面).{0,20}(?:被封|被屏蔽|禁止访问|已被拦截)/,
];

/** A notice that somebody does not let the page through. */
export function isBlockNotice(lines: readonly string[]): boolean {
  return isShortWith(lines, BLOCKED);
}

const PARKED: readonly RegExp[] = [
  /\b(?:this |the )?domain(?: name)?\b.{0,60}\b(?:is|may be|could be) (?:for sale|parked|available)/i,
  /\bbuy this domain\b|\bparked (?:free|domain|page)\b|\bdomain (?:parking|expired)\b|\bmake an offer\b.{0,40}\bdomain\b/i,
  /\b(?:sedo(?:parking)?|parkingcrew|bodis|afternic|hugedomains|dan\.com)\b/i,
  /домен.{0,40}прода[её]тся|域名.{0,10}(?:出售|转让)|bu alan ad[ıi].{0,20}sat[ıi]l[ıi]k|دامنه.{0,20}(?:فروش|فروخته)/i,
];

/** A domain dealer's page. */
export function isParkingPage(lines: readonly string[]): boolean {
  return isShortWith(lines, PARKED);
}

function isShortWith(lines: readonly string[], signs: readonly RegExp[]): boolean {
  const text = unjoined(lines.join(' '));
  return text.length <= SHORT && signs.some((sign) => sign.test(text));
}
