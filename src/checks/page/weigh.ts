/**
 * All findings of one look together: which cause explains them, how grave it is, and what a person need not read
 * twice. The rules are tried in order; each says why it holds. Weights of single findings are in codes.ts.
 */
import type { Finding } from '../../core/model.js';
import { finding, type PageCode } from './codes.js';
import { type Difference, differenceOf } from './difference.js';
import type { PageEvidence } from './evidence.js';
import { isWalledOff } from './failures.js';
import { fold } from './fold.js';
import { tiradeIn } from './hostility.js';
import { type Pair, pairsOf } from './layers.js';
import type { PageSettings } from './settings.js';
import { REPLACED_BELOW as STRUCTURE_REPLACED } from './structure.js';
import { swapIn } from './swapped.js';
import { isTextReplaced } from './text.js';
import { titleChange } from './title.js';
import {
  EFFECTS_OF_REDESIGN,
  EXPLAIN_PICTURE,
  PARTS_OF_DEFACEMENT,
  SHOWN_WITH_REPLACED,
  STAND_INS,
} from './weights/groups.js';
import { quote } from './words.js';

/** Below this share of own links, scripts, forms and pictures still there, the page is not the site's any more. */
const OWN_KEPT = 0.3;
/** A phrase found with at least this confidence decides together with any other difference. */
const TELLING_PHRASE = 0.9;
/** Weight of hostile words, and share of the running text gone, that together are a defacement. */
const HEAVY = 6;
const MOST_GONE = 0.5;

export function weigh(
  findings: readonly Finding[],
  actual: PageEvidence,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): readonly Finding[] {
  const scene = sceneOf(findings, actual, accepted, settings);
  const rule = ruleFor(scene);
  return rule ? fold(rule.outcome(scene)) : scene.findings;
}

/** The rule `weigh` goes by, for a person who asks why. */
export function weighedBy(...given: Parameters<typeof sceneOf>): Pick<Rule, 'name' | 'because'> | null {
  return ruleFor(sceneOf(...given)) ?? null;
}

const ruleFor = (scene: Scene): Rule | undefined => RULES.find((candidate) => candidate.applies(scene));

/** Everything a rule may look at. */
interface Scene {
  readonly findings: readonly Finding[];
  readonly pairs: readonly Pair[];
  readonly actual: PageEvidence;
  readonly settings: PageSettings;
  readonly has: (...codes: PageCode[]) => boolean;
}

interface Rule {
  readonly name: string;
  readonly because: string;
  readonly applies: (scene: Scene) => boolean;
  readonly outcome: (scene: Scene) => readonly Finding[];
}

function sceneOf(
  all: readonly Finding[],
  actual: PageEvidence,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): Scene {
  const findings = fold(all);
  const codes = new Set(findings.map((entry) => entry.code));
  return {
    findings,
    pairs: pairsOf(actual, accepted, settings),
    actual,
    settings,
    has: (...wanted) => wanted.some((code) => codes.has(code)),
  };
}

// --------------------------------------------------------------- measures

/** Text and own references are gone, and the title or the structure with them: another page. */
function isReplaced(pair: Pair): boolean {
  const difference = differenceOf(pair);
  if (!isTextGone(pair, difference)) return false;
  const title = titleChange(pair);
  const foreign = difference.structureSimilarity < STRUCTURE_REPLACED && difference.itemsKept < OWN_KEPT;
  return title === 'replaced' || foreign;
}

function isTextGone(pair: Pair, difference: Difference): boolean {
  if (pair.same || !pair.actual.document || !pair.accepted.document) return false;
  const had = pair.accepted.lines.join('').length > 0;
  return had && isTextReplaced(difference);
}

/** Rebuilt, but still the site's own: its title words, and its links, scripts or forms, stayed. */
function isRedesigned(pair: Pair): boolean {
  const difference = differenceOf(pair);
  if (pair.same || difference.structureSimilarity >= 0.6) return false;
  const title = titleChange(pair);
  return (title === 'same' || title === 'edited') && (difference.itemsKept >= OWN_KEPT || difference.textKept >= 0.3);
}

/** New words that speak against somebody, heavy enough and in place of most of the running text. */
function isRewrittenInHostility(pair: Pair): boolean {
  const tirade = tiradeIn(pair);
  if (!tirade?.outright || tirade.weight < HEAVY) return false;
  return isTextReplaced(differenceOf(pair)) || (swapIn(pair)?.gone ?? 0) >= MOST_GONE;
}

function phraseIn({ findings }: Scene): Finding | undefined {
  return findings.find((entry) => entry.code === 'page/defacement-phrase' && entry.confidence >= TELLING_PHRASE);
}

// ------------------------------------------------------------------ rules

