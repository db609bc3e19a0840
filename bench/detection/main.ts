/**
 * `npm run bench:detection`: builds the corpus, shows it to the page check and to simple rules others use, and prints
 * what each found and what each cried wolf at. Only package registries are reached, and only while the corpus is built.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Row } from './cases.js';
import { buildCorpus } from './corpus/corpus.js';
import { versions } from './corpus/packages.js';
import type { CorpusPage } from './corpus/page.js';
import { type Quiet, quietRun, rawRun } from './raw-run.js';
import { renderedRun } from './rendered-run.js';
import { figures } from './report/score.js';
import { failures, render } from './report/table.js';
import { VARIANTS } from './variants/catalogue.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const USAGE = `npm run bench:detection -- [options]
  --half tuning|held-out|both   which pages (held-out)
  --mode raw|rendered|both      with or without a browser (both)
  --noise N                     checks of unchanged pages (20000)
  --seeds N                     cases of each class on each page (1)
  --captures N                  looks through the browser, about (240)
  --only text,text              classes whose name contains one of them
  --pages text                  pages whose id contains it
  --offline                     take what the cache has; without a cache, the generated pages
  --no-urlwatch                 leave urlwatch out
  --failures N                  show so many wrong answers of each class (0)
  --docs                        put the tables into docs/detection.md
`;

const { values: options } = parseArgs({
  options: {
    half: { type: 'string', default: 'held-out' },
    mode: { type: 'string', default: 'both' },
    noise: { type: 'string', default: '20000' },
    seeds: { type: 'string', default: '1' },
    captures: { type: 'string', default: '240' },
    only: { type: 'string', default: '' },
    pages: { type: 'string', default: '' },
    failures: { type: 'string', default: '0' },
    offline: { type: 'boolean', default: false },
    'no-urlwatch': { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface HalfResults {
  readonly half: string;
  readonly rows: readonly Row[];
  readonly quiet: { readonly living: Quiet; readonly frozen: Quiet } | null;
}

async function runHalf(half: string, pages: readonly CorpusPage[]): Promise<HalfResults> {
  const variants = VARIANTS.filter(({ name }) => options.only.split(',').some((part) => name.includes(part)));
  const urlwatch = !options['no-urlwatch'];
  const rows: Row[] = [];
  if (options.mode !== 'rendered') {
    const noiseTimes = options.only === '' ? 2 : 0;
    rows.push(...(await rawRun({ pages, variants, seeds: Number(options.seeds), noiseTimes, urlwatch, say })));
  }
  if (options.mode !== 'raw') {
    rows.push(...(await renderedRun({ pages, variants, captures: Number(options.captures), urlwatch, say })));
  }
  const checks = Number(options.noise);
  if (checks === 0 || options.mode === 'rendered') return { half, rows, quiet: null };
  say(`${checks} checks of unchanged pages`);
  const quiet = {
    living: quietRun(pages, checks, 'living'),
    frozen: quietRun(pages, Math.ceil(checks / 10), 'frozen'),
  };
  return { half, rows, quiet };
}

function noiseAlarms({ living, frozen }: NonNullable<HalfResults['quiet']>): string {
  const lines = Object.entries({ living, frozen }).flatMap(([content, { codes, examples }]) => [
    ...codes.map(([code, count]) => `noise alarm, ${content}: ${count} × ${code}`),
    ...examples.slice(0, 4).map((example) => `noise alarm, ${content}: ${example}`),
  ]);
  return lines.join('\n');
}

const started = '<!-- results: written by `npm run bench:detection -- --docs` -->';
const ended = '<!-- end of results -->';

async function intoDocs(text: string): Promise<void> {
  const file = join(ROOT, 'docs/detection.md');
  const document = await readFile(file, 'utf8');
  const [head] = document.split(started);
  const [, tail] = document.split(ended);
  await writeFile(file, `${head ?? ''}${started}\n\n${text}\n\n${ended}${tail ?? '\n'}`);
}

/** The commit measured; said so where the tree is not what was committed. */
function commitOf(): string {
  // A measurement takes no lock on the index somebody else may be using.
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } }).trim();
  const changed = git('diff', '--name-only', 'HEAD', '--', 'src', 'bench').length > 0;
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with uncommitted changes' : ''}`;
}

async function main(): Promise<void> {
  const { pages: all, missing } = await buildCorpus(options.offline);
  for (const name of missing) say(`left out: ${name}`);
  const commit = commitOf();
  const halves = options.half === 'both' ? ['tuning', 'held-out'] : [options.half];
  const results: HalfResults[] = [];
  const texts: string[] = [];
  for (const half of halves) {
    const pages = all.filter((page) => page.half === half && page.id.includes(options.pages));
    const real = pages.filter((page) => page.source !== 'generated').length;
    const result = await runHalf(half, pages);
    results.push(result);
    const about = `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${pages.length} pages (${real} real, ${pages.length - real} generated).`;
    texts.push(`${about}\n\n${render(result)}`);
    process.stdout.write(`\n${about}\n\n${render(result)}\n`);
    if (result.quiet) process.stdout.write(`${noiseAlarms(result.quiet)}\n`);
    if (Number(options.failures) > 0)
      process.stdout.write(`\nWrong answers:\n${failures(result.rows, Number(options.failures))}\n`);
  }
  const folder = join(ROOT, 'bench/results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n');
  const file = join(folder, `detection-${new Date().toISOString().slice(0, 10)}.json`);
  await writeFile(
    file,
    `${JSON.stringify({ commit, options, versions: await versions(), results: results.map(figures) }, null, 1)}\n`,
  );
  say(`written: ${file}`);
  if (options.docs) await intoDocs(texts.join('\n\n'));
}

if (options.help) process.stdout.write(USAGE);
else await main();
