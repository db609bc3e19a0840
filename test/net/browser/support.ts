/** A browser for tests, allowed to dial loopback and nothing else, and the pages to show it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureRequest } from '../../../src/checks/check.js';
import { type BrowserOptions, createBrowser, type SharedBrowser } from '../../../src/net/browser/browser.js';

export const DESKTOP = { name: 'desktop', width: 1280, height: 720, mobile: false };

export function browserFor(options: Partial<BrowserOptions> = {}): SharedBrowser {
  return createBrowser({
    executable: 'auto',
    sandbox: 'required',
    jail: 'auto',
    pages: 2,
    ca: [],
    policy: { allow: [], only: ['127.0.0.0/8'] },
    resolve: async () => ['127.0.0.1'],
    ...options,
  });
}

export function requestFor(url: string, more: Partial<CaptureRequest> = {}): CaptureRequest {
  return { url, viewport: DESKTOP, boxesOf: [], signal: new AbortController().signal, ...more };
}

export function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../fixtures/pages', name), 'utf8');
}
