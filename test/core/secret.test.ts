import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Secret, secret } from '../../src/core/secret.js';

const CANARY = 'canary-7f3a';

describe('a secret', () => {
  it('gives its text only when asked to reveal it', () => {
    expect(new Secret(CANARY).reveal()).toBe(CANARY);
  });

  it.each([
    ['a template', (value: Secret) => `password: ${value}`],
    ['concatenation', (value: Secret) => 'password: '.concat(String(value))],
    ['JSON', (value: Secret) => JSON.stringify({ smtp: { password: value } })],
    ['inspect', (value: Secret) => inspect({ smtp: [value] }, { depth: 9, showHidden: true })],
    ['a structured clone', (value: Secret) => JSON.stringify(structuredClone({ password: value }))],
    ['own keys', (value: Secret) => JSON.stringify(Object.entries(value))],
  ])('does not print through %s', (_way, print) => {
    expect(print(new Secret(CANARY))).not.toContain(CANARY);
  });
});

describe('secret()', () => {
  it('turns a string into a Secret', () => {
    const parsed = z.strictObject({ password: secret() }).parse({ password: CANARY });
    expect(parsed.password.reveal()).toBe(CANARY);
    expect(inspect(parsed, { depth: 9 })).toContain('[secret]');
  });

  it('never puts the text into an error', () => {
    const schema = z.strictObject({ password: secret(), port: z.number() });
    const result = schema.safeParse({ password: CANARY, port: CANARY });
    expect(result.success).toBe(false);
    expect(inspect(result, { depth: 9 })).not.toContain(CANARY);
  });

  it('refuses an empty text', () => {
    expect(secret().safeParse('').success).toBe(false);
  });

  it('is a plain string in the JSON Schema of the file', () => {
    expect(z.toJSONSchema(secret(), { io: 'input' })).toMatchObject({ type: 'string', minLength: 1 });
  });
});
