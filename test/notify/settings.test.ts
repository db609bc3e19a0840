/** settings.yaml as an operator writes it: what is missing or wrong is named with its line, and no secret is repeated. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problems.js';
import { NOTIFIERS } from '../../src/notify/index.js';

function problems(settings: string, env: Readonly<Record<string, string>> = {}): string[] {
  const loaded = parseConfig({
    dir: 'config',
    settings: { path: 'settings.yaml', content: { text: settings } },
    watchlists: [],
    watchlist: 'optional',
    checks: [],
    notifiers: NOTIFIERS,
    around: {
      cpus: 2,
      lookup: (name) => {
        const text = env[name];
        return text === undefined ? { wrong: 'is not set in the environment' } : { text };
      },
      readFile: () => ({ wrong: 'cannot be read' }),
    },
  });
  return 'problems' in loaded ? loaded.problems.map(formatProblem) : [];
}

const one = (keys: string): string => `receivers:\n  - id: them\n    ${keys.split('; ').join('\n    ')}\n`;

describe('a receiver', () => {
  it.each([
    ['kind: pagerduty', 'settings.yaml:2:5: "routing_key" is missing'],
    ['kind: webhook; url: https://h.example/', 'settings.yaml:2:5: "secret" is missing'],
    ['kind: slack', 'settings.yaml:2:5: "url" is missing'],
    ['kind: telegram; token: "1:a"', 'settings.yaml:2:5: "chat" is missing'],
    ['kind: ntfy', 'settings.yaml:2:5: "topic" is missing'],
    ['kind: alertmanager', 'settings.yaml:2:5: "url" is missing'],
    ['kind: apprise; url: https://a.example', 'settings.yaml:2:5: needs either key or urls'],
    ['kind: slcak', 'settings.yaml:3:11: no receivers of kind "slcak"'],
    ['kind: slack; url: https://h.example/; channel: x', 'settings.yaml:5:5: unknown key "channel"'],
    ['kind: slack; url: https://h.example/; addresses: [pager]', 'settings.yaml:5:17: must be an IP address'],
    ['kind: slack; url: "ftp://s3cr3t"', 'settings.yaml:4:10: must be an address such as https://hooks.slack.com'],
    ['kind: telegram; token: s3cr3t; chat: 1', 'settings.yaml:4:12: must be a bot token such as'],
    ['kind: ntfy; topic: "s3cr3t topic"', 'settings.yaml:4:12: must be 1 to 64 letters'],
  ])('with %s is told where that is and what is wanted', (keys, wanted) => {
    const found = problems(one(keys));
    expect(found.join('\n')).toContain(wanted);
    expect(found.join('\n')).not.toContain('s3cr3t');
  });

  it('of each kind is right as docs/receivers.md writes it', async () => {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(new URL('../../docs/receivers.md', import.meta.url), 'utf8');
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    const whole = blocks.filter((block) => block.includes('kind:'));
    const env = {
      SMTP_PASSWORD: 'p',
      PAGERDUTY_KEY: 'k',
      HOOK_SECRET: `whsec_${'A'.repeat(43)}=`,
      SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/X',
      TELEGRAM_TOKEN: '123:abc',
      NTFY_TOPIC: 'topic',
      NTFY_TOKEN: 'tk',
      APPRISE_KEY: 'k',
      MATRIX_URL: 'matrixs://x',
    };
    const seen = new Set(whole.flatMap((block) => [...block.matchAll(/kind: (\w+)/g)].map(([, kind]) => kind)));
    expect([...seen].sort()).toEqual(NOTIFIERS.map(({ kind }) => kind).sort());
    for (const block of whole) {
      expect(problems(block.startsWith('receivers:') ? block : `receivers:\n${block}`, env)).toEqual([]);
    }
  });
});
