/** What `check` says on stderr while it looks: one line that is rewritten on a terminal, plain lines elsewhere. */
import type { Severity, State } from '../../core/model.js';
import { oneLine } from '../../core/plain-text.js';
import { duration } from '../../core/words.js';
import { fitted, padded, paint } from './text.js';
import { markOf, stateWords, toneOf } from './words.js';

export interface ProgressOutput {
  readonly write: (text: string) => void;
  /** `line`: rewritten in place, for a terminal. `lines`: one line per target done. `none`: nothing at all. */
  readonly mode: 'line' | 'lines' | 'none';
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

/** Told what begins and what ends; a target is named by its id. */
export interface Progress {
  began(targetId: string): void;
  /** @param word instead of the state's own, where nothing was judged. */
  ended(
    targetId: string,
    judged: { readonly state: State; readonly severity: Severity | null },
    tookMs: number,
    word?: string,
  ): void;
  /** Leaves the terminal as it was. To be called in any case. */
  close(): void;
}

/** The line while `running` are being looked at: `  3/12  live/page, home/dns`. */
export function progressLine(done: number, total: number, running: readonly string[], width: number): string {
  const count = `${done}/${total}`.padStart(`${total}/${total}`.length);
  const names = running.map((id) => oneLine(id, 60)).join(', ');
  return fitted(names === '' ? `  ${count}` : `  ${count}  looking at ${names}`, Math.max(10, width - 1));
}

export function progress(total: number, output: ProgressOutput): Progress {
  const running = new Set<string>();
  let done = 0;
  const style = paint(output.color);
  const redraw = (): void => {
    if (output.mode !== 'line') return;
    output.write(`\r\u001b[2K${style('dim', progressLine(done, total, [...running], output.width))}`);
  };
  return {
    began(targetId) {
      running.add(targetId);
      redraw();
    },
    ended(targetId, judged, tookMs, word = stateWords(judged.state)) {
      running.delete(targetId);
      done += 1;
      if (output.mode === 'lines') {
        const count = padded(`${done}/${total}`, `${total}/${total}`.length);
        const words = `${markOf(toneOf(judged))} ${word}`;
        output.write(`${count}  ${oneLine(targetId, 80)}  ${words}  ${duration(tookMs)}\n`);
      }
      redraw();
    },
    close() {
      if (output.mode === 'line') output.write('\r\u001b[2K');
    },
  };
}
