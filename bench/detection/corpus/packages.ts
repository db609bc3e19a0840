/**
 * Real pages under free licences, fetched when the benchmark is built: themes from npm, documentation from Debian.
 * The package managers do the fetching; what they bring is kept in bench/.cache, and nothing of it is committed.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Half, Language } from './page.js';

const run = promisify(execFile);

export const CACHE = fileURLToPath(new URL('../../../../bench/.cache/', import.meta.url));

export interface PageSource {
  readonly id: string;
  readonly manager: 'npm' | 'apt';
  readonly package: string;
  readonly licence: string;
  readonly language: Language;
  readonly half: Half;
  /** The folder served as the root of the site, and the page in it. */
  readonly root: string;
  readonly page: string;
}

type Unassigned = Omit<PageSource, 'half'>;

const theme = (name: string, page = 'index.html', root = 'dist'): Unassigned => ({
  id: `npm-${name}${page === 'index.html' ? '' : `-${page.replace('.html', '')}`}`,
  manager: 'npm',
  package: `startbootstrap-${name}`,
  licence: 'MIT',
  language: 'en',
  root,
  page,
});

const debian = (name: string, language: Language, licence: string, root: string, page: string): Unassigned => ({
  id: `debian-${name}-${language}-${page.replace(/\.html.*$/, '').replace(/\W+/g, '-')}`,
  manager: 'apt',
  package: name,
  licence,
  language,
  root: `usr/share/${root}`,
  page,
});

type Chapter = readonly [Language, string, string];

const handbook = (chapters: readonly Chapter[]): Unassigned[] =>
  chapters.map(([language, folder, page]) =>
    debian('debian-handbook', language, 'GPL-2+ or CC-BY-SA-3.0', `doc/debian-handbook/html/${folder}`, page),
  );
const git = (page: string): Unassigned => debian('git-doc', 'en', 'GPL-2', 'doc/git-doc', page);
const postgres = (page: string): Unassigned =>
  debian('postgresql-doc-15', 'en', 'PostgreSQL', 'doc/postgresql-doc-15/html', page);
const apache = (language: Language, page: string): Unassigned =>
  debian('apache2-doc', language, 'Apache-2.0', `doc/apache2-doc/manual/${language}`, page);

const TUNING: readonly Unassigned[] = [
  theme('agency'),
  theme('freelancer'),
  theme('clean-blog'),
  theme('clean-blog', 'post.html'),
  theme('creative'),
  theme('new-age'),
  theme('landing-page'),
  theme('grayscale'),
  theme('modern-business'),
  theme('modern-business', 'pricing.html'),
  theme('modern-business', 'blog-home.html'),
  theme('blog-post'),
  theme('shop-homepage'),
  theme('shop-item'),
  theme('stylish-portfolio'),
  theme('resume'),
  theme('business-casual'),
  theme('small-business'),
  theme('sb-admin-2', 'index.html', '.'),
  theme('sb-admin-2', 'tables.html', '.'),
  ...handbook([
    ['fa', 'fa-IR', 'packaging-system.html'],
    ['fa', 'fa-IR', 'installation.html'],
    ['ar', 'ar-MA', 'packaging-system.html'],
    ['ar', 'ar-MA', 'case-study.html'],
    ['zh', 'zh-CN', 'installation.html'],
    ['zh', 'zh-CN', 'basic-configuration.html'],
    ['ru', 'ru-RU', 'case-study.html'],
    ['ru', 'ru-RU', 'installation.html'],
    ['tr', 'tr-TR', 'case-study.html'],
    ['tr', 'tr-TR', 'existing-setup.html'],
    ['id', 'id-ID', 'case-study.html'],
    ['id', 'id-ID', 'packaging-system.html'],
  ]),
  git('git-worktree.html'),
  git('git-submodule.html'),
  postgres('tutorial-join.html'),
  postgres('tutorial-views.html'),
  apache('tr', 'caching.html'),
  apache('ru', 'sitemap.html'),
];

