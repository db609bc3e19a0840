/** The canonical form of one element: what is the same from load to load, in an order that is always the same. */
import type { Element } from 'domhandler';
import { addressOf, masked } from './address.js';
import { normalized } from './words.js';

const DROPPED = /^(?:nonce|integrity|crossorigin|aria-(?:labelledby|describedby|controls|owns|activedescendant))$/;
const SECRET_NAME = /csrf|xsrf|token|nonce|authenticity|viewstate|session|captcha/i;
const REFERENCES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'data',
  'poster',
  'cite',
  'background',
  'xlink:href',
]);
const IDENTIFIERS = /^(?:id|class|for|name|data-|aria-|style$|srcset$|on)/;

/** `tag` with its attributes as they are compared. */
export function canonicalTag({ name, attribs }: Element, base: string): string {
  const rotating = isRotating(name, attribs);
  const kept = Object.entries(attribs)
    .filter(([key]) => !DROPPED.test(key) && !/csrf|nonce/i.test(key))
    .map(([key, value]) => {
      if ((key === 'value' || key === 'content') && rotating) return key;
      return `${key}=${canonicalValue(key, value, base)}`;
    });
  return `<${name} ${kept.sort().join(' ')}>`;
}

/** Hidden fields and metas that carry a token for one visitor. */
function isRotating(name: string, attribs: Readonly<Record<string, string>>): boolean {
  if (name === 'input') return attribs['type'] === 'hidden';
  return name === 'meta' && SECRET_NAME.test(attribs['name'] ?? attribs['property'] ?? '');
}

function canonicalValue(key: string, value: string, base: string): string {
  if (REFERENCES.has(key)) return addressOf(value, base).target;
  const text = normalized(value);
  return IDENTIFIERS.test(key) ? masked(text) : text;
}

// Written in the element itself; a style sheet can hide too, which only the rendered text and picture show.
const HIDING =
  /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|font-size\s*:\s*0|(?:left|top|right|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}|clip(?:-path)?\s*:\s*(?:rect\(\s*0|inset\(\s*(?:50|100)%)|(?:^|[;\s])(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)/i;

/** Does the element say of itself that no visitor shall see it? */
export function isHidden({ name, attribs }: Element): boolean {
  if (attribs['hidden'] !== undefined || HIDING.test((attribs['style'] ?? '').slice(0, 2000))) return true;
  if (name !== 'iframe' && name !== 'embed' && name !== 'object' && name !== 'img') return false;
  return isNothing(attribs['width']) || isNothing(attribs['height']);
}

function isNothing(size: string | undefined): boolean {
  return size !== undefined && /^\s*[01](?:px)?\s*$/.test(size);
}
