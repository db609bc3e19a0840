/**
 * Hostile input in bulk: `npm run bench:hostile [part] [count]`. Parts: `fuzz` (addresses and URLs against a second
 * opinion), `rebinding` (fetches of a name whose answers alternate), `bombs` (memory that hostile answers cost). All
 * without a part. Ends with 1 where a protection did not hold, or where what shows that it can fail did not fail.
 */
import { Random } from '../detection/random.js';
import { type Fuzzed, fuzzAddresses, fuzzTexts } from './address-fuzz.js';
import { explode } from './bombs.js';
import { type Rebound, rebind, rebindTheUsualWay } from './rebinding.js';
import { fuzzConfigured, fuzzRedirects } from './url-fuzz.js';

const FUZZED = 1_000_000;
const FETCHES = 10_000;
const MOST_MIB = 64;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function fuzzing(count: number): boolean {
  say(`Fuzzed, ${count.toLocaleString('en')} each\n`);
  const fuzzers: Readonly<Record<string, (random: Random, count: number) => Fuzzed>> = {
    addresses: fuzzAddresses,
    'damaged addresses': fuzzTexts,
    'redirect targets': fuzzRedirects,
    'URLs of a watchlist': fuzzConfigured,
  };
  const results = Object.entries(fuzzers).map(([name, fuzz]) => {
    const { wrong, open } = fuzz(new Random(name), count);
    say(`  ${name.padEnd(20)} wrong ${wrong.length}, let through ${open.toLocaleString('en')}`);
    for (const one of wrong) say(`    ${one}`);
    return wrong.length === 0 && open > 0;
  });
  return results.every(Boolean);
}

async function rebinding(count: number): Promise<boolean> {
  const told = (name: string, { fetches, inside, outside, queries }: Rebound): void =>
    say(`  ${name.padEnd(20)} fetches ${fetches}, queries ${queries}, pages from outside ${outside}, inside ${inside}`);
  say('\nA name that is outside, inside, or both, another at every query\n');
  const ours = await rebind(count);
  told('Siteward', ours);
  const usual = await rebindTheUsualWay(Math.min(count, 300));
  told('check, then connect', usual);
  return ours.inside === 0 && ours.outside > 0 && usual.inside > 0;
}

async function bombs(): Promise<boolean> {
  say('\nAnswers of 200 MB or without end: what they cost\n');
  const { ours, bare } = await explode();
  for (const { name, code, grewMiB, tookMs } of [...ours, bare]) {
    say(
      `  ${name.padEnd(26)}${(code ?? 'taken').padEnd(18)}${grewMiB.toFixed(1).padStart(7)} MiB${tookMs.toFixed(0).padStart(7)} ms`,
    );
  }
  return ours.every(({ code, grewMiB }) => code !== null && grewMiB < MOST_MIB) && bare.grewMiB > MOST_MIB;
}

const [part, count] = process.argv.slice(2);
const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  fuzz: async () => fuzzing(Number(count ?? FUZZED)),
  rebinding: () => rebinding(Number(count ?? FETCHES)),
  bombs,
};
for (const [name, run] of Object.entries(parts)) {
  if ((part === undefined || part === name) && !(await run())) process.exitCode = 1;
}
