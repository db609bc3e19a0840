import { describe, expect, it } from 'vitest';
import { isSameGreeting, timeless } from '../../../src/checks/page/greetings.js';
import { page } from '../../../src/checks/page/index.js';
import { GENUINE, lookAt, paintedPng, reading, settingsFor, worstOf } from './looks.js';

const greeting = (words: string): string => GENUINE.replace('<main>', `<p>${words}</p><main>`);
const frozen = settingsFor('frozen');

describe('a greeting that changes with the hour', () => {
  it.each([
    ['Good morning, visitor', 'Good evening, visitor'],
    ['صبح بخیر، مهمان گرامی', 'عصر بخیر، مهمان گرامی'],
    ['صباح الخير أيها الزائر', 'مساء الخير أيها الزائر'],
    ['早上好，访客', '晚上好，访客'],
    ['Доброе утро, гость', 'Добрый вечер, гость'],
    ['Günaydın ziyaretçi', 'İyi akşamlar ziyaretçi'],
    ['おはようございます', 'こんばんは'],
    ['Buenos días', 'Buenas noches'],
  ])('is no change, on a frozen page either: %s', (morning, evening) => {
    const accepted = page.combine([lookAt({ html: greeting(morning) }), lookAt({ html: greeting(morning) })]);
    const { findings } = reading(lookAt({ html: greeting(evening) }), accepted, frozen);
    expect(findings.filter(({ severity }) => severity !== 'notice')).toEqual([]);
    expect(isSameGreeting(morning, evening)).toBe(true);
  });

  it('may be repainted where it stands, and nowhere else', () => {
    const at = (words: string, y: number) =>
      lookAt({
        html: greeting(words),
        screenshot: paintedPng(1280, 800, [
          { x: 40, y, width: 300, height: 40, colour: words.includes('evening') ? [9, 9, 9] : [200, 0, 0] },
        ]),
        view: {
          layout: {
            covered: [],
            top: [{ text: words, box: { x: 32, y: 96, width: 320, height: 48 }, size: 16 }],
            pictures: [],
          },
        },
      });
    const told = (y: number) =>
      worstOf(reading(at('Good evening, visitor', y), at('Good morning, visitor', y), frozen).findings);
    expect(told(100)).not.toBe('critical');
    expect(told(400)).toBe('critical');
  });

  it.each([
    ['Good morning, visitor', 'Good evening, traitors'],
    ['Good morning, visitor', 'Death to the liars, visitor'],
    ['Good mornings are rare', 'Good evenings are rare'],
  ])('does not excuse what else is said: %s', (before, after) => {
    const { findings } = reading(lookAt({ html: greeting(after) }), lookAt({ html: greeting(before) }), frozen);
    expect(worstOf(findings)).toBe('critical');
  });

  it('is a short line, not the beginning of a text', () => {
    const text =
      'Good morning, said the old man to the river, and went on walking along the bank until the evening came.';
    expect(timeless(text)).toBe(text);
  });
});
