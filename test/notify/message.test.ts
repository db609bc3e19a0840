import { describe, expect, it } from 'vitest';
import { pseudoSite } from '../../src/core/announcement.js';
import type { Change, Incident, ResolverRow } from '../../src/core/model.js';
import { compose } from '../../src/notify/message.js';
import type { Proof } from '../../src/notify/notifier.js';
import { aFinding, anAlert, aSite, aTransition, T0 } from '../contracts/samples.js';
import { picture } from './pictures.js';

const row = (over: Partial<ResolverRow>): ResolverRow => ({
  resolver: 'quad9',
  transport: 'tls',
  role: 'reference',
  type: 'A',
  verdict: 'CONSISTENT_IP',
  confidence: 0.99,
  rcode: 'NOERROR',
  answers: ['192.0.2.10'],
  rttMs: 12,
  ...over,
});
const PROOF: Proof = {
  folder: 'data/evidence/live/1/',
  pictures: [picture('before'), picture('after')],
  resolvers: [row({}), row({ resolver: 'isp', role: 'witness', verdict: 'REDIRECT', answers: ['203.0.113.9'] })],
  findings: [
    aFinding({ expected: 'Global Summit', actual: 'Hacked', where: 'head > title' }),
    aFinding({ code: 'page/image-moved', severity: 'notice', summary: 'An image moved.' }),
  ],
};
const composed = (change: Change = 'opened', over: Partial<Incident> = {}, site = aSite(), proof = PROOF) =>
  compose(anAlert(aTransition(change, over)), site, proof);
const later = { updatedAt: T0 + 3_900_000 };

describe('the subject', () => {
  it.each([
    ['opened', {}, '[CRITICAL] live: defaced — The title was replaced.'],
    ['worsened', {}, '[CRITICAL] live: worse, defaced — The title was replaced.'],
    ['reminder', later, '[CRITICAL] live: still defaced after 1 h 5 min — The title was replaced.'],
    ['resolved', later, '[RESOLVED] live: no longer defaced, after 1 h 5 min — The title was replaced.'],
    [
      'opened',
      { severity: 'warning', diagnosis: 'dns-redirected' },
      '[WARNING] live: DNS redirected — The title was replaced.',
    ],
  ] as const)('of %s says how bad, where and what', (change, over, subject) => {
    expect(composed(change, over).subject).toBe(subject);
  });

  it('does not call worse what its reader was never told of', () => {
    const alert = { ...anAlert(aTransition('worsened')), supersedes: ['opened'] as const };
    expect(compose(alert, aSite(), PROOF).subject).toBe('[CRITICAL] live: defaced — The title was replaced.');
  });

  it('is cut between characters as a reader counts them', () => {
    const { subject } = composed('opened', { summary: '👩‍👩‍👧‍👦'.repeat(200) });
    const shown = [...new Intl.Segmenter().segment(subject)].map(({ segment }) => segment);
    expect(shown).toHaveLength(120);
    expect(shown.slice(-2)).toEqual(['👩‍👩‍👧‍👦', '…']);
  });
});

describe('what is no site of the watchlist', () => {
  const many = { siteId: '_group-1', diagnosis: 'dns-redirected', lines: ['a', 'b', 'and 3 more, 5 in all'] } as const;
  const group = compose(anAlert(aTransition('opened', many)), pseudoSite('_group-1') ?? aSite(), PROOF).text;
  const itself = {
    siteId: '_siteward',
    cause: 'monitor',
    diagnosis: 'monitor-fault',
    lines: ['Reason: no room'],
  } as const;
  const own = compose(anAlert(aTransition('opened', itself)), pseudoSite('_siteward') ?? aSite(), PROOF).text;

  it('is called by its name, and has no address', () => {
    expect(group).toMatch(/^Several sites at once: DNS redirected$/m);
    expect(group).toMatch(/^Sites: +a\n +b\n +and 3 more, 5 in all$/m);
    expect(own).toMatch(/^ +Reason: no room$/m);
    expect(group + own).not.toMatch(/^(Site|Address):/m);
  });

  it('is no word of a command: what is to be typed can be typed', () => {
    expect(group.match(/siteward (check|dns|baseline) .*/g)).toEqual(['siteward check a']);
    expect(own.match(/siteward (check|dns|baseline|doctor).*/g)).toEqual(['siteward doctor']);
  });
});

