/** What ships must fit together although no container is built here: Dockerfile, .dockerignore, README and package.json. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

/** Files and folders of the clone that the Dockerfile copies; copies between stages are left out. */
function copiedSources(): string[] {
  return read('Dockerfile')
    .split('\n')
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
}

const texts = z.record(z.string(), z.string());

const packageJson = z
  .object({
    version: z.string(),
    bin: texts,
    scripts: texts,
    dependencies: texts,
    optionalDependencies: texts,
    devDependencies: texts,
  })
  .parse(JSON.parse(read('package.json')));

describe('the container image', () => {
  it('copies only what exists and what .dockerignore lets through', () => {
    const letThrough = read('.dockerignore').split('\n');
    expect(letThrough[0]).toBe('*');
    const sources = copiedSources();
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(`${root}${source}`), source).toBe(true);
      expect(letThrough).toContain(`!${source.replace(/^\.\//, '')}`);
    }
  });

  it('starts the program that package.json names', () => {
    expect(read('Dockerfile')).toContain(`/app/${packageJson.bin['siteward']}`);
  });

  it('installs the browser and fonts that the setup script installs', () => {
    for (const name of ['chromium-headless-shell', 'fonts-noto-core', 'fonts-droid-fallback']) {
      expect(read('Dockerfile')).toContain(name);
      expect(read('scripts/setup.mjs')).toContain(`'${name}'`);
    }
  });

  it('does not run as root', () => {
    const finalStage =
      read('Dockerfile')
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(finalStage).toMatch(/^USER siteward$/m);
  });
});

describe('the documentation', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/deploy.md'];

  it('names only npm scripts that exist', () => {
    const named = documents.flatMap((file) => [...read(file).matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1]));
    expect(named).toContain('demo');
    for (const script of named) expect(Object.keys(packageJson.scripts)).toContain(script);
  });

  it('links only to files that exist', () => {
    for (const file of documents) {
      const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
      const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
      for (const link of links) expect(existsSync(`${root}${folder}${link}`), `${file}: ${link}`).toBe(true);
    }
  });

  it('gives a reason for every dependency', () => {
    const reasons = read('docs/dependencies.md');
    const { dependencies, optionalDependencies, devDependencies } = packageJson;
    const named = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    for (const name of named.filter((name) => !name.startsWith('@types/'))) expect(reasons).toContain(name);
  });

  it('pins every package by its hash and lets none run code when it is installed', () => {
    const locked = z
      .object({
        packages: z.record(
          z.string(),
          z.looseObject({
            integrity: z.string().optional(),
            resolved: z.string().optional(),
            link: z.boolean().optional(),
          }),
        ),
      })
      .parse(JSON.parse(read('package-lock.json')));
    const packages = Object.entries(locked.packages).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(100);
    for (const [path, entry] of packages) {
      expect(entry.integrity, path).toMatch(/^sha512-/);
      expect(entry['hasInstallScript'], path).toBeUndefined();
      // From the registry that npm is set to, never from an address of its own.
      expect(entry.resolved ?? '', path).not.toMatch(/^(?!https:\/\/registry\.npmjs\.org\/)./);
    }
    expect(read('.npmrc')).toContain('ignore-scripts=true');
    for (const version of Object.values({ ...packageJson.dependencies, ...packageJson.devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('has the current version in the changelog', () => {
    expect(read('CHANGELOG.md')).toContain(`## ${packageJson.version}`);
  });
});
