import { describe, expect, it } from 'vitest';
import { problems } from './fakes.js';

/** One bad file per rule; `@` in the text marks where the problem must be reported. */
interface Case {
  readonly rule: string;
  readonly text: string;
  readonly says: string;
}

function marked(text: string): { plain: string; place: string } {
  const before = text.slice(0, text.indexOf('§')).split('\n');
  return { plain: text.replace('§', ''), place: `${before.length}:${(before.at(-1) ?? '').length + 1}` };
}

const SETTINGS: readonly Case[] = [
  { rule: 'an unknown key', text: 'version: 1\n§netwrok: {}', says: 'unknown key "netwrok"; did you mean "network"?' },
  { rule: 'a key far from any', text: '§zebra: 1', says: 'unknown key "zebra"; known here: version, network' },
  { rule: 'an unknown inner key', text: 'network:\n  §alow: []', says: 'did you mean "allow"?' },
  { rule: 'another version', text: 'version: §2', says: 'must be 1, not "2"' },
  { rule: 'a list instead of a mapping', text: '§- a', says: 'must be a mapping, not a list' },
  { rule: 'text instead of a list', text: 'network: { allow: §x }', says: 'must be a list, not text' },
  { rule: 'a bad CIDR', text: 'network: { allow: [10.0.0.0/8, §10.0.0.0/33] }', says: 'prefix length of 0 to 32' },
  { rule: 'an address in another notation', text: 'network: { only: [§0x7f.1] }', says: 'such as 192.0.2.0/24' },
  { rule: 'a name in hosts', text: 'network: { hosts: { §"a b": 192.0.2.7 } }', says: 'must be a host name' },
  { rule: 'a name for an address', text: 'network: { hosts: { a.org: §b.org } }', says: 'must be an IP address' },
  { rule: 'a file that is not there', text: 'network: { ca: [§ca.pem] }', says: 'ca.pem cannot be read' },
  {
    rule: "a visitor's whole address",
    text: 'dns: { client_subnets: [203.0.113.0/24, §203.0.113.7] }',
    says: 'a /24 or wider (IPv6: a /56 or wider)',
  },
  {
    rule: 'more networks of visitors than name servers are asked for',
    text: `dns: { client_subnets: §[${Array.from({ length: 9 }, (_, at) => `203.0.${at}.0/24`).join(', ')}] }`,
    says: 'at most eight',
  },
  {
    rule: 'a resolver without grammar',
    text: 'dns: { resolvers: [{ name: a, role: witness, address: §9.9.9.9 }] }',
    says: 'udp://ip[:port]',
  },
  {
    rule: 'TLS with an empty name',
    text: 'dns: { resolvers: [{ name: a, role: witness, address: §"tls://9.9.9.9#" }] }',
    says: '#name',
  },
  {
    rule: 'HTTPS without an address',
    text: 'dns: { resolvers: [{ name: a, role: witness, address: §"https://dns.google/dns-query" }] }',
    says: '@ip',
  },
  {
    rule: 'a role',
    text: 'dns: { resolvers: [{ name: a, address: system, role: §referense }] }',
    says: 'did you mean "reference"?',
  },
  { rule: 'a missing key', text: 'dns: { resolvers: [§{ name: a, address: system }] }', says: '"role" is missing' },
  {
    rule: 'a resolver named twice',
    text: 'dns:\n  resolvers:\n    - { name: a, address: system, role: witness }\n    - { name: §a, address: system, role: witness }',
    says: 'name "a" is used twice',
  },
  { rule: 'a bad trust anchor', text: 'dns: { trust_anchors: [§nowhere.ds] }', says: 'nowhere.ds cannot be read' },
  { rule: 'pages', text: 'browser: { pages: §many }', says: 'must be auto, or a whole number from 1 to 64' },
  {
    rule: 'another database',
    text: 'store: { url: §mysql://u:p@h/d }',
    says: 'must begin with "sqlite:" or "postgres://"',
  },
  {
    rule: 'a signer of another kind',
    text: 'baselines: { signers: [§"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB ada"] }',
    says: 'must be an Ed25519 public key',
  },
  { rule: 'a bus', text: 'bus: { url: §nats://h }', says: 'later version' },
  { rule: 'a kind of receiver', text: 'receivers: [{ id: a, kind: §emial }]', says: 'did you mean "email"?' },
  { rule: 'a receiver without kind', text: 'receivers: [§{ id: a }]', says: '"kind" is missing' },
  {
    rule: "a key of the receiver's kind",
    text: 'receivers: [{ id: a, kind: chat, token: t, §wiat: 5s }]',
    says: 'did you mean "wait"?',
  },
  {
    rule: "a value of the receiver's kind",
    text: 'receivers: [{ id: a, kind: chat, token: t, wait: §1ms }]',
    says: 'at least 1s',
  },
  {
    rule: 'a number that was meant as text',
    text: 'receivers: [{ id: a, kind: chat, token: §1234 }]',
    says: 'put it in quotes',
  },
  {
    rule: 'a receiver id twice',
    text: 'receivers:\n  - { id: a, kind: chat, token: t }\n  - { id: §a, kind: chat, token: t }',
    says: 'id "a" is used twice',
  },
  { rule: 'a receiver id', text: 'receivers: [{ id: §../a, kind: chat, token: t }]', says: 'must be 1 to 64 of a-z' },
  {
    rule: 'a route to nobody',
    text: 'receivers: [{ id: ops, kind: chat, token: t }]\nroutes: [{ severity: critical, to: [§opps] }]',
    says: 'no receiver "opps" in settings.yaml; did you mean "ops"?',
  },
  { rule: 'a route for notices', text: 'routes: [{ severity: §notice, to: [] }]', says: 'must be warning or critical' },
  { rule: 'a duration', text: 'heartbeat: { every: §5 minutes }', says: 'must be a duration such as 15s' },
  { rule: 'a number for a duration', text: 'heartbeat: { every: §60 }', says: 'must be a duration such as 15s' },
  { rule: 'a heartbeat URL', text: 'heartbeat: { urls: [§ftp://x/] }', says: 'http:// or https://' },
  { rule: 'an address to listen at', text: 'web: { listen: §"8420" }', says: 'such as 127.0.0.1:8420' },
  { rule: 'a variable that is not set', text: `store: { url: §"sqlite:\${NO_SUCH}" }`, says: `\${NO_SUCH} is not set` },
  { rule: 'a duplicate key', text: 'version: 1\n§version: 1', says: 'written twice' },
  { rule: 'a tab', text: 'network:\n§\tallow: []', says: 'use spaces' },
  { rule: 'broken YAML', text: 'web: "x§', says: 'not valid YAML' },
  { rule: 'a tag', text: 'web: §!!js/function x', says: 'tags such as !name' },
  { rule: 'a second document', text: 'version: 1\n§---\nversion: 1', says: 'one per file' },
  { rule: 'an alias of nothing', text: 'network: { allow: §*nets }', says: 'no anchor "&nets"' },
  { rule: 'an alias bomb', text: bomb(), says: 'aliases of aliases' },
  { rule: 'a key that is a list', text: '? §[a]\n: 1', says: 'keys must be plain text' },
  { rule: 'a key of the language', text: '§__proto__: { allow: [] }', says: 'unknown key "__proto__"' },
];

