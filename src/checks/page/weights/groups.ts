/** Findings that weigh.ts treats alike, in groups. */
import type { PageCode } from '../codes.js';

/** What is served instead of the page. */
export const STAND_INS: readonly PageCode[] = [
  'page/blocked',
  'page/parked',
  'page/denied',
  'page/status-changed',
  'page/type-changed',
];

/** Changes of the page that change its picture too. */
export const EXPLAIN_PICTURE: readonly PageCode[] = [
  'page/text-changed',
  'page/text-replaced',
  'page/structure-changed',
  'page/structure-replaced',
  'page/resource-changed',
  'page/reference-removed',
  'page/image-replaced',
  'page/style-injected',
  'page/overlay-added',
];

/** What a person still reads beside “the page was replaced”. */
export const SHOWN_WITH_REPLACED: readonly PageCode[] = [
  'page/title-replaced',
  'page/text-replaced',
  'page/emptied',
  'page/script-system-changed',
  'page/defacement-phrase',
  'page/hostile-words',
  'page/hidden-signature',
  'page/dialog-shown',
  'page/script-injected',
  'page/script-tampered',
  'page/service-worker-added',
  'page/inline-script-injected',
  'page/frame-injected',
  'page/form-retargeted',
  'page/password-asked',
  'page/links-injected',
  'page/media-replaced',
  'page/refresh-added',
  'page/renderer-changed',
  'page/not-in-baseline',
  'page/picture-unreadable',
];

/** What follows from a page being rebuilt. */
export const EFFECTS_OF_REDESIGN: readonly PageCode[] = [
  'page/banner-added',
  'page/structure-replaced',
  'page/structure-changed',
  'page/text-replaced',
  'page/text-changed',
  'page/picture-replaced',
  'page/picture-changed',
  'page/logo-replaced',
  'page/picture-exchanged',
  'page/resource-changed',
  'page/content-rewritten',
  'page/content-unread',
  'page/reference-removed',
  'page/links-changed',
  'page/markup-changed',
  'page/meta-changed',
  'page/title-changed',
];

/** Edits by themselves; as grave as a defacement where they are part of one. */
export const PARTS_OF_DEFACEMENT: readonly PageCode[] = [
  'page/defacement-phrase',
  'page/hostile-words',
  'page/text-replaced',
  'page/text-changed',
  'page/title-changed',
  'page/script-system-changed',
];
