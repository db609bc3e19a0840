/** What the demo says while it plays: numbered scenes, each with its time, indented so that Siteward's own words stand out. */
import { styleText } from 'node:util';

const WIDTH = 96;

type Style = Parameters<typeof styleText>[0];

const coloured =
  process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';

export function paint(style: Style, text: string): string {
  return coloured ? styleText(style, text) : text;
}

const write = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export function opening(): void {
  write('');
  write(`  ${paint('bold', 'Siteward')}  a live event is attacked, on loopback, with real servers`);
}

/** A numbered scene. */
export function scene(number: number, of: number, title: string): void {
  const rule = '─'.repeat(Math.max(2, WIDTH - title.length - 10));
  write('');
  write(`  ${paint('cyan', `${number}/${of}`)}  ${paint('bold', title)} ${paint('dim', rule)}`);
}

/** One line of the story. */
export function tell(text: string): void {
  write(`       ${text}`);
}

/** The command about to run, as a user would type it. */
export function command(text: string): void {
  write('');
  write(`     ${paint('dim', '$')} ${paint('bold', text)}`);
}

export function good(text: string): void {
  write(`     ${paint('green', '✔')} ${text}`);
}

export function bad(text: string): void {
  write(`     ${paint('red', '✘')} ${text}`);
}

/** Names and what they are, in two columns. */
export function table(rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, meaning] of rows) tell(`${name.padEnd(width + 2)}${paint('dim', meaning)}`);
}

export function closing(text: string): void {
  write('');
  write(`  ${text}`);
  write('');
}
