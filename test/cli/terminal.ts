/** A terminal that keeps what it is told. */
import type { Terminal } from '../../src/cli/workplace.js';

export interface Recorded extends Terminal {
  readonly said: { out: string; err: string };
}

export function recorded(options: Partial<Pick<Terminal, 'json' | 'quiet'>> = {}): Recorded {
  const said = { out: '', err: '' };
  return {
    said,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    color: false,
    width: 100,
    live: false,
    quiet: false,
    json: false,
    ...options,
  };
}