function bomb(): string {
  const rows = Array.from({ length: 8 }, (_, row) => {
    const items =
      row === 0
        ? 'x,x,x,x,x,x,x,x'
        : Array(8)
            .fill(`*a${row - 1}`)
            .join(',');
    return `k${row}: &a${row} [${row === 1 ? items.replace('*', '§*') : items}]`;
  });
  return rows.join('\n');
}

const LIVE = 'id: live, url: https://x.org/';

const WATCHLIST: readonly Case[] = [
  {
    rule: 'an unknown key',
    text: 'sites:\n  - id: live\n    url: https://x.org/\n    §mst_have: []',
    says: 'did you mean "must_have"?',
  },
  {
    rule: "an unknown key of a check's option",
    text: `sites: [{ ${LIVE}, dns: { §alow: [] } }]`,
    says: 'did you mean "allow"?',
  },
  { rule: 'another scheme', text: 'sites: [§ftp://x.org/]', says: 'http:// or https://' },
  { rule: 'a backslash', text: "sites: ['§https://x.org\\@y.org/']".replace("'§", "§'"), says: 'backslashes' },
  { rule: 'a user name', text: 'sites:\n  - url: §https://u:hunter2@x.org/', says: 'user name or password' },
  { rule: 'no URL', text: 'sites: [§https://x..%/]', says: 'is not a URL' },
  {
    rule: 'an id that climbs',
    text: 'sites: [{ id: §../../etc/passwd, url: https://x.org/ }]',
    says: 'must be 1 to 64 of a-z',
  },
  { rule: 'an id in capitals', text: 'sites: [{ id: §Live, url: https://x.org/ }]', says: 'must be 1 to 64 of a-z' },
  { rule: 'neither url nor name', text: 'sites: [§{ id: live }]', says: 'needs a "url"' },
  { rule: 'both url and name', text: `sites: [§{ ${LIVE}, name: x.org }]`, says: 'keep one' },
  { rule: 'an address for a name', text: 'sites: [{ name: §192.0.2.1 }]', says: 'must be a host name' },
  {
    rule: 'an id twice',
    text: `sites:\n  - { ${LIVE} }\n  - { id: §live, url: https://y.org/ }`,
    says: 'id "live" is used already at watchlist.yaml:2',
  },
  { rule: 'a URL twice', text: 'sites:\n  - https://x.org/\n  - §https://x.org', says: 'write an "id"' },
  { rule: 'a cadence below 5s', text: `sites: [{ ${LIVE}, every: §4s }]`, says: 'at least 5s' },
  { rule: 'a cadence', text: `sites: [{ ${LIVE}, every: §often }]`, says: 'or a cron expression' },
  { rule: 'a cron expression', text: `sites: [{ ${LIVE}, every: §"61 * * * *" }]`, says: 'is not a cron expression' },
  {
    rule: 'a cron expression that fires too often',
    text: `sites: [{ ${LIVE}, every: §"*/2 * * * * *" }]`,
    says: 'more often than every 5s',
  },
  { rule: 'a time zone', text: `sites: [{ ${LIVE}, timezone: §Mars/Olympus }]`, says: 'is not a time zone' },
  { rule: 'content', text: `sites: [{ ${LIVE}, content: §froze }]`, says: 'did you mean "frozen"?' },
  {
    rule: 'an unknown check',
    text: `sites: [{ ${LIVE}, checks: [page, §pge] }]`,
    says: 'must be one of page, dns, tls, not "pge"; did you mean "page"?',
  },
  {
    rule: 'a check of a later version',
    text: `sites: [{ ${LIVE}, checks: [§stream] }]`,
    says: 'the stream check comes in a later version',
  },
  { rule: 'no checks', text: `sites: [{ ${LIVE}, checks: §[] }]`, says: 'at least one check' },
  {
    rule: 'a check that does not fit',
    text: 'sites: [{ name: x.org, checks: [dns, §page] }]',
    says: 'the page check does not fit: x.org has no page',
  },
  {
    rule: 'an option that does not fit',
    text: 'sites: [{ name: x.org, §must_have: [] }]',
    says: 'belongs to the page check',
  },
  { rule: 'a receiver', text: `sites: [{ ${LIVE}, receivers: [§pager] }]`, says: 'no receiver "pager"' },
  {
    rule: 'a receiver in the defaults',
    text: `defaults: { receivers: [§pager] }\nsites: [{ ${LIVE} }]`,
    says: 'no receiver "pager"',
  },
  {
    rule: 'the defaults, once',
    text: 'defaults: { every: §often }\nsites: [https://x.org/, https://y.org/]',
    says: 'must be a duration',
  },
  {
    rule: 'an event without offset',
    text: `sites: [{ ${LIVE} }]\nevents: [{ id: e, from: §2026-07-17T15:00:00, to: 2026-07-17T20:00:00Z, sites: [live] }]`,
    says: 'a moment with its offset',
  },
  {
    rule: 'an event that ends before it begins',
    text: `sites: [{ ${LIVE} }]\nevents: [{ id: e, from: 2026-07-17T15:00:00Z, to: §2026-07-17T14:00:00Z, sites: [live] }]`,
    says: 'later than "from"',
  },
  {
    rule: 'an event about an unknown site',
    text: `sites: [{ ${LIVE} }]\nevents: [{ id: e, from: 2026-07-17T15:00:00Z, to: 2026-07-17T16:00:00Z, sites: [§lives] }]`,
    says: 'no site "lives"; did you mean "live"?',
  },
  {
    rule: 'an event id twice',
    text: `sites: [{ ${LIVE} }]\nevents:\n  - &e { id: e, from: 2026-07-17T15:00:00Z, to: 2026-07-17T16:00:00Z, sites: [live] }\n  - { id: §e, from: 2026-07-17T15:00:00Z, to: 2026-07-17T16:00:00Z, sites: [live] }`,
    says: 'id "e" is used already at watchlist.yaml:3',
  },
];

