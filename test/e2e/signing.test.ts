/** The built commands around signatures: who may approve, and what can be verified on another machine. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.js';
import { verifyBundle } from '../../src/store/bundle.js';
import type { Workplace } from '../support/siteward.js';
import { DEFACED, type Event, oneSite, startEvent } from './event.js';

let event: Event;
let place: Workplace;

function newKey(name: string): string {
  const path = place.path(name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${name}@example.org`, '-f', path]);
  return path;
}

beforeAll(async () => {
  event = await startEvent();
  place = event.workplace();
  place.watchlist(oneSite(event.url()));
  const line = readFileSync(`${newKey('ada')}.pub`, 'utf8').trim();
  newKey('eve');
  place.settings(event.settings(`baselines: { signers: ["${line}"] }`));
  expect(await place.siteward('baseline', 'capture')).toMatchObject({ code: 0 });
});
afterAll(() => event.close());

describe('with approvers named in the settings', () => {
  test('an approval without a key is not believed, and the finding says what to do', async () => {
    expect(await place.siteward('baseline', 'approve', 'live', '--by', 'Ada')).toMatchObject({ code: 0 });
    const { code, report } = await place.check();
    expect(code).toBe(2);
    expect(report.sites[0]?.findings[0]).toMatchObject({
      code: 'baseline/unsigned',
      summary: expect.stringContaining('siteward baseline sign live --key'),
    });
  });

  test('nor is one signed by a stranger', async () => {
    expect(await place.siteward('baseline', 'sign', 'live', '--key', place.path('eve'))).toMatchObject({ code: 0 });
    expect((await place.check()).report.sites[0]?.findings[0]?.code).toBe('baseline/unsigned');
  });

  test('one signed by an approver is', async () => {
    expect(await place.siteward('baseline', 'sign', 'live', '--key', place.path('ada'))).toMatchObject({ code: 0 });
    expect((await place.check()).code).toBe(0);
    expect(await place.siteward('baseline', 'capture')).toMatchObject({ code: 0 });
    const approval = ['baseline', 'approve', 'live', '--by', 'Ada', '--key', place.path('ada')];
    expect(await place.siteward(...approval)).toMatchObject({ code: 0 });
    expect((await place.check()).code).toBe(0);
  });

  test('a key that cannot sign leaves the approved baseline as it was', async () => {
    const { code, stderr } = await place.siteward('baseline', 'sign', 'live', '--key', place.path('nobody'));
    expect([code, stderr.includes('nobody')], stderr).toEqual([3, true]);
    expect((await place.check()).code).toBe(0);
  });
});

describe('the daemon', () => {
  test('sees an older signed baseline put back, and writes down what it decided', async () => {
    const once = () => place.siteward('--json', 'watch', '--once');
    const older = join(place.folder, 'older');
    cpSync(place.path('baselines', 'live'), older, { recursive: true });
    expect((await once()).code).toBe(0);
    expect(await place.siteward('baseline', 'capture')).toMatchObject({ code: 0 });
    await place.siteward('baseline', 'approve', 'live', '--by', 'Ada', '--key', place.path('ada'));
    expect((await once()).code).toBe(0);
    const newer = join(place.folder, 'newer');
    cpSync(place.path('baselines', 'live'), newer, { recursive: true });
    rmSync(place.path('baselines', 'live'), { recursive: true });
    cpSync(older, place.path('baselines', 'live'), { recursive: true });
    const { code, stdout } = await once();
    expect([code, stdout.includes('baseline/rolled-back')], stdout).toEqual([2, true]);
    rmSync(place.path('baselines', 'live'), { recursive: true });
    cpSync(newer, place.path('baselines', 'live'), { recursive: true });

    const trail = place.path('trail.jsonl');
    const audit = await place.siteward('--json', 'audit', '--export', trail);
    const { head, records } = JSON.parse(audit.stdout) as { head: string; records: { action: string }[] };
    expect(records.map(({ action }) => action)).toEqual(expect.arrayContaining(['went-by-baseline', 'opened']));
    expect((await place.siteward('verify', trail, '--head', head)).code).toBe(0);
    const lines = readFileSync(trail, 'utf8').trimEnd().split('\n');
    writeFileSync(trail, `${lines.slice(0, -1).join('\n')}\n`);
    expect((await place.siteward('verify', trail)).code).toBe(0);
    expect((await place.siteward('verify', trail, '--head', head)).code).toBe(2);
  });
});

describe('on another machine', () => {
  test('a baseline is verified by itself', async () => {
    const copy = join(place.folder, 'elsewhere', 'live');
    cpSync(place.path('baselines', 'live'), copy, { recursive: true });
    const verified = await place.siteward('verify', copy, '--signer', place.path('ada.pub'));
    expect([verified.code, verified.stdout.includes('GENUINE')], verified.stdout).toEqual([0, true]);
    expect((await place.siteward('verify', copy, '--signer', place.path('eve.pub'))).code).toBe(2);
    writeFileSync(join(copy, 'baseline.json'), readFileSync(join(copy, 'baseline.json'), 'utf8').replace('Ada', 'Eve'));
    expect((await place.siteward('verify', copy)).stdout).toContain('NOT GENUINE');
  });

  test('evidence is verified by itself, each of its files', async () => {
    event.origin.pages['/'] = DEFACED;
    const folder = place.path((await place.check()).report.sites[0]?.evidence ?? '');
    expect(statSync(place.path('data', 'instance-key.pem')).mode & 0o777).toBe(0o600);
    const first = await place.siteward('verify', folder);
    expect([first.code, first.stdout.includes('unknown key: compare SHA256:')], first.stdout).toEqual([0, true]);
    const wrongWith = async (): Promise<string[]> => {
      const bundle = await verifyBundle(folder, CHECKS, { signers: [], head: null, authorities: [] });
      return (bundle?.examined ?? []).filter(({ ok }) => !ok).map(({ what }) => what);
    };
    expect(await wrongWith()).toEqual([]);

    const { members } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { members: object };
    for (const name of ['manifest.json', ...Object.keys(members)]) {
      const genuine = readFileSync(join(folder, name));
      writeFileSync(join(folder, name), Buffer.concat([genuine, Buffer.from(' ')]));
      expect(await wrongWith(), name).toEqual([name === 'manifest.json' ? 'signature' : name]);
      writeFileSync(join(folder, name), genuine);
    }
    writeFileSync(join(folder, 'added.png'), 'x');
    expect(await wrongWith()).toEqual(['added.png']);
    expect((await place.siteward('verify', folder)).code).toBe(2);
  });

  test('what is no bundle is said to be none', async () => {
    const { code, stderr } = await place.siteward('verify', place.path('config'));
    expect([code, stderr.includes('neither')], stderr).toEqual([3, true]);
    expect((await place.siteward('verify', place.path('config'), '--signer', 'ssh-rsa AAAA')).code).toBe(64);
  });
});
