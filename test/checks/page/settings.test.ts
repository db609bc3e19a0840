import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configure, pageOptions } from '../../../src/checks/page/settings.js';
import { findingsOf, GENUINE, lookAt, reading, settingsFor } from './looks.js';

const options = z.strictObject(pageOptions);

describe('what the watchlist may say', () => {
  it('is the contract’s example', () => {
    const example = {
      viewports: ['desktop', 'mobile'],
      ignore: { selectors: ['.viewers'], text: ['\\d+ watching'], regions: [{ x: 0, y: 0, width: 300, height: 90 }] },
      must_have: [{ text: 'Live' }, { selector: 'video' }],
      must_not_have: [{ text: 'hacked' }],
    };
    expect(options.parse(example)).toEqual(example);
    expect(settingsFor('frozen', example)).toMatchObject({
      content: 'frozen',
      viewports: [
        { name: 'desktop', width: 1280, height: 800, mobile: false },
        { name: 'mobile', width: 390, height: 844, mobile: true },
      ],
      ignore: example.ignore,
      mustHave: example.must_have,
      mustNotHave: example.must_not_have,
    });
  });

  it.each([
    ['a regular expression that could run for ever', { ignore: { text: ['(a)\\1'] } }],
    ['a broken regular expression', { ignore: { text: ['('] } }],
    ['a broken selector', { ignore: { selectors: ['..a'] } }],
    ['markup for a selector', { must_have: [{ selector: '<b>' }] }],
    ['an unknown screen', { viewports: ['tablet'] }],
    ['an unknown key', { ignore: { selector: ['.a'] } }],
    ['both text and selector', { must_have: [{ text: 'a', selector: 'b' }] }],
  ])('is not %s', (_name, value) => {
    expect(options.safeParse(value).success).toBe(false);
  });

  it('can be written as JSON Schema', () => {
    expect(() => z.toJSONSchema(options, { io: 'input' })).not.toThrow();
  });

  it('does not apply to a name without a page', () => {
    expect(configure({ id: 'g', url: null, name: 'www.example.org', content: 'living', options: {} })).toHaveProperty(
      'notApplicable',
    );
  });
});

describe('the admin’s own rules', () => {
  const rules = {
    must_have: [{ text: 'global  SUMMIT' }, { selector: 'video' }],
    must_not_have: [{ text: 'casino' }, { selector: 'marquee' }],
  };

  it('hold on the genuine page', () => {
    expect(findingsOf({}, 'living', rules)).toEqual([]);
  });

  it('are each a critical finding when broken, with or without a baseline', () => {
    const html = GENUINE.replace(/<video[\s\S]*?<\/video>/, '<marquee>Casino</marquee>');
    const codes = ['page/must-have-missing', 'page/must-not-have-present', 'page/must-not-have-present'];
    const broken = (accepted: Parameters<typeof reading>[1]) =>
      reading(lookAt({ html }), accepted, settingsFor('living', rules))
        .findings.filter(({ code }) => code.startsWith('page/must-'))
        .map(({ code, severity }) => `${severity} ${code}`)
        .sort();
    expect(broken([])).toEqual(codes.map((code) => `critical ${code}`));
    expect(broken(lookAt())).toEqual(codes.map((code) => `critical ${code}`));
  });
});
