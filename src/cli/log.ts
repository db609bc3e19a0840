/** Logs: one JSON object a line on stderr, or plain lines when a person looks. Control characters are escaped. */

import pino from 'pino';
import { inertJson, plain } from '../core/plain-text.js';

export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** @param write takes whole lines. */
export function createLog(level: string, human: boolean, write: (line: string) => void): Log {
  const destination = { write: (line: string) => write(human ? `${readable(line)}\n` : inertJson(line)) };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** `12:00:01 warn  message  key=value`: pino's line for eyes. */
function readable(line: string): string {
  const { time, level, msg, ...rest }: Record<string, unknown> = JSON.parse(line);
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  // Nothing a log carries may move the cursor or forge a second line.
  return plain([String(time).slice(11, 19), String(level).padEnd(5), String(msg), ...fields].join('  ')).replaceAll(
    '\n',
    ' ',
  );
}
