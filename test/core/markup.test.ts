import { describe, expect, it } from 'vitest';
import { escaped, html, markup, quoted, visible } from '../../src/core/markup.js';

describe('the template', () => {
  it('takes everything for text that did not come out of itself', () => {
    const evil = '<img src=x onerror="alert(\'1\')">&amp;';
    const safe = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;';
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(`<p title="${safe}">${safe}</p>`);
    expect(html`<p>${[evil, html`<b>${evil}</b>`]}</p>`.text).toBe(`<p>${safe}<b>${safe}</b></p>`);
  });

  it('leaves out null, shows numbers, and passes constants of ours', () => {
    expect(html`<p>${null}${0}${markup('<br>')}</p>`.text).toBe('<p>0<br></p>');
  });
});

describe('the words of a stranger', () => {
  it('lose what steers terminals and turns text around', () => {
    expect(escaped('a\u001b[31m\u0000\u202eb<')).toBe('ab&lt;');
  });

  it('are isolated, and show by number what nobody would see', () => {
    expect(quoted('a\u202eb').text).toBe(
      '<bdi dir="auto">a<span class="hidden-character" title="invisible character">U+202E</span>b</bdi>',
    );
    expect(html`${visible('pay\u200bpal')}`.text).toContain('>U+200B<');
  });

  it('keep the joiners and direction marks that Persian and Arabic are written with', () => {
    for (const text of ['می\u200cشود', 'سلام!\u200f', '\u061c7', '👩\u200d💻']) {
      expect(quoted(text).text).toBe(`<bdi dir="auto">${text}</bdi>`);
    }
  });
});
