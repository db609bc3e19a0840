/** Which response headers a baseline keeps. Pure. */
import type { RawAnswer } from './evidence.js';

type Headers = RawAnswer['headers'];

/** Tell the time of an answer and nothing about the page; a cache may repeat them from one sample to the next. */
const CLOCKS: ReadonlySet<string> = new Set(['date', 'age', 'expires']);

/**
 * The answer with the headers that were the same in every sample. The others are made for one answer: dates, cookies,
 * request ids, nonces. No comparison can use them, and in a baseline they would bury what changed, since every
 * recapture brings new ones. `location` stays, whatever token it carries: where visitors are sent is compared.
 */
export function withSteadyHeaders(base: RawAnswer, others: readonly RawAnswer[]): RawAnswer {
  // A sample that failed has no headers; that it has none says nothing of the page.
  const answered = others.filter(({ failure }) => failure === null);
  return {
    ...base,
    hops: base.hops.map((hop, index) => ({
      ...hop,
      headers: steady(
        hop.headers,
        answered.flatMap(({ hops }) => hops.slice(index, index + 1).map((other) => other.headers)),
      ),
    })),
    headers: steady(
      base.headers,
      answered.map(({ headers }) => headers),
    ),
  };
}

function steady(headers: Headers, others: readonly Headers[]): Headers {
  return headers.flatMap(([name, sent]): Headers => {
    if (name === 'location') return [[name, sent]];
    const value = lasting(name, sent);
    const inAll = others.every((other) => other.some((one) => one[0] === name && lasting(name, one[1]) === value));
    return CLOCKS.has(name) || !inAll ? [] : [[name, others.length > 0 ? value : sent]];
  });
}

/** A policy without what it says for one answer only: nonces, hashes of generated code, tokens of its reports. */
function lasting(name: string, value: string): string {
  if (name !== 'content-security-policy') return value;
  return value.replace(/'(nonce|sha\d+)-[^']*'/gi, "'$1-*'").replace(/\b(report-uri|report-to)\s[^;,]*/gi, '$1 *');
}