const RULES: readonly Rule[] = [
  {
    name: 'walled off',
    because: 'what is compared would be the wall; `failures` says that nothing was verified',
    applies: ({ actual }) => isWalledOff(actual),
    outcome: ({ findings }) => findings.filter(isOwnRule),
  },
  {
    name: 'server error',
    because:
      'an error page differs from the page in everything; `failures` says the page is down. A signed one is a defacement',
    applies: (scene) => (scene.actual.raw.status ?? 0) >= 500 && !phraseIn(scene),
    outcome: () => [],
  },
  {
    name: 'redirected',
    because: 'on another site everything else is another too',
    applies: ({ has }) => has('page/redirected'),
    outcome: (scene) =>
      keep(scene, ['page/redirected', 'page/scheme-downgraded', 'page/refresh-added', 'page/defacement-phrase']),
  },
  {
    name: 'stands in for the page',
    because: 'a refusal, an error, a block notice or a parking page is the cause of all other differences',
    applies: (scene) => !phraseIn(scene) && scene.has(...STAND_INS),
    outcome: (scene) => keep(scene, STAND_INS),
  },
  {
    name: 'replaced',
    because: 'text and own references are gone, and the title or the structure with them',
    applies: ({ pairs, has }) => pairs.some(isReplaced) || (has('page/emptied') && has('page/picture-replaced')),
    outcome: (scene) => [replacedHead(scene), ...raised(keep(scene, SHOWN_WITH_REPLACED))],
  },
  {
    name: 'signed',
    because: 'a defacer’s words on the page, and another finding that shows they are new there',
    applies: (scene) => phraseIn(scene) !== undefined && scene.findings.length > 1,
    outcome: ({ findings }) => raised(explained(findings)),
  },
  {
    name: 'rewritten',
    because:
      'the frame of the page stayed, most of what it says was exchanged, and for accusations, threats or spam: no editor’s work',
    applies: ({ pairs }) => pairs.some(isRewrittenInHostility),
    outcome: ({ findings }) => raised(explained(findings)),
  },
  {
    name: 'redesigned',
    because:
      'structure or text were replaced while the site’s own title and references stayed; somebody approves it or does not',
    applies: ({ pairs, settings }) => settings.content === 'living' && pairs.some(isRedesigned),
    outcome: (scene) => [redesignedHead(scene), ...without(scene, EFFECTS_OF_REDESIGN)],
  },
  {
    name: 'repainted',
    because:
      'most of the picture is another although markup and text explain nothing of it: something was drawn over the page',
    applies: ({ has }) => has('page/picture-replaced') && !has(...EXPLAIN_PICTURE),
    outcome: ({ findings }) => findings,
  },
  {
    name: 'edited',
    because: 'changed text, pictures and styles change the picture: that is one thing to tell',
    applies: ({ settings }) => settings.content === 'living',
    outcome: ({ findings, pairs }) => explained(findings).map((entry) => softened(entry, pairs)),
  },
];

// --------------------------------------------------------------- outcomes

function isOwnRule({ code }: Finding): boolean {
  return code === 'page/must-not-have-present';
}

/** The named findings, those of the admin's own rules, and what other visitors see: told whatever the cause. */
function keep({ findings }: Scene, codes: readonly PageCode[]): Finding[] {
  return findings.filter(({ code }) => /^page\/(?:must-|cloaked$)/.test(code) || codes.some((kept) => kept === code));
}

function without({ findings }: Scene, codes: readonly PageCode[]): Finding[] {
  return findings.filter(({ code }) => !codes.some((dropped) => dropped === code));
}

/** What is part of a defacement is as grave as it. */
function raised(findings: readonly Finding[]): Finding[] {
  return findings.map((entry) =>
    PARTS_OF_DEFACEMENT.some((part) => part === entry.code)
      ? { ...entry, severity: 'critical', diagnosis: 'defaced' }
      : entry,
  );
}

/** Without what another finding of the list explains. */
function explained(findings: readonly Finding[]): Finding[] {
  const edited = findings.some(({ code }) => EXPLAIN_PICTURE.some((cause) => cause === code));
  if (!edited) return [...findings];
  const effects: readonly string[] = ['page/picture-changed', 'page/structure-changed', 'page/markup-changed'];
  return findings.filter(
    ({ code, severity }) => severity !== 'notice' || !effects.includes(code) || code === 'page/picture-changed',
  );
}

/** In an edited page a wholly repainted picture follows from the edit, unless hardly anything was edited. */
function softened(entry: Finding, pairs: readonly Pair[]): Finding {
  if (entry.code !== 'page/picture-replaced') return entry;
  const shaken = pairs.some((pair) => {
    const { textKept, structureSimilarity, addedItems } = differenceOf(pair);
    return textKept < 0.6 || structureSimilarity < 0.8 || addedItems.some(({ kind }) => kind === 'stylesheet');
  });
  return shaken ? { ...entry, severity: 'warning', diagnosis: 'changed' } : entry;
}

function replacedHead(scene: Scene): Finding {
  const { settings, has, pairs, actual } = scene;
  const phrase = phraseIn(scene);
  const pair = pairs.find(isReplaced) ?? pairs[0];
  const now = pair ? pair.actual.lines.join(' ') : '';
  const what = has('page/title-replaced') ? 'The title and the main text were replaced' : 'The page was replaced';
  const says = phrase?.actual ?? now;
  const summary = says ? `${what}; the new text says “${quote(says, 120)}”.` : `${what}; no text is left.`;
  return finding('page/replaced', settings, {
    summary,
    expected: pair?.accepted.document?.title ?? pair?.accepted.lines[0],
    actual: pair?.actual.document?.title || now,
    where: actual.raw.hops.at(-1)?.url,
  });
}

function redesignedHead({ settings, pairs }: Scene): Finding {
  const pair = pairs.find(isRedesigned);
  const kept = pair ? Math.round(differenceOf(pair).itemsKept * 100) : 0;
  return finding('page/redesigned', settings, {
    summary: `The page was rebuilt, but kept its title and ${kept} % of its own links, scripts and pictures.`,
    where: pair?.layer,
  });
}
