/** Timing of rivals side by side: they take turns, so that what the machine does meanwhile meets all of them alike. */

export interface Rival {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export interface Measured {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Runs every rival `rounds` times, in turns, after `warmUps` rounds that do not count. */
export async function race(rivals: readonly Rival[], rounds: number, warmUps: number): Promise<readonly Measured[]> {
  const times = rivals.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, rival] of rivals.entries()) {
      const startedAt = performance.now();
      await rival.run();
      if (round >= 0) times[index]?.push(performance.now() - startedAt);
    }
  }
  return rivals.map((rival, index) => {
    const sorted = [...(times[index] ?? [])].sort((a, b) => a - b);
    return { name: rival.name, medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) };
  });
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** A table on stdout; ratios are to the rival named `floor`. */
export function print(title: string, results: readonly Measured[], floor: string): void {
  const base = results.find((result) => result.name === floor)?.medianMs ?? Number.NaN;
  const width = Math.max(...results.map((result) => result.name.length));
  const lines = results.map(({ name, medianMs, p95Ms }) => {
    const numbers = [medianMs, p95Ms].map((ms) => `${ms.toFixed(2)} ms`.padStart(11)).join('');
    return `  ${name.padEnd(width)}${numbers}${`${(medianMs / base).toFixed(2)}x`.padStart(8)}`;
  });
  const head = `  ${''.padEnd(width)}${'median'.padStart(11)}${'p95'.padStart(11)}${'ratio'.padStart(8)}`;
  process.stdout.write(`${[title, head, ...lines].join('\n')}\n`);
}
