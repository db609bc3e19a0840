/**
 * A value that must never be printed: passwords, tokens, signing keys.
 *
 * Whatever turns values into text (templates, JSON, the console, a logger, a stack trace) shows `[secret]`; only an
 * explicit `reveal()` gives the text, so every place that handles it in the clear can be found by that word.
 */
import * as z from 'zod';

const SHOWN = '[secret]';

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one call that needs it. Never put it into an error, a log line or a stored row. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  /** Node's inspect, named by its registered symbol because core imports no `node:` module. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

/** A non-empty string in the file, a `Secret` after parsing. Errors name the key, never the text. */
export function secret() {
  return z
    .string()
    .min(1, 'must not be empty')
    .transform((text) => new Secret(text))
    .meta({ format: 'password', writeOnly: true });
}
