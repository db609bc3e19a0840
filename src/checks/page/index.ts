/**
 * The page check: what a visitor gets and sees, against what was approved.
 *
 * `probe` keeps the raw answer and every rendered view; each comparer asks one question of them; `weigh` decides what
 * the answers mean together. A comparer is one file and one entry in the list below.
 */
import type { Check } from '../check.js';
import { assertions } from './assertions.js';
import { banner } from './banner.js';
import { body } from './body.js';
import { cloaking } from './cloaking.js';
import { codes } from './codes.js';
import { contents } from './contents.js';
import { coverage } from './coverage.js';
import { direction } from './direction.js';
import { EVIDENCE_VERSION, type PageEvidence, pageEvidence } from './evidence.js';
import { exhibit } from './exhibit.js';
import { explained } from './explained.js';
import { failures } from './failures.js';
import { isHeavy } from './heavy.js';
import { hero } from './hero.js';
import { hostility } from './hostility.js';
import { learned } from './learned.js';
import { logo } from './logo.js';
import { lookalikes } from './lookalikes.js';
import { origins } from './origins.js';
import { overlay } from './overlay.js';
import { pixels } from './pixels.js';
import { policy } from './policy.js';
import { probe } from './probe.js';
import { redirects } from './redirects.js';
import { rendering } from './rendering.js';
import { serviceWorkers } from './service-workers.js';
import { configure, type PageSettings, pageOptions } from './settings.js';
import { signatures } from './signatures.js';
import { remember } from './sparing.js';
import { status } from './status.js';
import { structure } from './structure.js';
import { text } from './text.js';
import { title } from './title.js';
import { combine } from './volatility.js';
import { weigh, weighedBy } from './weigh.js';

export const page: Check<PageSettings, PageEvidence> = {
  kind: 'page',
  version: EVIDENCE_VERSION,
  options: pageOptions,
  evidence: pageEvidence,
  codes,
  comparers: [
    coverage,
    redirects,
    status,
    policy,
    title,
    text,
    direction,
    hostility,
    lookalikes,
    body,
    structure,
    origins,
    contents,
    serviceWorkers,
    overlay,
    banner,
    logo,
    hero,
    pixels,
    rendering,
    signatures,
    cloaking,
    assertions,
  ],
  explained,
  configure,
  probe,
  combine,
  learned,
  failures,
  isHeavy,
  exhibit,
  weigh,
  weighedBy,
  remember,
};
