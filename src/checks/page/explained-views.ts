/** What the comparers of what is seen ask, when they speak, and what they measured: a part of explained.ts. */
import { differenceOf } from './difference.js';
import { counted, each, fromTo, type PageExplained, percent } from './explained-measures.js';
import { heroesIn, SAME_PICTURE } from './hero.js';
import { logoLikeness, SAME_LOGO } from './logo.js';
import { largestShare, NOTICEABLE, pictureDifferenceOf, REPLACED_ABOVE } from './pixels.js';
import { isAsAccepted } from './rendering.js';

const picture = each((pair, settings) => {
  const { actual, accepted } = pair;
  if (!actual.shown || !accepted.shown) return null;
  if (actual.shown.screenshot.sha256 === accepted.shown.screenshot.sha256)
    return { what: 'picture', value: 'the same, byte for byte' };
  if (actual.shown.renderer !== accepted.shown.renderer)
    return { what: 'picture', value: 'not compared: another browser drew it' };
  const difference = pictureDifferenceOf(pair, settings);
  if (!difference) return { what: 'picture', value: 'could not be read' };
  const masked = percent(accepted.volatility?.area ?? 0);
  const largest = percent(largestShare(difference, accepted.shown));
  const value = `${percent(difference.share)} differs in ${counted(difference.boxes.length, 'place')}, the largest ${largest} of a screen; ${masked} masked as moving by itself`;
  return { what: 'picture', value };
});

const layersAbove = each((pair) => {
  const [now, before] = [pair.actual.shown, pair.accepted.shown];
  if (!now || !before) return null;
  const overlays = fromTo(String(before.overlays.length), String(now.overlays.length));
  const dialogs = fromTo(String(before.dialogs.length), String(now.dialogs.length));
  return { what: 'layers over most of the window, message boxes', value: `${overlays}, ${dialogs}` };
});

export const explainedViews: Readonly<Record<string, PageExplained>> = {
  overlay: {
    asks: 'Does something new lie on top of the page, or does it open message boxes?',
    speaks:
      'more opaque layers than accepted cover most of the window, new words about another site or against somebody cover text, or a message box says something new',
    measures: layersAbove,
  },
  banner: {
    asks: 'Is a wide block of strange words new at the top?',
    speaks: 'the picture and the text both have a new block there, in words the site does not use',
    measures: each((pair) =>
      pair.actual.shown ? { what: 'new lines', value: String(differenceOf(pair).added.length) } : null,
    ),
  },
  logo: {
    asks: 'Is the logo at the head of the page the same picture?',
    speaks: `less than ${percent(SAME_LOGO)} of the pattern of light and dark agrees`,
    measures: each((pair, settings) => {
      if (!pair.actual.shown) return null;
      const likeness = logoLikeness(pair, settings);
      const value = likeness
        ? `${percent(likeness.pattern)} agrees`
        : 'not compared: the same picture, or no logo found';
      return { what: 'pattern of the logo', value };
    }),
  },
  hero: {
    asks: 'Do the large pictures of the first screen show what they showed behind the same addresses?',
    speaks: `less than ${percent(SAME_PICTURE)} of the pattern of light and dark agrees`,
    measures: each((pair, settings) => {
      if (!pair.actual.shown) return null;
      const heroes = heroesIn(pair, settings);
      const alike = heroes.map(({ likeness }) => percent(likeness)).join(', ');
      return { what: 'patterns of large pictures', value: alike || 'not compared: the same picture, or none found' };
    }),
  },
  pixels: {
    asks: 'Does it look the same?',
    speaks: `a changed area covers ${percent(NOTICEABLE)} of a screen or more; replaced above ${percent(REPLACED_ABOVE)} of the picture`,
    measures: picture,
  },
  rendering: {
    asks: 'Does a browser show what the server’s answer says?',
    speaks: 'the answer is as accepted, and text, structure or references of a rendered view are not',
    measures: each((pair) => ({ what: 'but for what moves', value: isAsAccepted(pair) ? 'as accepted' : 'differs' })),
  },
};
