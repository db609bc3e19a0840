/** The built command line: from nothing to a watched site, and what it says when it is called or configured wrongly. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Workplace } from '../support/siteward.js';
import { type Event, oneSite, startEvent } from './event.js';

let event: Event;
beforeAll(async () => {
  event = await startEvent();
});
afterAll(() => event.close());

describe('a new user', () => {
  let place: Workplace;
  beforeAll(() => {
    place = event.workplace();
  });

  test('gets a commented configuration that is valid, and what to do next', async () => {
    const { code, stdout } = await place.siteward('init', 'fresh');
    expect([code, stdout.includes('siteward add https://')], stdout).toEqual([0, true]);
    expect(await place.siteward('--config', 'fresh/config', 'validate')).toMatchObject({ code: 0 });
    expect(readFileSync(place.path('fresh/config/watchlist.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=/,
    );
  });

  test('adds a page without losing a comment, and finds its candidate captured', async () => {
    place.watchlist(
      `# Ours.\nversion: 1\ndefaults: { checks: [page, tls] } # no DNS here\nsites:\n  # The main page\n  - ${event.url('/main')}\n`,
    );
    event.origin.pages['/main'] = 'main';
    const { code, stdout } = await place.siteward('add', event.url('/'), '--id', 'live', '--tag', 'event');
    expect([code, stdout.includes('siteward baseline approve live')], stdout).toEqual([0, true]);
    const written = readFileSync(place.path('config/watchlist.yaml'), 'utf8');
    for (const comment of ['# Ours.', '# no DNS here', '# The main page']) expect(written).toContain(comment);
    expect(written.indexOf('/main')).toBeLessThan(written.indexOf('id: live'));
    expect(await place.siteward('baseline', 'approve', 'live', '--by', 'Ada')).toMatchObject({ code: 0 });
    expect((await place.check('--tag', 'event')).code).toBe(0);
  });

  test('is not let add the same page twice', async () => {
    const { code, stderr } = await place.siteward('add', event.url('/'));
    expect([code, stderr.includes('is watched already, as "live"')], stderr).toEqual([64, true]);
  });
});

describe('wrong usage', () => {
  let place: Workplace;
  beforeAll(() => {
    place = event.workplace();
    place.watchlist(oneSite(event.url(), 'tags: [event]'));
  });

  test.each([
    [['chekc'], 'check'],
    [['check', '--htlm', 'x'], '--html'],
    [['check', '--jobs', '0'], 'whole number'],
    [['check', 'nowhere'], 'no site "nowhere"'],
    [['check', '--tag', 'nowhere'], 'nowhere'],
    [['check', '--event', 'nowhere'], 'no event "nowhere"'],
    [['check', 'https://user:secret@event.test/'], 'user name or password'],
    [['baseline', 'approve'], '--by'],
    [['baseline', 'diff'], 'id'],
    [['dns', 'not a name'], 'not a name'],
    [['add', 'ftp://event.test/'], 'http'],
    [['--log-level', 'loud', 'check'], 'debug'],
  ])('%j is answered with exit code 64 and what would be right', async (args, says) => {
    const { code, stdout, stderr } = await place.siteward(...args);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('secret@');
  });

  test('--help and --version are no errors', async () => {
    expect(await place.siteward('--version')).toMatchObject({ code: 0, stderr: '' });
    for (const command of [[], ['check'], ['baseline', 'capture']]) {
      const { code, stdout } = await place.siteward(...command, '--help');
      expect([code, stdout.startsWith('Usage: siteward')], command.join(' ')).toEqual([0, true]);
    }
  });

  test('a reader who has seen enough is no error either', async () => {
    const running = place.start(['check', '--json']);
    running.hangUp();
    const { code, stderr } = await running.finished;
    expect([code, stderr.includes('EPIPE')], stderr).toEqual([3, false]);
  });
});

describe('a bad configuration', () => {
  test('is told with all its problems at their places, by every command: exit code 78', async () => {
    const place = event.workplace();
    place.settings('netwrok: {}\nbrowser: { pages: many }\n');
    place.watchlist(
      'version: 1\nsites:\n  - id: live\n    url: https://event.test/\n    contnt: frozen\n    every: soon\n',
    );
    const { code, stdout } = await place.siteward('validate');
    expect(code).toBe(78);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      expect.stringMatching(/^config\/settings\.yaml:1:1: unknown key "netwrok"; did you mean "network"\?/),
      expect.stringMatching(/^config\/settings\.yaml:2:19: must be auto, or a whole number/),
      expect.stringMatching(/^config\/watchlist\.yaml:5:5: unknown key "contnt"; did you mean "content"\?/),
      expect.stringMatching(/^config\/watchlist\.yaml:6:12: .*duration/),
    ]);
    for (const command of [['check'], ['watch', '--once'], ['baseline', 'status'], ['dns', 'event.test']]) {
      const told = await place.siteward(...command);
      expect([told.code, told.stdout, told.stderr], command.join(' ')).toEqual([78, '', stdout]);
    }
  });

  test('is told when there is none', async () => {
    const place = event.workplace();
    const { code, stderr } = await place.siteward('--config', 'nowhere', 'check');
    expect(code).toBe(78);
    expect(stderr).toContain('siteward init');
  });

  test('that is no YAML, no text or a folder is told as such', async () => {
    const place = event.workplace();
    for (const bytes of ['sites: [', Buffer.from([0xff, 0xfe, 0x00, 0x80])]) {
      writeFileSync(place.path('config/watchlist.yaml'), bytes);
      const { code, stdout } = await place.siteward('validate');
      expect([code, /^config\/watchlist\.yaml:\d+:\d+: /.test(stdout)], stdout).toEqual([78, true]);
    }
    mkdirSync(place.path('other/settings.yaml'), { recursive: true });
    expect(await place.siteward('--config', 'other', 'validate')).toMatchObject({ code: 78 });
  });

  test('never shows a secret', async () => {
    const place = event.workplace(`receivers:
  - { id: ops, kind: email, smtp: { host: localhost, password: "\${MAIL_PASSWORD}" }, from: nobody, to: [a@b.test] }
`);
    place.watchlist(oneSite(event.url()));
    const { code, stdout, stderr } = await place.start(['validate'], { env: { MAIL_PASSWORD: 'hunter2-x' } }).finished;
    expect(code).toBe(78);
    expect(stdout + stderr).not.toContain('hunter2-x');
  });
});