describe.each([
  ['settings.yaml', SETTINGS, (text: string) => problems({ settings: text })],
  ['watchlist.yaml', WATCHLIST, (text: string) => problems({ watchlist: text })],
] as const)('%s reports at its place', (file, cases, read) => {
  it.each(cases)('$rule', ({ text, says }) => {
    const { plain, place } = marked(text);
    const found = read(plain).filter((problem) => problem.startsWith(`${file}:${place}: `) && problem.includes(says));
    expect(found, read(plain).join('\n')).toHaveLength(1);
  });
});

describe('problems', () => {
  it('are reported all at once, of both files, in reading order', () => {
    const found = problems({
      settings: 'verson: 1\nweb: { listen: x }',
      watchlist: 'sites:\n  - ftp://x/\n  - { id: a, url: https://x/, evry: 1s }\n',
      more: { 'b.yaml': 'sites: [{ id: a, url: https://y/ }]' },
    });
    expect(found.map((line) => line.replace(/: .*/, ''))).toEqual([
      'settings.yaml:1:1',
      'settings.yaml:2:16',
      'watchlist.d/b.yaml:1:15',
      'watchlist.yaml:2:5',
      'watchlist.yaml:3:31',
    ]);
    expect(found[2]).toContain('is used already at watchlist.yaml:3');
  });

  it('of a broken file do not hide those of the others', () => {
    const found = problems({ settings: 'a: [', watchlist: 'sites: [ftp://x/]' });
    expect(found.map((line) => line.split(':')[0])).toEqual(['settings.yaml', 'watchlist.yaml']);
  });

  it('do not blame a site for a receiver whose entry is wrong', () => {
    const settings = 'receivers: [{ id: pager, kind: chat }]';
    const found = problems({ settings, watchlist: 'sites: [{ url: https://x/, receivers: [pager] }]' });
    expect(found).toEqual(['settings.yaml:1:13: "token" is missing']);
  });

  it('do not blame an event for a site in a file that cannot be read', () => {
    const events = 'events: [{ id: e, from: 2026-07-17T15:00:00Z, to: 2026-07-17T16:00:00Z, sites: [live] }]';
    const found = problems({ watchlist: events, more: { 'b.yaml': 'sites: [' } });
    expect(found.map((line) => line.split(':')[0])).toEqual(['watchlist.d/b.yaml']);
  });

  it('never show what a variable holds, nor a password in a URL', () => {
    const env = { CANARY: 'canary-7f3a' };
    const found = problems({
      env,
      settings: [
        `network: { allow: ["\${CANARY}"] }`,
        `browser: { pages: "\${CANARY}", sandbox: "\${CANARY}" }`,
        `web: { listen: "\${CANARY}" }`,
        `receivers: [{ id: a, kind: chat, token: "\${CANARY}", wait: "\${CANARY}" }, { id: b, kind: "x\${CANARY}" }]`,
        `routes: [{ severity: "\${CANARY}", to: ["\${CANARY}"] }]`,
        `dns: { trust_anchors: ["\${CANARY}"], resolvers: [{ name: "\${CANARY}" }, { name: "\${CANARY}" }] }`,
      ].join('\n'),
      watchlist: 'sites: ["https://u:canary-7f3a@x.org/"]',
    });
    expect(found.length).toBeGreaterThan(8);
    expect(found.join('\n')).not.toContain('canary-7f3a');
  });
});
