/**
 * The Content-Security-Policy of the answer: who takes it off or opens it has a script to run. What is
 * made for one answer, nonces and hashes, is compared by its presence only.
 */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';
import type { PageEvidence, RawAnswer } from './evidence.js';
import type { PageSettings } from './settings.js';
import { quoteList } from './words.js';

/** What one policy lets scripts come from. */
type Sources = ReadonlySet<string>;

// Values for one answer, and words that allow nothing by themselves.
const HARMLESS = /^'(?:nonce-.*|sha\d+-.*|none|self|strict-dynamic|report-sample)'$/;

export const policy: PageComparer = {
  name: 'policy',
  compare: ({ raw, spared }, accepted, settings) => {
    // "Not modified" leaves headers out that did not change (RFC 9110, 15.4.5).
    if (spared?.notModified) return [];
    const answers = accepted.map((evidence: PageEvidence) => evidence.raw).filter(({ failure }) => failure === null);
    if (raw.failure || answers.length === 0) return [];
    const weakened = answers.map((answer) => weakening(raw, answer, settings));
    // It is weakened only where it is weaker than each of the accepted answers.
    return weakened.some((finding) => finding === null) ? [] : weakened.flatMap((finding) => finding ?? []).slice(0, 1);
  },
};

function weakening(actual: RawAnswer, accepted: RawAnswer, settings: PageSettings): Finding | null {
  const before = policiesOf(accepted);
  const now = policiesOf(actual);
  if (before.length === 0) return null;
  const facts = {
    expected: before.join(', '),
    actual: now.join(', ') || '(none)',
    where: 'header content-security-policy',
  };
  if (now.length === 0) {
    const summary = 'The Content-Security-Policy header is gone: scripts from anywhere may run in the page.';
    return finding('page/policy-weakened', settings, { ...facts, summary });
  }
  const limits = now.flatMap((value) => scriptSources(value) ?? []);
  const [opened] = before.flatMap((value) => newSources(scriptSources(value), limits) ?? []);
  if (!opened) return null;
  const what = opened.size > 0 ? `now lets scripts come from ${quoteList(opened)}` : 'no longer limits scripts';
  const summary = `The Content-Security-Policy header ${what}.`;
  return finding('page/policy-weakened', settings, { ...facts, summary });
}

/** Several headers, and several policies in one, all hold at once. */
function policiesOf({ headers }: RawAnswer): string[] {
  return headers
    .filter(([name]) => name === 'content-security-policy')
    .flatMap(([, value]) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Null where the policy says nothing of scripts (CSP 3, section 6.8.3: the fallback is default-src). */
function scriptSources(value: string): Sources | null {
  const directives = new Map<string, Sources>();
  for (const directive of value.split(';')) {
    const [name = '', ...sources] = directive.trim().split(/\s+/);
    // The first of several directives of one name counts.
    if (!directives.has(name.toLowerCase())) {
      directives.set(name.toLowerCase(), new Set(sources.map((source) => source.toLowerCase())));
    }
  }
  const scripts = directives.get('script-src-elem') ?? directives.get('script-src') ?? directives.get('default-src');
  return scripts ? inForce(scripts) : null;
}

const UNSAFE = "'unsafe-inline'";
const PER_ANSWER = /^'(?:nonce|sha\d+)-/;

/**
 * A policy that names nonces or hashes is blind to `unsafe-inline`, which is there for old browsers (CSP 3, section
 * 6.7.3.2). Without them the same word lets every inline script run.
 */
function inForce(sources: Sources): Sources {
  if (![...sources].some((source) => PER_ANSWER.test(source))) return sources;
  return new Set([...sources].filter((source) => source !== UNSAFE));
}

/** What the nearest of the policies now in force adds to an accepted one; null where one is as strict. */
function newSources(accepted: Sources | null, now: readonly Sources[]): Sources | null {
  if (accepted === null) return null;
  const added = now.map(
    (sources) => new Set([...sources].filter((source) => !accepted.has(source) && !HARMLESS.test(source))),
  );
  if (added.some(({ size }) => size === 0)) return null;
  return added.sort((a, b) => a.size - b.size)[0] ?? new Set();
}
