import { describe, expect, it } from 'vitest';
import { page } from '../../../src/checks/page/index.js';
import { fellowsOf } from '../../../src/checks/page/siblings.js';
import { GENUINE, lookAt, reading, settingsFor, worstOf } from './looks.js';

/** Three links to other articles; what stands in each place. */
const related = (...titles: readonly string[]): string =>
  GENUINE.replace(
    '</footer>',
    `<ul class="related">${titles.map((title) => `<li><a href="/read/${title.length}-${title.slice(0, 3)}">${title}</a></li>`).join('')}</ul></footer>`,
  );
const learned = (first: string, ...others: readonly string[]) =>
  page.combine([lookAt({ html: first }), ...others.map((html) => lookAt({ html }))]);
const frozen = settingsFor('frozen');

describe('a list that rotates on a frozen page', () => {
  // The second place showed the same in every sample.
  const accepted = learned(
    related('Rivers of the north', 'Wells in dry land', 'Rain and roofs'),
    related('Fog collectors', 'Wells in dry land', 'Old aqueducts'),
    related('Snow and ice', 'Wells in dry land', 'Tides at night'),
  );

  it('is quiet in the place where the samples happened to agree', () => {
    const look = lookAt({ html: related('Old aqueducts', 'Lakes from space', 'Rivers of the north') });
    expect(reading(look, accepted, frozen).findings).toEqual([]);
  });

  it.each([
    [
      'a link to another site',
      related('Old aqueducts', 'X', 'Rain and roofs').replace('/read/1-X', 'https://evil.example/x'),
    ],
    ['a program', related('Old aqueducts', 'X', 'Rain and roofs').replace('/read/1-X', '/read/setup.exe')],
    ['a signature', related('Old aqueducts', 'Hacked by Crimson Jackal', 'Rain and roofs')],
    ['hostile words', related('Old aqueducts', 'Death to the traitors and their puppets', 'Rain and roofs')],
  ])('is no place to hide %s', (_name, html) => {
    expect(worstOf(reading(lookAt({ html }), accepted, frozen).findings)).toBe('critical');
  });

  it('leaves the menu guarded', () => {
    const html = related('Old aqueducts', 'Lakes from space', 'Rain and roofs').replace('/speakers', '/speakers-2');
    expect(worstOf(reading(lookAt({ html }), accepted, frozen).findings)).toBe('critical');
  });
});

describe('a list that rotates', () => {
  const accepted = learned(
    related('Rivers of the north', 'Wells in dry land', 'Rain and roofs', 'Dew'),
    related('Fog collectors', 'Wells in a desert', 'Old aqueducts of Rome', 'Moss'),
    related('Snow and ice', 'Wells in dry land', 'Tides at night', 'Dew'),
  );
  const told = (html: string, content: 'living' | 'frozen' = 'living') =>
    reading(lookAt({ html }), accepted, settingsFor(content))
      .findings.filter(({ code }) => code === 'page/list-emptied')
      .map(({ severity }) => severity);

  it.each([
    ['with other entries', related('Lakes from space', 'Wells', 'Rain', 'Fog'), []],
    ['that is empty', related(), ['warning']],
    ['of empty entries', related('', '', '', ''), ['warning']],
    ['that is gone', GENUINE, ['warning']],
    ['with little left', related('Dew'), ['warning']],
  ])('%s', (_, html, expected) => {
    expect(told(html)).toEqual(expected);
    expect(told(html, 'frozen')).toEqual(expected.map(() => 'critical'));
  });

  it('of a number that varied may be short, but not empty', () => {
    const varying = learned(
      related('Rivers of the north', 'Wells in dry land', 'Rain and roofs'),
      related('Fog collectors', 'Deep wells'),
      related('Snow and ice', 'Wells in dry land', 'Tides at night'),
    );
    const of = (html: string) => reading(lookAt({ html }), varying, settingsFor('living')).findings;
    expect(of(related('Dew')).map(({ code }) => code)).not.toContain('page/list-emptied');
  });
});

describe('what moves by itself', () => {
  const tip = (words: string): string => GENUINE.replace('<footer>', `<footer><p>${words}</p>`);

  it('is what any of the accepted evidences saw move', () => {
    const first = learned(tip('Drink water'), tip('Drink water'));
    const later = learned(tip('Drink water'), tip('Bring a friend'));
    const look = lookAt({ html: tip('Take notes') });
    expect(worstOf(reading(look, first, frozen).findings)).toBe('critical');
    expect(reading(look, [first, later], frozen).findings).toEqual([]);
  });

  it('is what moved in any view of the samples, for each was loaded by itself', () => {
    const sample = (raw: string, rendered: string) => lookAt({ html: tip(raw), rendered: tip(rendered) });
    const accepted = page.combine([sample('Drink water', 'Drink water'), sample('Drink water', 'Bring a friend')]);
    expect(reading(sample('Take notes', 'Take notes'), accepted, frozen).findings).toEqual([]);
  });
});

describe('entries of one list', () => {
  const li = (n: number): string => (n === 1 ? 'main > ul > li > a' : `main > ul > li:nth-of-type(${n}) > a`);

  it('are told from the path that two of them have in common but for one number', () => {
    expect(fellowsOf([li(1), li(3)], [li(1), li(2), li(3), li(4), 'nav > ul > li > a'])).toEqual([li(2), li(4)]);
  });

  it('are not the paragraphs of a text, of which two moved', () => {
    const p = (n: number): string => (n === 1 ? 'main > p' : `main > p:nth-of-type(${n})`);
    expect(fellowsOf([p(1), p(3)], [p(1), p(2), p(3)])).toEqual([]);
    const item = (n: number): string => `main > div:nth-of-type(${n}) > p`;
    expect(fellowsOf([item(2), item(3)], [item(2), item(3), item(4)])).toEqual([item(4)]);
  });

  it('are not made of a single one', () => {
    expect(fellowsOf([li(3)], [li(1), li(2), li(3)])).toEqual([]);
  });
});
