/** `init`: a configuration to begin with. Nothing that is there already is touched. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT, type Terminal } from './workplace.js';

/** The commented examples and schemas that come with the package. */
const EXAMPLES = fileURLToPath(new URL('../../config/', import.meta.url));

const BASELINES_README = `# Baselines

What a person accepted as genuine, one folder per site, written by \`siteward baseline capture\` and \`approve\`. Keep this
folder in version control: every change of what counts as genuine is then a diff somebody can review. Do not edit the
files; each is checked against its SHA-256 at every look.
`;

export async function runInit(dir: string, terminal: Terminal): Promise<number> {
  const config = join(dir, 'config');
  const baselines = join(dir, 'baselines');
  try {
    await Promise.all([mkdir(config, { recursive: true }), mkdir(baselines, { recursive: true })]);
    const names = (await readdir(EXAMPLES)).filter((name) => /\.(yaml|schema\.json)$/.test(name)).sort();
    const wanted = await Promise.all(
      names.map(async (name) => ({ file: join(config, name), text: await readFile(join(EXAMPLES, name), 'utf8') })),
    );
    wanted.push({ file: join(baselines, 'README.md'), text: BASELINES_README });
    const written = await Promise.all(wanted.map(writeNew));
    const result = {
      written: wanted.filter((_, index) => written[index]).map(({ file }) => file),
      kept: wanted.filter((_, index) => !written[index]).map(({ file }) => file),
    };
    terminal.out(terminal.json ? `${JSON.stringify({ schema: 'siteward/init/1', ...result })}\n` : told(result, dir));
    return 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${dir} could not be set up: ${reason}.`, EXIT.config, { cause: error });
  }
}

/** False when the file is there already. */
async function writeNew({ file, text }: { readonly file: string; readonly text: string }): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function told({ written, kept }: { written: readonly string[]; kept: readonly string[] }, dir: string): string {
  const lines = [
    ...written.map((file) => `  wrote  ${file}`),
    ...kept.map((file) => `  kept   ${file} (was there already)`),
  ];
  const step = (command: string, what: string): string => `  ${command.padEnd(44)} ${what}`;
  const enter = dir === '.' ? [] : [step(`cd ${dir}`, '')];
  return [
    ...lines,
    '',
    'Next:',
    ...enter,
    step('siteward add https://www.example.org/', 'your page: adds it and captures what it looks like now'),
    step('siteward baseline diff www.example.org', 'look at what was captured'),
    step('siteward baseline approve --all --by "You"', 'accept it as genuine'),
    step('siteward check', 'is it still?'),
    '',
    `Who is told, and by which resolvers the name is checked: ${join(dir, 'config', 'settings.yaml')}`,
    '',
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}
