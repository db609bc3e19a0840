/**
 * The demo: a live event on loopback is watched, attacked and reported, from the approved baseline to the delivered mail.
 * The servers are real, the attack is played, and Siteward is the built program run as a user runs it.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProbeFailure } from '../src/checks/check.js';
import { createBrowser } from '../src/net/browser/browser.js';
import { findExecutable } from '../src/net/browser/executable.js';
import { type Sandbox, writeConfiguration } from './configuration.js';
import { OccupiedError, takeTheFloor } from './floor.js';
import { type OpenedMail, openMail } from './mail.js';
import { bad, closing, good, opening, scene, table, tell } from './narration.js';
import { type Finished, stopAll } from './processes.js';
import { ENCRYPTED, PLAIN, PROVIDER } from './resolvers.js';
import { type CheckReport, checkReport, type Siteward, sitewardIn } from './siteward.js';
import { HOST, IMPOSTOR_ADDRESS, ORIGIN_ADDRESS, raiseStage, type Stage, URL_OF_EVENT } from './stage.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT = join(ROOT, 'demo-output');
const SITE = join(ROOT, 'demo', 'site');
const STAGE = join(OUTPUT, '.stage');
const FLOOR_PORT = 8444;
const SCENES = 5;

/** Something did not turn out as it must; the message says what was expected and what came. */
class Disappointment extends Error {}

function expect(holds: boolean, expected: string, came: string): void {
  if (!holds) throw new Disappointment(`expected ${expected}, but ${came}`);
  good(expected);
}

const shown = (file: string): string => relative(process.cwd(), file) || '.';

async function setTheStage(): Promise<Stage> {
  scene(1, SCENES, 'The stage: a summit, its resolvers, and ops');
  const stage = await raiseStage(SITE, STAGE);
  const sandbox = await sandboxHere();
  await writeConfiguration(join(OUTPUT, 'config'), stage.authorityFile, sandbox);
  table([
    [URL_OF_EVENT, `the event's page, at ${ORIGIN_ADDRESS}`],
    ['trusted-dot, trusted-doh', `unbound over TLS and HTTPS at ${ENCRYPTED.address}: the reference`],
    ['university', `unbound at ${PLAIN.address}: a witness`],
    ['provider', `dnsmasq at ${PROVIDER.address}: a witness, honest for now`],
    ['ops@summit.test', 'an SMTP server with an empty mailbox'],
  ]);
  if (sandbox === 'off') {
    tell("This machine does not let Chromium build its sandbox. The demo's pages are its own, so it goes on without;");
    tell('a real Siteward would refuse to open pages like that and say what to change.');
  }
  return stage;
}

/** Some containers forbid user namespaces. Only there, and only for its own pages, the demo does without the sandbox. */
async function sandboxHere(): Promise<Sandbox> {
  const nowhere = { allow: [], only: ['127.0.0.0/8'] };
  const resolve = (name: string): Promise<never> => Promise.reject(new Error(`${name} is not asked for here`));
  const settings = {
    executable: 'auto',
    pages: 1,
    sandbox: 'required',
    jail: 'auto',
    ca: [],
    policy: nowhere,
    resolve,
  } as const;
  const browser = createBrowser(settings);
  try {
    await browser.version();
    return 'required';
  } catch (error) {
    if (error instanceof ProbeFailure && error.failure.code === 'no-sandbox') return 'off';
    throw error;
  } finally {
    await browser.close();
  }
}

async function approve(siteward: Siteward): Promise<void> {
  scene(2, SCENES, 'A person approves what the page looks like');
  const args = ['baseline', 'capture', 'live', '--approve', '--by', 'Ada', '--note', 'Ready for the opening'];
  const code = await siteward.show(...args);
  expect(code === 0, 'the baseline is captured and approved', `capture ended with exit code ${code}`);
}

async function checkGreen(siteward: Siteward): Promise<void> {
  scene(3, SCENES, 'Before the event: is everything genuine?');
  const code = await siteward.show('check');
  expect(
    code === 0,
    'green: the page, the addresses and the certificate are as approved',
    `check ended with exit code ${code}`,
  );
}

async function attack(stage: Stage): Promise<void> {
  scene(4, SCENES, 'The attack');
  await stage.origin.show(join(SITE, 'defaced'));
  tell("Somebody replaced the page on the event's own server.");
  await stage.resolvers.poison(IMPOSTOR_ADDRESS);
  tell(`And the provider's resolver now answers ${IMPOSTOR_ADDRESS} for ${HOST}: a copy that asks for card numbers.`);
}

