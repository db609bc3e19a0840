import { describe, expect, test } from 'vitest';
import type { CaptureRequest } from '../../../src/checks/check.js';
import { Stills } from '../../../src/net/browser/stills.js';

const REQUEST: CaptureRequest = {
  url: 'https://live.summit.test/',
  viewport: { name: 'desktop', width: 1280, height: 800, mobile: false },
  boxesOf: [],
  signal: new AbortController().signal,
};

describe('Stills', () => {
  test('one shot is enough only where the view came to rest at the very same picture', () => {
    const stills = new Stills();
    expect(stills.knows(REQUEST)).toBe(false);
    stills.remember(REQUEST, 'picture');
    expect(stills.isStill(REQUEST, 'picture')).toBe(true);
    expect(stills.isStill(REQUEST, 'another')).toBe(false);
  });

  test('a picture of one view says nothing of another: viewport, pinned address, certificate', () => {
    const stills = new Stills();
    stills.remember(REQUEST, 'picture');
    expect(stills.knows({ ...REQUEST, viewport: { ...REQUEST.viewport, mobile: true } })).toBe(false);
    expect(stills.knows({ ...REQUEST, pin: ['127.0.80.66'] })).toBe(false);
    expect(stills.knows({ ...REQUEST, anyCertificate: true })).toBe(false);
    expect(stills.knows({ ...REQUEST, url: 'https://live.summit.test/other' })).toBe(false);
  });
});
