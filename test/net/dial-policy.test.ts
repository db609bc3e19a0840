import { describe, expect, it } from 'vitest';
import { mayDial } from '../../src/net/dial-policy.js';

const OPEN = { allow: [], only: [] };

describe('whether an address may be dialled', () => {
  it('lets every public address through when nothing is set', () => {
    expect(mayDial('8.8.8.8', OPEN, 'found')).toBeNull();
  });

  it('refuses a non-public address and says what to write where', () => {
    expect(mayDial('127.0.0.1', OPEN, 'found')).toBe(
      '127.0.0.1 is a loopback address; add "127.0.0.0/8" to network.allow in settings.yaml if you mean to watch it.',
    );
    expect(mayDial('fd00::7', OPEN, 'found')).toBe(
      'fd00::7 is a unique-local address; add "fd00::7/128" to network.allow in settings.yaml if you mean to watch it.',
    );
  });

  it.each([
    ['10.0.0.7', ['10.0.0.0/24'], null],
    ['10.0.1.7', ['10.0.0.0/24'], 'private'],
    ['::ffff:127.0.0.1', ['127.0.0.0/8'], null],
    // Dialling it would end at the translator's loopback, which nobody allowed.
    ['64:ff9b::7f00:1', ['127.0.0.0/8'], 'loopback'],
  ])('%s with allow %j', (address, allow, refusal) => {
    const answer = mayDial(address, { allow, only: [] }, 'found');
    if (refusal === null) expect(answer).toBeNull();
    else expect(answer).toContain(refusal);
  });

  it("lets the operator's own hosts be private without a word in allow", () => {
    expect(mayDial('10.0.0.53', OPEN, 'configured')).toBeNull();
    expect(mayDial('127.0.0.1', OPEN, 'configured')).toBeNull();
  });

  it.each(['found', 'configured'] as const)('dials nothing outside only, even what was %s and allowed', (purpose) => {
    const policy = { allow: ['203.0.113.0/24'], only: ['127.0.0.0/8'] };
    expect(mayDial('203.0.113.99', policy, purpose)).toContain('outside network.only');
    expect(mayDial('8.8.8.8', policy, purpose)).toContain('add "8.8.8.8/32"');
    expect(mayDial('127.9.9.9', policy, purpose)).toBeNull();
  });

  it('takes a non-public entry of only as allowance, but not a wide one that happens to hold it', () => {
    expect(mayDial('127.0.0.1', { allow: [], only: ['127.0.0.0/8'] }, 'found')).toBeNull();
    expect(mayDial('127.0.0.1', { allow: [], only: ['0.0.0.0/0'] }, 'found')).toContain('loopback');
    expect(mayDial('8.8.8.8', { allow: [], only: ['0.0.0.0/0'] }, 'found')).toBeNull();
  });

  it('refuses what is no address, whatever is allowed', () => {
    expect(mayDial('local\u001bhost', { allow: ['0.0.0.0/0', '::/0'], only: [] }, 'configured')).toBe(
      '"local?host" is not an IP address.',
    );
  });
});
