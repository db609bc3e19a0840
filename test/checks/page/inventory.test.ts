import { describe, expect, it } from 'vitest';
import { findingsOf, GENUINE } from './looks.js';

const inHead = (html: string): string => GENUINE.replace('</head>', `${html}</head>`);
const told = (html: string): string[] =>
  findingsOf({ html }).flatMap(({ code, severity }) => (severity === 'notice' ? [] : [code]));

describe('what a page fetches without a script or picture element', () => {
  it.each([
    ['a module preloaded', '<link rel="modulepreload" href="https://evil.example/m.js">', 'page/script-injected'],
    ['code preloaded', '<link rel="preload" as="script" href="https://evil.example/a.js">', 'page/script-injected'],
    ['a sheet imported by a rule', '<style>@import "https://evil.example/s.css";</style>', 'page/style-injected'],
    [
      'a sheet imported by its address',
      '<style>@import url(//evil.example/s.css) screen;</style>',
      'page/style-injected',
    ],
    ['a picture in a rule', '<style>body{background:url("https://evil.example/p.png")}</style>', 'page/image-replaced'],
    ['a picture in an attribute', '<p style="background:url(//evil.example/p.png)"></p>', 'page/image-replaced'],
  ])('is told: %s', (_name, html, code) => {
    expect(told(inHead(html))).toContain(code);
  });

  it.each([
    ['own code preloaded', '<link rel="modulepreload" href="/assets/m.js">'],
    ['a style sheet preloaded', '<link rel="preload" as="style" href="/assets/new.css">'],
    ['a rule that fetches nothing', '<style>h2{letter-spacing:.01em}</style>'],
    ['a picture written into the rule', '<style>i{background:url(data:image/gif;base64,R0lGOD)}</style>'],
    ['a picture of the site itself', '<style>i{background:url(/img/star.svg)}</style>'],
  ])('is nothing to tell anybody: %s', (_name, html) => {
    expect(told(inHead(html))).toEqual([]);
  });
});