/** Chosen by name alone, when the halves were dealt anew: other pages of the same packages, none of them ever opened. */
const HELD_OUT: readonly Unassigned[] = [
  theme('clean-blog', 'about.html'),
  theme('clean-blog', 'contact.html'),
  theme('modern-business', 'about.html'),
  theme('modern-business', 'blog-post.html'),
  theme('modern-business', 'faq.html'),
  theme('modern-business', 'portfolio-overview.html'),
  theme('modern-business', 'portfolio-item.html'),
  theme('business-casual', 'about.html'),
  theme('business-casual', 'products.html'),
  theme('business-casual', 'store.html'),
  theme('sb-admin-2', 'cards.html', '.'),
  theme('sb-admin-2', 'charts.html', '.'),
  theme('sb-admin-2', 'buttons.html', '.'),
  theme('sb-admin-2', 'register.html', '.'),
  ...handbook([
    ['fa', 'fa-IR', 'workstation.html'],
    ['fa', 'fa-IR', 'sect.why-debian.html'],
    ['ar', 'ar-MA', 'security.html'],
    ['ar', 'ar-MA', 'sect.ubuntu.html'],
    ['zh', 'zh-CN', 'workstation.html'],
    ['zh', 'zh-CN', 'sect.backup.html'],
    ['ru', 'ru-RU', 'network-infrastructure.html'],
    ['ru', 'ru-RU', 'sect.ubuntu.html'],
    ['tr', 'tr-TR', 'workstation.html'],
    ['tr', 'tr-TR', 'sect.remote-login.html'],
    ['id', 'id-ID', 'existing-setup.html'],
    ['id', 'id-ID', 'sect.virtualization.html'],
  ]),
  git('git-stash.html'),
  git('git-bisect.html'),
  postgres('tutorial-window.html'),
  postgres('tutorial-inheritance.html'),
  apache('tr', 'bind.html'),
  apache('ru', 'index.html'),
];

export const SOURCES: readonly PageSource[] = [
  ...TUNING.map((source): PageSource => ({ ...source, half: 'tuning' })),
  ...HELD_OUT.map((source): PageSource => ({ ...source, half: 'held-out' })),
];

/** Debian's urlwatch, and what it imports, run from the cache without being installed. */
const URLWATCH = [
  'urlwatch',
  'python3-minidb',
  'python3-requests',
  'python3-urllib3',
  'python3-certifi',
  'python3-chardet',
  'python3-idna',
  'python3-charset-normalizer',
  'python3-appdirs',
  'python3-cssselect',
  'python3-lxml',
  'python3-yaml',
  'python3-html2text',
  'python3-keyring',
];

/** Fetches what the cache lacks. @returns what could not be had: that package is left out of the run. */
export async function fetchPackages(): Promise<readonly string[]> {
  await mkdir(CACHE, { recursive: true });
  await writeFile(join(CACHE, '.gitignore'), '*\n');
  const missing: string[] = [];
  const npm = SOURCES.filter((source) => source.manager === 'npm').map((source) => source.package);
  const apt = SOURCES.filter((source) => source.manager === 'apt').map((source) => source.package);
  for (const name of new Set([...npm, ...apt, ...URLWATCH])) {
    if ((await folderOf(name)) !== null) continue;
    try {
      await (npm.includes(name) ? fromNpm(name) : fromApt(name));
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
  }
  return missing;
}

/** Where a fetched package lies unpacked; null when it was never fetched. */
export async function folderOf(name: string): Promise<string | null> {
  const folder = join(CACHE, 'packages', name);
  const entries = await readdir(folder).catch(() => []);
  return entries.length > 0 ? folder : null;
}

/** The version each package of the cache has, as its archive was named. */
export async function versions(): Promise<Readonly<Record<string, string>>> {
  const archives = await readdir(join(CACHE, 'archives')).catch(() => []);
  const found = archives.flatMap((file) => {
    const match = /^(.+?)[-_](\d[^_]*?)(?:_[a-z0-9]+\.deb|\.tgz)$/.exec(file);
    return match?.[1] && match[2] ? [[match[1], decodeURIComponent(match[2])]] : [];
  });
  return Object.fromEntries(found);
}

async function fromNpm(name: string): Promise<void> {
  const { archives, folder } = await places(name);
  const { stdout } = await run('npm', ['pack', '--silent', name], { cwd: archives });
  await run('tar', ['xzf', join(archives, stdout.trim()), '-C', folder, '--strip-components=1']);
}

async function fromApt(name: string): Promise<void> {
  const { archives, folder } = await places(name);
  await run('apt-get', ['download', '-qq', name], { cwd: archives });
  const archive = (await readdir(archives)).find((file) => file.startsWith(`${name}_`));
  if (!archive) throw new Error(`apt-get brought no archive of ${name}`);
  await run('dpkg-deb', ['-x', join(archives, archive), folder]);
}

async function places(name: string): Promise<{ archives: string; folder: string }> {
  const archives = join(CACHE, 'archives');
  const folder = join(CACHE, 'packages', name);
  await mkdir(archives, { recursive: true });
  await mkdir(folder, { recursive: true });
  return { archives, folder };
}
