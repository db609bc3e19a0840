/** What other visitors are given: asked for, kept without copies of the monitor's own, and as looks of their own. */
import type { FetchRequest, Network } from '../check.js';
import { readDocument } from './document.js';
import { isHtml, type PageEvidence, type RawAnswer, type VisitorLook } from './evidence.js';
import { RAW } from './layers.js';
import { VISITORS, type Visitor } from './visitors.js';

interface Asked {
  readonly name: Visitor;
  readonly raw: RawAnswer;
}

/** Asks as each of them, all at once. Never rejects for what the target does. */
export async function askAs(
  visitors: readonly Visitor[],
  { url, signal }: Pick<FetchRequest, 'url' | 'signal'>,
  network: Pick<Network, 'fetch'>,
  answerOf: (fetched: Awaited<ReturnType<Network['fetch']>>) => RawAnswer,
): Promise<readonly Asked[]> {
  return Promise.all(
    visitors.map(async (name) => ({
      name,
      raw: answerOf(await network.fetch({ url, visitor: VISITORS[name].says, signal })),
    })),
  );
}

/** What was seen as them: nothing where our own side failed, and no copy of what the monitor itself was given. */
export function looksOf(asked: readonly Asked[], own: RawAnswer): VisitorLook[] {
  return asked
    .filter(({ raw }) => raw.failure?.blame !== 'monitor')
    .map(({ name, raw }) => ({ name, raw: isCopy(raw, own) ? null : raw }));
}

function isCopy(raw: RawAnswer, own: RawAnswer): boolean {
  return sameWay(raw, own) && raw.body?.sha256 === own.body?.sha256;
}

/** The same answer but for nonces, tokens and cache-busters. */
export function isSamePage(raw: RawAnswer, own: RawAnswer): boolean {
  if (!sameWay(raw, own)) return false;
  if (raw.body?.sha256 === own.body?.sha256) return true;
  if (!raw.body || !own.body || !isHtml(raw) || !isHtml(own)) return false;
  const options = { url: raw.hops.at(-1)?.url ?? '', ignore: [], probes: [] };
  return readDocument(raw.body, options).hash === readDocument(own.body, options).hash;
}

function sameWay(raw: RawAnswer, own: RawAnswer): boolean {
  const chain = ({ hops }: RawAnswer): string => hops.map(({ url }) => url).join(' ');
  return raw.failure === null && own.failure === null && raw.status === own.status && chain(raw) === chain(own);
}

/** The look without its rendered views and other visitors. */
export function ownAnswer({ raw, volatility }: PageEvidence): PageEvidence {
  return answerAlone(raw, volatility);
}

/** A visitor's answer as a look of its own, to be judged like any other. */
export function lookOf(visitor: VisitorLook, beside: PageEvidence): PageEvidence {
  return visitor.raw === null ? ownAnswer(beside) : answerAlone(visitor.raw, visitor.volatility);
}

function answerAlone(raw: RawAnswer, volatility: PageEvidence['volatility']): PageEvidence {
  if (!volatility) return { raw, views: [] };
  return {
    raw,
    views: [],
    volatility: { ...volatility, layers: volatility.layers.filter(({ layer }) => layer === RAW) },
  };
}