async function checkRed(siteward: Siteward): Promise<void> {
  const code = await siteward.show('check', '--html', shown(join(OUTPUT, 'report.html')));
  expect(code === 2, 'red: exit code 2', `check ended with exit code ${code}`);
}

/** The same for scripts: the document is kept, and read to be sure of what was proven. */
async function prove({ stdout, stderr }: Finished): Promise<CheckReport> {
  await writeFile(join(OUTPUT, 'check.json'), stdout);
  const parsed = checkReport.safeParse(parseJson(stdout));
  if (!parsed.success) throw new Disappointment(`check --json did not print its document: ${stderr.slice(-500)}`);
  const site = parsed.data.sites[0];
  const critical = new Set(site?.findings.filter((f) => f.severity === 'critical').map((f) => f.check));
  const seen = [...critical].join(' and ') || 'nothing';
  expect(critical.has('page'), 'the defaced page is proven', `critical findings came from ${seen}`);
  expect(critical.has('dns'), "the provider's lie is proven", `critical findings came from ${seen}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not the document: the schema says so to the reader
  }
}

async function alarm({ code, stderr }: Finished, stage: Stage): Promise<readonly OpenedMail[]> {
  expect(code === 2, 'the watch saw it, recorded it and told ops', `it ended with ${code}: ${stderr.slice(-500)}`);
  const browser = await findExecutable('auto');
  const mails = await Promise.all(
    stage.mailbox.messages.map((message, index) => openMail(message, OUTPUT, `mail-${index + 1}`, browser)),
  );
  if (mails.length === 0) throw new Disappointment('expected mail to ops@summit.test, but none was delivered');
  for (const mail of mails)
    good(`delivered, with ${mail.pictures === 1 ? 'a picture' : `${mail.pictures} pictures`}: ${mail.subject}`);
  const told = (words: string): boolean => mails.some((mail) => mail.text.includes(words));
  expect(told('page/replaced') && told('dns/redirect'), 'both attacks are in the mail', 'one of them is missing');
  expect(
    mails.some((mail) => mail.pictures > 0),
    'so are the pictures',
    'no mail has a picture',
  );
  return mails;
}

function epilogue(report: CheckReport, mails: readonly OpenedMail[], startedAt: number): void {
  const evidence = report.sites[0]?.evidence;
  closing(`Done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Look at:`);
  table([
    [shown(join(OUTPUT, 'report.html')), 'the report: before, after, difference, resolver table'],
    ...mails.map(({ files }) => [shown(files.png), 'a mail as ops sees it; .eml and .html beside it'] as const),
    [shown(join(OUTPUT, 'check.json')), 'the same for scripts'],
    ...(evidence === null || evidence === undefined
      ? []
      : [[shown(evidence), 'the evidence, every file with its SHA-256'] as const]),
    [shown(join(OUTPUT, 'baselines')), 'what Ada approved'],
  ]);
  closing('');
}

async function play(): Promise<void> {
  await takeTheFloor(ORIGIN_ADDRESS, FLOOR_PORT, () =>
    tell('Another demo is running on this machine; waiting for its end.'),
  );
  const startedAt = performance.now();
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  opening();
  const stage = await setTheStage();
  try {
    const siteward = sitewardIn(join(ROOT, 'dist', 'main.js'), OUTPUT);
    await approve(siteward);
    await checkGreen(siteward);
    await attack(stage);
    await checkRed(siteward);
    scene(SCENES, SCENES, 'The proof for scripts, the alarm for ops');
    const [checked, watched] = await Promise.all([
      siteward.collect('check', '--json'),
      siteward.collect('watch', '--once'),
    ]);
    const report = await prove(checked);
    epilogue(report, await alarm(watched, stage), startedAt);
  } finally {
    await stage.close();
  }
}

/** Ends whatever still runs and takes the keys away, also when the stage was never complete. */
async function clearAway(): Promise<void> {
  await stopAll();
  await rm(STAGE, { recursive: true, force: true });
}

let stopping = false;

function stopOn(signal: NodeJS.Signals, exitCode: number): void {
  process.once(signal, () => {
    stopping = true;
    clearAway().finally(() => process.exit(exitCode));
  });
}

/** The words for the audience; a stack only where nobody foresaw what happened. */
function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof Disappointment || error instanceof OccupiedError
    ? error.message
    : (error.stack ?? error.message);
}

stopOn('SIGINT', 130);
stopOn('SIGTERM', 143);
try {
  await play();
} catch (error) {
  // A program ended by the same ctrl-C is no disappointment; the signal's own way out is under way.
  if (!stopping) {
    bad(wordsFor(error));
    if (!(error instanceof OccupiedError)) await clearAway();
    process.exit(1);
  }
}
