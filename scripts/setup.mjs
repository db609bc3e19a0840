#!/usr/bin/env node
/**
 * Finds, or installs, what Siteward needs beside its npm packages: a browser, fonts, and for the demo and the tests real
 * DNS servers. Plain Node without dependencies, so it runs before `npm ci` as well as after.
 *
 *   node scripts/setup.mjs            a browser and fonts
 *   node scripts/setup.mjs --demo     also the servers the demo plays on
 *   node scripts/setup.mjs --tests    also the servers the tests run against
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Kept apart from the user's own browsers; `src/net/` looks here too. */
const OWN_BROWSERS = join(ROOT, '.browser');

const BROWSER_COMMANDS = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];
const BROWSER_FILES = new Set(['chrome-headless-shell', 'chrome']);
const MAC_CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Without these, Persian, Arabic and Chinese come out as empty boxes. */
const FONTS = [
  { package: 'fonts-noto-core', file: '/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf' },
  { package: 'fonts-droid-fallback', file: '/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf' },
];

const DEMO_TOOLS = [
  { command: 'unbound', package: 'unbound' },
  { command: 'dnsmasq', package: 'dnsmasq-base' },
  { command: 'openssl', package: 'openssl' },
];
const TEST_TOOLS = [
  ...DEMO_TOOLS,
  { command: 'nsd', package: 'nsd' },
  { command: 'dnssec-signzone', package: 'bind9-utils' },
  { command: 'dig', package: 'bind9-dnsutils' },
  { command: 'kdig', package: 'knot-dnsutils' },
  { command: 'dnsperf', package: 'dnsperf' },
  // A name server that answers by the visitor's network; it brings Knot DNS itself along.
  { command: 'knotd', package: 'knot-module-geoip' },
  { command: 'ip', package: 'iproute2' },
  { command: 'nft', package: 'nftables' },
  { command: 'ssh-keygen', package: 'openssh-client' },
  { command: 'python3', tries: ['/usr/bin/python3', '-c', 'import seccomp'], package: 'python3-seccomp' },
  { command: 'initdb', package: 'postgresql' },
  { command: 'strace', package: 'strace' },
  { command: 'faketime', package: 'faketime' },
  { command: 'nft', package: 'nftables' },
];

/** Packages that would start a daemon of their own (port 53, port 5432), and its unit. We only want the programs. */
const DAEMONS = { unbound: 'unbound', nsd: 'nsd', postgresql: 'postgresql', 'knot-module-geoip': 'knot' };

const say = (line) => process.stdout.write(`setup: ${line}\n`);

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not ours to run: both mean "look further"
  }
}

/** Debian keeps the server's programs out of the way, in a folder of their version. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
}

function onPath(command) {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    ...postgresFolders(),
  ];
  return folders.map((folder) => join(folder, command)).find(isProgram);
}

/** The newest browser that @puppeteer/browsers put under `folder`: <folder>/<product>/<platform-version>/<unpacked>/<file>. */
function downloaded(folder) {
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => BROWSER_FILES.has(path.split(/[\\/]/).at(-1) ?? ''))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((path) => join(folder, path))
    .find(isProgram);
}

function findBrowser() {
  const named = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (named !== undefined && isProgram(named)) return named;
  for (const command of BROWSER_COMMANDS) {
    const path = onPath(command);
    if (path !== undefined) return path;
  }
  if (isProgram(MAC_CHROME)) return MAC_CHROME;
  return downloaded(OWN_BROWSERS) ?? downloaded(join(homedir(), '.cache', 'puppeteer'));
}

// ------------------------------------------------------------------ apt

/** The command prefix that lets us install packages, or null where we may not. */
function aptPrefix() {
  if (onPath('apt-get') === undefined) return null;
  if (process.getuid?.() === 0) return [];
  const sudo = onPath('sudo');
  if (sudo === undefined) return null;
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n', '-E'] : null;
}

