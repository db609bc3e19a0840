/** Weights of what the page says and how it is built. */
import { REMOVE, row, type Weight } from './weight.js';

export const CONTENT = {
  // Several findings with one cause, worded as one.
  'page/replaced': row('defaced', 'critical', 'critical', 0.98, 'The page was replaced by another one.'),
  'page/redesigned': row(
    'changed',
    'warning',
    'critical',
    0.8,
    'The page was rebuilt; its own title, links and scripts stayed.',
  ),

  // Identity: seen by everyone, in search results too, and hardly ever edited.
  'page/title-replaced': row(
    'defaced',
    'critical',
    'critical',
    0.85,
    'The new title has nothing of the old one, nor of the words the site uses of itself.',
  ),
  'page/title-changed': row('changed', 'notice', 'critical', 0.9, 'The title was edited.'),
  'page/meta-changed': row(
    'changed',
    'notice',
    'critical',
    0.8,
    'Description, robots rule, language or another meta value differs.',
  ),
  'page/refresh-added': row(
    'redirected',
    'critical',
    'critical',
    0.9,
    'The page now sends its visitors elsewhere by a meta refresh.',
    REMOVE,
  ),

  // An edit and an attack of the same size look the same; how much is gone decides, the rest is up to the approver.
  'page/text-replaced': row('changed', 'warning', 'critical', 0.85, 'Almost nothing of the accepted text is left.'),
  'page/list-emptied': row(
    'changed',
    'warning',
    'critical',
    0.7,
    'A list whose entries were learned to rotate is empty, or far shorter than in any sample.',
  ),
  'page/text-changed': row('changed', 'notice', 'critical', 0.9, 'Some of the text differs.'),
  'page/script-system-changed': row(
    'defaced',
    'warning',
    'critical',
    0.8,
    'The text is written in another script (alphabet) than the accepted text.',
  ),
  // Editors paste isolates with translated words, hardly ever into a page that had none.
  'page/direction-turned': row(
    'injected',
    'warning',
    'critical',
    0.7,
    'Invisible characters make text read in another order than it is written.',
    REMOVE,
  ),
  // Nobody sees it but search engines, and nobody else signs where nobody sees it.
  'page/hidden-signature': row(
    'defaced',
    'critical',
    'critical',
    0.85,
    'New hidden text reads like a defacer’s signature.',
    REMOVE,
  ),
  // Filters and people read one word, machines another; no keyboard writes such words by itself.
  'page/letters-forged': row(
    'injected',
    'warning',
    'critical',
    0.75,
    'New words are spelt with look-alike letters of another script.',
    REMOVE,
  ),
  // Words alone prove nothing; that this site never used them, and now does, is worth a look.
  'page/hostile-words': row(
    'defaced',
    'warning',
    'critical',
    0.7,
    'New text accuses, threatens, boasts of an intrusion or sells what the site never spoke of.',
    'Read the new text; if editors wrote it, approve a new baseline; if not, restore the page and find how it was changed.',
  ),
  'page/emptied': row('defaced', 'critical', 'critical', 0.9, 'The page has no text any more.'),
  'page/structure-replaced': row(
    'changed',
    'warning',
    'critical',
    0.8,
    'The elements of the page are arranged in a wholly different way.',
  ),
  'page/structure-changed': row('changed', 'notice', 'critical', 0.8, 'Elements were added or taken away.'),
  'page/markup-changed': row('changed', 'notice', 'notice', 0.5, 'Only attributes or hidden text differ.'),
  'page/markup-abnormal': row(
    'defaced',
    'critical',
    'critical',
    0.7,
    'The markup is larger or deeper than a page has reason to be, so only its beginning was read.',
    'Look at the source of the page: something generates markup without end, perhaps to blind monitors.',
  ),
  'page/body-changed': row(
    'changed',
    'warning',
    'critical',
    0.9,
    'What is served here is not a page, and its content differs.',
  ),
} as const satisfies Record<`page/${string}`, Weight>;
