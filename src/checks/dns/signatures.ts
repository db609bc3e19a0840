/**
 * Words that block pages and defacements carry. They only ever make an address that already failed to explain itself
 * worse: no page is judged by them alone. Pure.
 */
import type { PageAt } from './evidence.js';

const SIGNATURES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a block page', pattern: /10\.10\.34\.3[4-6]|peyvandha\.ir/u },
  {
    what: 'a block page',
    pattern:
      /\b(?:access (?:to this|has been|is) (?:web ?site |site |page )?(?:is |has been )?(?:denied|blocked|restricted)|this (?:web ?site|site|page) (?:is|has been) blocked|blocked by (?:order|court|your network|the ministry))/iu,
  },
  {
    what: 'a block page',
    pattern: /دسترسی به (?:این|تارنمای) .{0,80}(?:امکان‌?پذیر نیست|مسدود)|تم حجب هذا الموقع|该网站已被(?:封锁|屏蔽)/u,
  },
  {
    what: 'a defacement',
    pattern:
      /\b(?:(?:hacked|h4cked|pwned|owned|defaced)\s+by|was here and|security is (?:an illusion|low)|greetz\s+to)\b/iu,
  },
  { what: 'a defacement', pattern: /هک شد(?:ه)? توسط|تم (?:اختراق|الاختراق)|被黑客?(?:攻击|入侵)/u },
];

/** `a block page`, `a defacement`, or null. */
export function signatureOn(page: Pick<PageAt, 'title' | 'text' | 'shown'>): string | null {
  const words = `${page.title}\n${page.text}\n${page.shown ?? ''}`;
  return SIGNATURES.find(({ pattern }) => pattern.test(words))?.what ?? null;
}

/**
 * The two addresses serve what is plainly the same page: the same status, and a title of some length in common or
 * nearly the same text.
 */
export function isSamePage(page: PageAt, genuine: PageAt): boolean {
  if (page.status !== genuine.status || page.status === null || page.status >= 400) return false;
  const sameTitle = page.title !== '' && page.title === genuine.title;
  return sameTitle && similarity(page.text, genuine.text) > 0.7;
}

/** Words in common, of all words, 0..1. Two empty texts are the same. */
function similarity(a: string, b: string): number {
  const [one, other] = [new Set(a.toLowerCase().split(/\s+/u)), new Set(b.toLowerCase().split(/\s+/u))];
  const common = [...one].filter((word) => other.has(word)).length;
  return common / (one.size + other.size - common);
}
