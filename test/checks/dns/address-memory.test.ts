import { describe, expect, test } from 'vitest';
import { AddressMemory } from '../../../src/checks/dns/address-memory.js';

const HOUR = 3_600_000;
const NAME = 'www.example.org';

describe('addresses that proved to be a site', () => {
  test.each([
    ['count at once', 'ns1', 0, ['192.0.2.1', '192.0.2.2']],
    ['count almost a day', 'ns1', 24 * HOUR - 1, ['192.0.2.1', '192.0.2.2']],
    ['are over after a day', 'ns1', 24 * HOUR, []],
    ['do not count by a clock set back', 'ns1', -1, []],
    ['do not count under another delegation', 'ns.evil', 0, []],
  ])('%s', (_, delegation, later, expected) => {
    const memory = new AddressMemory();
    memory.keep(NAME, 'ns1', ['192.0.2.1', '192.0.2.2'], HOUR);
    expect(memory.recall(NAME, delegation, HOUR + later)).toEqual(expected);
    expect(memory.recall('other.example.org', delegation, HOUR + later)).toEqual([]);
  });

  test('of a thief are forgotten when the domain is back, and so are those before him', () => {
    const memory = new AddressMemory();
    memory.keep(NAME, 'ns1', ['192.0.2.1'], 0);
    memory.keep(NAME, 'ns.evil', ['203.0.113.66'], 1);
    memory.keep(NAME, 'ns1', ['192.0.2.2'], 2);
    expect(memory.recall(NAME, 'ns1', 3)).toEqual(['192.0.2.2']);
    expect(memory.recall(NAME, 'ns.evil', 3)).toEqual([]);
  });

  test('gather from look to look, each for a day of its own', () => {
    const memory = new AddressMemory();
    memory.keep(NAME, 'ns1', ['192.0.2.1'], 0);
    memory.keep(NAME, 'ns1', ['192.0.2.2'], 20 * HOUR);
    expect(memory.recall(NAME, 'ns1', 23 * HOUR)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(memory.recall(NAME, 'ns1', 25 * HOUR)).toEqual(['192.0.2.2']);
  });

  test('are bounded: the oldest addresses and names go first', () => {
    const memory = new AddressMemory();
    const many = Array.from({ length: 600 }, (_, at) => `2001:db8::${at}`);
    memory.keep(NAME, 'ns1', many, 0);
    expect(memory.recall(NAME, 'ns1', 1)).toEqual(many.slice(-512));
    for (let at = 0; at < 5_000; at++) memory.keep(`${at}.example.net`, 'ns1', ['192.0.2.1'], 0);
    expect(memory.recall(NAME, 'ns1', 1)).toEqual([]);
    expect(memory.recall('0.example.net', 'ns1', 1)).toEqual(['192.0.2.1']);
  });
});
