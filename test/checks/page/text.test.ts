import { describe, expect, it } from 'vitest';
import { lookAt, reading } from './looks.js';

const page = (...paragraphs: string[]): string =>
  `<html lang="en"><title>Global Summit 2026 – Live</title><h1>Open house</h1>${paragraphs.map((p) => `<p>${p}</p>`).join('')}</html>`;
const codes = (before: string, after: string): string[] =>
  reading(lookAt({ html: after }), lookAt({ html: before })).findings.map(({ code }) => code);

describe('a page in two scripts', () => {
  const both = page(
    'This part of the programme has not been translated yet, so it is shown as the organisers wrote it.',
    'Эта часть программы уже переведена, и её можно читать на языке посетителей конференции.',
  );
  const translated = (text: string): string =>
    text.replace(/This part[^<]*/, 'Сессии начинаются утром и продолжаются до вечера, вход для всех гостей свободный.');

  it('may have text of one script where the other stood', () => {
    expect(codes(both, translated(both))).not.toContain('page/script-system-changed');
  });

  it('is told of a script it did not have', () => {
    const english = both.replace(/Эта[^<]*/, 'All of the other parts are the same as they were in the last year.');
    expect(codes(english, translated(english))).toContain('page/script-system-changed');
  });
});
