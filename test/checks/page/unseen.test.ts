import { describe, expect, it } from 'vitest';
import { GENUINE, lookAt, reading, worstOf } from './looks.js';

const inject = (html: string): string => GENUINE.replace('</body>', `${html}</body>`);
const findings = (before: string, after: string) => reading(lookAt({ html: after }), lookAt({ html: before })).findings;
const hidden = (words: string): string => inject(`<div style="display:none"><b>${words.replace(' ', '</b> ')}</div>`);

describe('a signature in hidden text', () => {
  it('is critical when it is new', () => {
    expect(findings(GENUINE, hidden('Hacked by NoName Crew'))[0]).toMatchObject({
      code: 'page/hidden-signature',
      severity: 'critical',
      diagnosis: 'defaced',
    });
  });

  it('is nothing when it was approved, or is no signature', () => {
    const before = hidden('Hacked by NoName Crew');
    expect(worstOf(findings(before, before.replace('clean water', 'open data')))).toBe('notice');
    expect(findings(GENUINE, hidden('Open the menu'))).toEqual([]);
  });
});

describe('characters that turn the text round', () => {
  it.each([
    ['text', GENUINE.replace('clean water', '\u202eretaw naelc\u202c')],
    ['the title', GENUINE.replace('– Live', '– \u2067Live\u2069')],
    ['an entity', GENUINE.replace('clean water', '&#x202e;clean water')],
  ])('are told when they are new in %s', (_name, html) => {
    expect(findings(GENUINE, html)).toContainEqual(
      expect.objectContaining({ code: 'page/direction-turned', severity: 'warning' }),
    );
  });

  it('are nothing where the page has had such ones', () => {
    const before = GENUINE.replace('– Live', '– \u2067Live\u2069');
    const after = before.replace('clean water', '\u2066clean water\u2069');
    expect(findings(before, after).map(({ code }) => code)).not.toContain('page/direction-turned');
  });
});