describe('a site with two troubles', () => {
  const shown = aTransition('opened').incident.diverging;
  const [page] = Object.values(shown);
  if (!page) throw new Error('The sample diverges nowhere.');
  const forged = { ...page, diagnosis: 'dns-redirected', summary: 'Resolver "isp" lies.' } as const;
  const over = {
    diagnosis: 'dns-redirected',
    summary: forged.summary,
    diverging: { ...shown, 'live/dns': forged },
  } as const;

  it('is told of with both, and what to do first about each', () => {
    const { text } = composed('opened', over);
    expect(text).toMatch(/Also:? +defaced: The title was replaced\./);
    const [tell = -1, restore = -1, ask = -1] = [
      'Tell the operators',
      'take the page offline',
      'Ask every resolver',
    ].map((step) => text.indexOf(step));
    expect([tell > 0, restore > tell, ask > restore]).toEqual([true, true, true]);
  });

  it('has one where the other is gone by now', () => {
    const diverging = { 'live/page': { ...page, clearSince: T0 }, 'live/dns': forged };
    expect(composed('opened', { ...over, diverging }).text).not.toMatch(/Also|take the page offline/);
  });
});

describe('both parts', () => {
  const { text, html } = composed();

  it.each([
    'The title was replaced.',
    'We are 99 % sure.',
    'https://event.example.org/live',
    '2026-07-17 15:30:00 UTC',
    'page/title-replaced',
    'a route sends critical incidents here',
    'Global Summit',
    'Hacked',
    'head > title',
    '203.0.113.9',
    'REDIRECT',
    'siteward baseline diff live',
    'siteward baseline approve live',
    'data/evidence/live/1/',
    'Incident incident-1, message 1.',
  ])('say %s', (words) => {
    expect(text).toContain(words);
    expect(html).toContain(words.replace('>', '&gt;'));
  });

  it('leave out what nobody has to be told of', () => {
    expect(text).not.toContain('An image moved.');
    expect(html).not.toContain('An image moved.');
  });

  it('mark the resolvers that disagree, not by colour alone', () => {
    expect(text).toContain('! isp (witness) A: 203.0.113.9 [REDIRECT]');
    expect(text).toContain('  quad9 (reference) A: 192.0.2.10 [CONSISTENT_IP]');
    expect(html).toMatch(/class="differs[^>]*>✗ <bdi dir="auto">isp/);
    expect(html).toContain('1 of 2 resolver answers disagree');
  });

  it('of the end say how long it lasted, and show no picture of the attack', () => {
    const end = composed('resolved', later);
    for (const part of [end.text, end.html]) {
      expect(part).toContain('Resolved after 1 h 5 min');
      expect(part).toContain('2026-07-17 16:35:00 UTC');
      expect(part).toContain('It was defaced');
      expect(part).not.toContain('Hacked');
    }
    expect(end.attachments).toEqual([]);
  });

  it('of a reminder say how long it has been open', () => {
    const reminder = composed('reminder', later);
    for (const part of [reminder.text, reminder.html]) expect(part).toContain('Still open after 1 h 5 min');
  });

  it('come without pictures, resolvers or evidence when there are none', () => {
    const bare = composed('opened', { confidence: null }, aSite({ title: null, url: null }), {
      folder: null,
      pictures: [],
      resolvers: [],
    });
    expect(bare.text).not.toMatch(/RESOLVERS|EVIDENCE|WHAT WAS FOUND|sure/);
    expect(bare.html).not.toMatch(/<img|Evidence|What was found|null|undefined/);
  });
});

describe('evidence that a full disk did not take', () => {
  const gone = { folder: null, pictures: [], resolvers: [] };

  it('is said to be incomplete while the attack can still be seen, and then no more', () => {
    const words = /evidence is incomplete.*Take pictures/s;
    for (const part of [composed('opened', {}, aSite(), gone).text, composed('opened', {}, aSite(), gone).html])
      expect(part).toMatch(words);
    expect(composed('opened').text).not.toMatch(words);
    expect(composed('opened', { cause: 'monitor', siteId: '_siteward' }, aSite(), gone).text).not.toMatch(words);
    const over = { status: 'resolved', resolvedAt: later.updatedAt } as const;
    expect(composed('resolved', over, aSite(), gone).text).not.toMatch(words);
  });
});

it('the end of what was taken off the watchlist is not told as if it had been seen well', () => {
  const end = composed('resolved', { ...later, status: 'resolved', resolvedAt: later.updatedAt, diverging: {} });
  expect(end.subject).toMatch(/^\[CLOSED\] live: no longer watched, was defaced/);
  for (const part of [end.text, end.html]) {
    expect(part).toContain('Nobody saw it as approved again');
    expect(part).not.toMatch(/as approved again(?!: it was taken)|RESOLVED/);
  }
});

describe('what a stranger wrote', () => {
  const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'& {{7*7}} %{7*7} \u001b[31m\u202e';
  const hostile = composed('opened', { summary: HOSTILE }, aSite({ title: HOSTILE, url: `https://x/?${HOSTILE}` }), {
    folder: HOSTILE,
    pictures: [picture('after', { caption: HOSTILE }), picture('victim', { caption: HOSTILE })],
    resolvers: [
      row({
        resolver: HOSTILE,
        answers: [HOSTILE],
        rcode: HOSTILE,
        verdict: HOSTILE,
        transport: HOSTILE,
        type: HOSTILE,
      }),
    ],
    findings: [
      aFinding({
        code: HOSTILE,
        summary: HOSTILE,
        expected: HOSTILE,
        actual: HOSTILE,
        where: HOSTILE,
        vantage: HOSTILE,
      }),
    ],
  });

  it('is text in the HTML part, wherever it stands', () => {
    expect(hostile.html).not.toMatch(/<script|onerror=alert\(1\)>|<img src=x/);
    expect(hostile.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(hostile.html).toContain('{{7*7}} %{7*7}');
    // Every tag is one of ours: with the known ones taken away no angle bracket is left.
    const tags =
      /<\/?(?:html|head|meta|title|style|body|div|table|tr|td|th|h1|h2|p|span|bdi|b|i|br|img)(?: [^<>]*)?>|<!doctype html>/g;
    expect(hostile.html.replace(tags, '')).not.toMatch(/[<>]/);
  });

  it('carries no control characters and no direction overrides into any part', () => {
    for (const part of [hostile.subject, hostile.text, hostile.html]) {
      expect(part).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
    }
  });

  it('keeps the joiners and direction marks Persian is written with, and shows hidden characters by number', () => {
    const persian = 'پخش زنده می\u200cشود!\u200f';
    const { subject, text, html } = composed('opened', { summary: `${persian} pay\u200bpal` });
    for (const part of [subject, text, html]) expect(part).toContain(persian);
    expect(html).toMatch(/pay<span [^>]*>U\+200B<\/span>pal/);
  });

  it('loads nothing from anywhere', () => {
    const sources = [...hostile.html.matchAll(/\ssrc="([^"]*)"/g)].map((match) => match[1]);
    expect(sources.length).toBe(2);
    expect(sources.every((source) => source?.startsWith('cid:'))).toBe(true);
    expect(hostile.html).not.toMatch(/url\(|@import|<link|href=/);
  });

  it('of any length makes a mail of bounded length', () => {
    const long = 'x'.repeat(1_000_000);
    const { text, html } = composed('opened', { summary: long }, aSite({ title: long }), {
      ...PROOF,
      resolvers: Array.from({ length: 500 }, () => row({ answers: Array.from({ length: 500 }, () => '192.0.2.10') })),
      findings: Array.from({ length: 100 }, () =>
        aFinding({ summary: long, expected: long, actual: long, where: long }),
      ),
    });
    expect(text.length).toBeLessThan(60_000);
    // Gmail cuts what is longer than 102 KB.
    expect(html.length).toBeLessThan(100_000);
  });
});

describe('the links', () => {
  const links = { acknowledge: 'https://siteward.example.org/ack/t', incident: 'https://siteward.example.org/i/1' };

  it('are buttons for a thumb and lines in plain text', () => {
    const { html, text } = composed('opened', {}, aSite(), { ...PROOF, links });
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([links.acknowledge, links.incident]);
    expect(text).toContain(`Acknowledge: ${links.acknowledge}\nOpen the incident: ${links.incident}`);
  });

  it('ask nobody to acknowledge what is over', () => {
    const { html, text } = composed('resolved', {}, aSite(), { ...PROOF, links });
    expect(html + text).not.toContain(links.acknowledge);
    expect(text).toContain(links.incident);
  });
});

it('the end shows what it was about to whom the beginning was not told', () => {
  const told = anAlert(aTransition('resolved'));
  const proof = { ...PROOF, findings: [aFinding({ actual: 'Hacked' })] };
  expect(compose(told, aSite(), proof).text).not.toContain('Hacked');
  const late = compose({ ...told, supersedes: ['opened'] }, aSite(), proof);
  expect(late.text).toContain('Opened and resolved after');
  expect(late.text).toContain('found:    Hacked');
});
