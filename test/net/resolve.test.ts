import { describe, expect, it } from 'vitest';
import { ProbeFailure } from '../../src/checks/check.js';
import { hostsEntry, resolver } from '../../src/net/resolve.js';

function world(answers: Record<string, readonly string[]>, hosts: Record<string, string> = {}) {
  const asked: string[] = [];
  let time = 0;
  const lookup = async (name: string): Promise<readonly string[]> => {
    asked.push(name);
    const answer = answers[name];
    if (answer) return answer;
    throw new ProbeFailure({ blame: 'resolver', code: 'no-answer', detail: `nobody answers for ${name}` });
  };
  return {
    asked,
    answers,
    pass: (ms: number) => {
      time += ms;
    },
    resolve: resolver({ hosts, lookup, now: () => time }),
  };
}

describe('resolving a name', () => {
  it('asks the lookup, under one spelling of the name', async () => {
    const { resolve, asked } = world({ 'a.test': ['127.0.0.1', '::ffff:127.0.0.1', '::1'] });
    expect(await resolve('A.test.')).toEqual(['127.0.0.1', '::1']);
    expect(asked).toEqual(['a.test']);
  });

  it.each(['127.0.0.1', '[::1]'])('takes the literal %s for itself', async (literal) => {
    const { resolve, asked } = world({});
    expect(await resolve(literal)).toEqual([literal.replace(/[[\]]/g, '')]);
    expect(asked).toEqual([]);
  });

  it('asks once within seconds, and again after them', async () => {
    const { resolve, asked, answers, pass } = world({ 'a.test': ['127.0.0.1'] });
    await Promise.all([resolve('a.test'), resolve('a.test')]);
    answers['a.test'] = ['127.0.0.2'];
    pass(4_999);
    expect(await resolve('a.test')).toEqual(['127.0.0.1']);
    pass(1);
    expect(await resolve('a.test')).toEqual(['127.0.0.2']);
    expect(asked).toHaveLength(2);
  });

  it('does not keep a failure', async () => {
    const { resolve, answers } = world({});
    await expect(resolve('a.test')).rejects.toThrow('nobody answers');
    answers['a.test'] = ['127.0.0.1'];
    expect(await resolve('a.test')).toEqual(['127.0.0.1']);
  });

  it.each([[[]], [['not an address', '127.1']]])('fails where the answer %j holds no address', async (answer) => {
    const { resolve } = world({ 'a.test': answer });
    await expect(resolve('a.test')).rejects.toMatchObject({ failure: { blame: 'target', code: 'no-address' } });
  });
});

describe('network.hosts', () => {
  const hosts = { 'www.a.test': '127.0.0.2', '*.a.test': '127.0.0.3', '*.deep.a.test': '127.0.0.4' };

  it.each([
    ['www.a.test', '127.0.0.2'],
    ['WWW.A.test.', '127.0.0.2'],
    ['x.a.test', '127.0.0.3'],
    ['y.x.a.test', '127.0.0.3'],
    ['x.deep.a.test', '127.0.0.4'],
    ['a.test', null],
    ['xa.test', null],
  ])('gives %s the address %s', (name, address) => {
    expect(hostsEntry(hosts, name)).toBe(address);
  });

  it('comes before every resolver', async () => {
    const { resolve, asked } = world({ 'x.a.test': ['127.0.0.9'] }, hosts);
    expect([await resolve('x.a.test'), asked]).toEqual([['127.0.0.3'], []]);
  });
});
