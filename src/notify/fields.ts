/** Keys that several kinds of receiver have in settings.yaml. */
import * as z from 'zod';
import { Secret } from '../core/secret.js';

/** The web address of a service: http or https, no user name in it. */
export function webAddress(example: string) {
  return z
    .string()
    .refine(isWebAddress, { error: `must be an address such as ${example}` })
    .meta({ format: 'uri', pattern: '^https?://' });
}

/** A web address that is itself the key to the channel: whoever knows it can write there. */
export function secretAddress(example: string) {
  return z
    .string()
    .refine(isWebAddress, { error: `must be an address such as ${example}` })
    .transform((text) => new Secret(text))
    .meta({ format: 'password', writeOnly: true, pattern: '^https?://' });
}

/** Where the service stands when DNS does not say. Its certificate is checked all the same. */
export function addresses() {
  return z
    .array(z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address such as 192.0.2.7' }))
    .max(8)
    .default([])
    .describe('IP addresses tried when DNS is dead or lies; TLS still checks the name.');
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || /[\\\s\p{Cc}]/u.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
