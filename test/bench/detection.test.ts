import { describe, expect, it } from 'vitest';
import { casesOf, noiseCasesOf } from '../../bench/detection/cases.js';
import { generatedPages } from '../../bench/detection/corpus/generated.js';
import { answer, enliven, MOTIONS } from '../../bench/detection/corpus/life.js';
import { SOURCES } from '../../bench/detection/corpus/packages.js';
import type { CorpusPage } from '../../bench/detection/corpus/page.js';
import { pixelRule } from '../../bench/detection/judges/rivals.js';
import { VARIANTS } from '../../bench/detection/variants/catalogue.js';
import { hostileText } from '../../bench/detection/variants/hostile-text.js';
import { paintedPng } from '../checks/page/looks.js';

const still: readonly CorpusPage[] = generatedPages().map((page) => ({ ...page, template: page.still }));
const lively = still.map((page) => ({
  ...page,
  template: enliven(
    page.still,
    page.language,
    MOTIONS.map(({ name }) => name),
  ),
}));

describe('the corpus of the detection benchmark', () => {
  it('is the same every time it is built', () => {
    expect(generatedPages().map((page) => page.still)).toEqual(still.map((page) => page.still));
    for (const page of lively) expect(answer(page, page.template, 'a')).toEqual(answer(page, page.template, 'a'));
  });

  it('has as many pages of every kind and language in one half as in the other', () => {
    const kinds = (half: string): string[] =>
      still.filter((page) => page.half === half).map(({ id }) => id.slice(0, -2));
    expect(kinds('tuning')).toEqual(kinds('held-out'));
  });

  it('says nothing in the held-out half that it said in the tuning half', () => {
    for (const language of ['en', 'fa', 'ar', 'zh', 'ru', 'tr', 'id'] as const) {
      const said = (['first', 'second'] as const).flatMap((read) => Object.values(hostileText(language, read)).flat());
      for (const text of Object.values(hostileText(language, 'third')).flat()) expect(said).not.toContain(text);
    }
    const wordings = (half: string): Set<string> =>
      new Set(still.flatMap((page) => (page.half === half ? [page.wording] : [])));
    expect(wordings('held-out')).toEqual(new Set(['third']));
    expect(wordings('tuning')).toEqual(new Set(['first', 'second']));
  });

  it('shows no page in both halves', () => {
    const held = SOURCES.filter(({ half }) => half === 'held-out').map(({ package: name, root, page }) =>
      [name, root, page].join(),
    );
    const tuning = SOURCES.filter(({ half }) => half === 'tuning').map(({ package: name, root, page }) =>
      [name, root, page].join(),
    );
    expect(held.filter((page) => tuning.includes(page))).toEqual([]);
    expect(new Set(SOURCES.map(({ id }) => id)).size).toBe(SOURCES.length);
  });

  it('leaves no marker unfilled on a page where everything moves', () => {
    for (const page of lively) expect(answer(page, page.template, 'a').html).not.toContain('~~');
  });

  it.each(MOTIONS.filter(({ name }) => name !== 'response-headers').map(({ name }) => name))(
    'moves a page by %s between one answer and the next',
    (name) => {
      const [page] = still;
      if (!page) throw new Error('no page');
      const answers = noiseCasesOf(page, 8).filter((entry) => entry.name === `noise: ${name}`);
      expect(new Set(answers.map((entry) => entry.scene()?.html)).size).toBeGreaterThan(1);
    },
  );

  it.each(VARIANTS.map(({ name }) => name))('changes what is served by %s, wherever it fits', (name) => {
    const variants = VARIANTS.filter((variant) => variant.name === name);
    expect(variants).toHaveLength(1);
    const scenes = still
      .flatMap((page) => casesOf(page, variants, 1))
      .map((entry) => ({ entry, scene: entry.scene() }));
    const fitting = scenes.filter(({ scene }) => scene !== null);
    expect(fitting.length).toBeGreaterThan(0);
    for (const { entry, scene } of fitting) {
      const before = answer(entry.page, entry.template, `${name} 0`);
      expect(scene).not.toEqual(before);
    }
  });
});

describe('the rule of BackstopJS', () => {
  const box = (side: number) =>
    paintedPng(400, 400, [{ x: 10, y: 10, width: side, height: side, colour: [200, 0, 0] }]);

  it('alarms above a tenth of a per cent of the page, and not at it', () => {
    const plain = paintedPng(400, 400, []);
    expect(pixelRule(plain.bytes, box(12).bytes).alarms).toBe(false);
    expect(pixelRule(plain.bytes, box(20).bytes).alarms).toBe(true);
  });

  it('alarms when the page has another height', () => {
    expect(pixelRule(box(1).bytes, paintedPng(400, 401, []).bytes)).toEqual({ alarms: true, mismatch: null });
  });
});
