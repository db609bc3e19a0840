/** Small checks and notifiers, so that the tests of the configuration do not depend on the real ones. */
import * as z from 'zod';
import type { Check } from '../../src/checks/check.js';
import { type Loaded, parseConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problems.js';
import { duration } from '../../src/config/values.js';
import { secret } from '../../src/core/secret.js';
import type { Notifier } from '../../src/notify/notifier.js';

function fakeCheck(kind: string, options: Check['options'], needs: 'url' | 'name'): Check {
  return {
    kind,
    version: 1,
    options,
    evidence: z.unknown(),
    codes: [],
    comparers: [],
    configure: (site) =>
      needs === 'url' && site.url === null ? { notApplicable: `${site.name} has no page` } : { settings: site },
    probe: async () => null,
    combine: ([first]) => first,
    failures: () => [],
    exhibit: () => ({ pictures: [], resolvers: [], texts: [], members: [] }),
  };
}

export const CHECKS: readonly Check[] = [
  fakeCheck('page', { must_have: z.array(z.strictObject({ text: z.string() })).optional() }, 'url'),
  fakeCheck('dns', { dns: z.strictObject({ allow: z.array(z.string()).optional() }).optional() }, 'name'),
  fakeCheck('tls', {}, 'name'),
];

const email: Notifier = {
  kind: 'email',
  settings: z.object({
    smtp: z.strictObject({ host: z.string(), port: z.int(), password: secret().optional() }),
    to: z.array(z.string()).min(1),
  }),
  send: async () => undefined,
  examine: async () => 'reached',
};

const chat: Notifier = {
  kind: 'chat',
  settings: z.object({ token: secret(), wait: duration(1000).default(5000) }),
  send: async () => undefined,
  examine: async () => 'reached',
};

export const NOTIFIERS: readonly Notifier[] = [email, chat];

export interface Texts {
  readonly settings?: string;
  readonly watchlist?: string;
  /** More files of watchlist.d, by name. */
  readonly more?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Parses texts as the loader would, without a disk. */
export function parse({ settings = '', watchlist, more = {}, env = {}, files = {} }: Texts): Loaded {
  const list = watchlist === undefined ? [] : [{ path: 'watchlist.yaml', content: { text: watchlist } }];
  const others = Object.entries(more).map(([name, text]) => ({ path: `watchlist.d/${name}`, content: { text } }));
  return parseConfig({
    dir: 'config',
    settings: { path: 'settings.yaml', content: { text: settings } },
    watchlists: [...list, ...others],
    watchlist: 'optional',
    checks: CHECKS,
    notifiers: NOTIFIERS,
    around: {
      cpus: 2,
      lookup: (name) => {
        const text = env[name];
        return text === undefined ? { wrong: 'is not set in the environment' } : { text };
      },
      readFile: (path) => {
        const text = files[path];
        return text === undefined ? { wrong: 'cannot be read: there is no such file' } : { text };
      },
    },
  });
}

/** What is wrong, as the operator reads it. */
export function problems(texts: Texts): string[] {
  const loaded = parse(texts);
  return 'problems' in loaded ? loaded.problems.map(formatProblem) : [];
}