function run(command, options = {}) {
  const [program, ...args] = command;
  return spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

const lastLines = (result) =>
  `${result.stderr ?? ''}`.trim().split('\n').slice(-3).join(' | ') || `exit ${result.status}`;

function apt(prefix, ...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run([...prefix, 'apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=400', ...args], { env });
}

/** Runs `install` while no package may start a daemon; only root can say so, and only where nobody else has. */
function withoutStartingDaemons(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (process.getuid?.() !== 0 || existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policy, { force: true });
  }
}

/** Installs Debian packages, all at once or, where one of them is in the way, each by itself. */
function installPackages(packages) {
  const prefix = packages.length === 0 ? null : aptPrefix();
  if (prefix === null) return;
  say(`installing ${packages.join(', ')} (Debian packages)`);
  const update = apt(prefix, 'update');
  if (update.status !== 0) say(`the package lists could not be refreshed: ${lastLines(update)}`);
  const install = (...names) => apt(prefix, 'install', '-y', '--no-install-recommends', ...names);
  withoutStartingDaemons(() => {
    if (install(...packages).status === 0) return;
    for (const name of packages) {
      const result = install(name);
      if (result.status !== 0) say(`apt-get could not install ${name}: ${lastLines(result)}`);
    }
  });
  const daemons = packages.flatMap((name) => DAEMONS[name] ?? []);
  if (daemons.length > 0 && existsSync('/run/systemd/system')) {
    run([...prefix, 'systemctl', 'disable', '--now', ...daemons]);
  }
}

// ---------------------------------------------------------------- needs

/** Where there is something to try, that it is there is not enough. */
const works = ({ tries }) => tries === undefined || run(tries).status === 0;
const missingTools = (tools) => tools.filter((tool) => onPath(tool.command) === undefined || !works(tool));
const missingFonts = () =>
  process.platform === 'linux' ? FONTS.filter((font) => !existsSync(font.file)).map((font) => font.package) : [];

/** What apt would have to bring; programs the machine already has, from wherever, are left alone. */
function missingPackages(tools) {
  const browser = findBrowser() === undefined ? ['chromium-headless-shell'] : [];
  return [...browser, ...missingFonts(), ...missingTools(tools).map((tool) => tool.package)];
}

function downloadBrowser() {
  say('downloading chrome-headless-shell (Chrome for Testing) into .browser/');
  const npx = [
    'npx',
    '--yes',
    '@puppeteer/browsers',
    'install',
    'chrome-headless-shell@stable',
    '--path',
    OWN_BROWSERS,
  ];
  const result = run(npx, { cwd: ROOT, timeout: 300_000 });
  if (result.status !== 0) say(`the download failed: ${lastLines(result)}`);
}

function reportBrowser() {
  if (findBrowser() === undefined) downloadBrowser();
  const found = findBrowser();
  say(
    found === undefined
      ? 'no browser. Install Chromium or Chrome (Debian: apt install chromium-headless-shell), or name one in PUPPETEER_EXECUTABLE_PATH.'
      : `browser: ${found}`,
  );
  return found !== undefined;
}

/** Fonts are wanted, not required: a page still compares without them, only its pictures are poorer. */
function reportFonts() {
  const missing = missingFonts();
  if (missing.length === 0) return;
  say(`Persian, Arabic or Chinese may show as empty boxes in pictures. As root: apt install ${missing.join(' ')}`);
}

function reportTools(tools) {
  const missing = missingTools(tools);
  if (missing.length === 0) {
    if (tools.length > 0) say(`servers: ${tools.map((tool) => tool.command).join(', ')}`);
    return true;
  }
  const packages = missing.map((tool) => tool.package).join(' ');
  say(`not found: ${missing.map((tool) => tool.command).join(', ')}. As root: apt install ${packages}`);
  return false;
}

function main(args) {
  const unknown = args.filter((arg) => arg !== '--demo' && arg !== '--tests');
  if (unknown.length > 0) {
    say(`unknown argument ${unknown.join(' ')}. Usage: node scripts/setup.mjs [--demo] [--tests]`);
    return 64;
  }
  const tools = args.includes('--tests') ? TEST_TOOLS : args.includes('--demo') ? DEMO_TOOLS : [];
  installPackages(missingPackages(tools));
  const browser = reportBrowser();
  reportFonts();
  return reportTools(tools) && browser ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
