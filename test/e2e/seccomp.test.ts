/**
 * The seccomp profile shipped for containers, put around the built program by the kernel as an engine of containers does:
 * under it the browser has its sandbox and its jail, and what a container may not do stays forbidden.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { newWorkplace, type Workplace } from '../support/siteward.js';

const LIMIT_MS = 90_000;
const NOBODY = 65534;
const PROFILE = join(import.meta.dirname, '../../docs/seccomp.json');
/** Debian's own Python, which has the library. */
const PYTHON = '/usr/bin/python3';
const MISSING = 'python3-seccomp is not installed: node scripts/setup.mjs --tests';

const schema = z.strictObject({
  defaultAction: z.literal('SCMP_ACT_ERRNO'),
  defaultErrnoRet: z.literal(1),
  architectures: z.array(z.enum(['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'])).length(2),
  syscalls: z.array(
    z.strictObject({
      names: z.array(z.string().regex(/^[a-z0-9_]+$/)).min(1),
      action: z.literal('SCMP_ACT_ALLOW'),
      comment: z.string(),
    }),
  ),
});
const profile = schema.parse(JSON.parse(readFileSync(PROFILE, 'utf8')));

const LOADER = `
import json, os, sys, seccomp
profile = json.load(open(sys.argv[1]))
rules = seccomp.SyscallFilter(seccomp.ERRNO(profile['defaultErrnoRet']))
for group in profile['syscalls']:
    for name in group['names']:
        try: rules.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, OSError): pass  # Of the other architecture, or younger than the library.
rules.load()
os.execvp(sys.argv[2], sys.argv[2:])
`;

let place: Workplace;
let isMissing = false;
beforeAll(() => {
  isMissing = spawnSync(PYTHON, ['-c', 'import seccomp'], { stdio: 'ignore' }).status !== 0;
  place = newWorkplace();
  place.watchlist('sites: []\n');
  place.settings(`network: { only: [127.0.0.0/8] }
dns: { resolvers: [{ name: local, address: "udp://127.0.0.1:9", role: reference }] }
browser: { jail: required }
`);
  writeFileSync(place.path('loader.py'), LOADER);
  // As engines of containers ship theirs.
  const usual = (name: string): boolean => !['unshare', 'chroot'].includes(name);
  const syscalls = profile.syscalls.map((group) => ({ ...group, names: group.names.filter(usual) }));
  const without = { ...profile, syscalls };
  writeFileSync(place.path('without.json'), JSON.stringify(without));
  writeFileSync(place.path('with.json'), JSON.stringify(profile));
  chmodSync(place.folder, 0o755);
  if (process.getuid?.() === 0) chownSync(place.folder, NOBODY, NOBODY);
});
afterAll(() => place.remove());

/** As a container starts it: without rights, and with no way to new ones. */
function under(name: 'with' | 'without'): string[] {
  const dropped =
    process.getuid?.() === 0 ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  return [...dropped, PYTHON, place.path('loader.py'), place.path(`${name}.json`)];
}

async function examined(name: 'with' | 'without'): Promise<Map<string, string>> {
  const { stdout } = await place.start(['doctor', '--json'], { through: under(name) }).finished;
  const { examinations }: { examinations: { what: string; ok: boolean; detail: string }[] } = JSON.parse(stdout);
  return new Map(examinations.map(({ what, ok, detail }) => [what, `${ok ? 'works' : 'broken'}: ${detail}`]));
}

test('the profile allows what the jail and the sandbox are made of, and nothing that opens the machine', () => {
  const allowed = profile.syscalls.flatMap(({ names }) => names);
  expect(new Set(allowed).size).toBe(allowed.length);
  const needed = [
    'clone',
    'clone3',
    'unshare',
    'chroot',
    'seccomp',
    'capset',
    'setgroups',
    'setresuid',
    'prctl',
    'execve',
  ];
  expect(needed.filter((name) => !allowed.includes(name))).toEqual([]);
  const dangerous =
    /mount|^pivot_root$|^ptrace$|^bpf$|module$|^kexec|^reboot$|^swap|key|^setns$|^open_by_handle|^perf_|userfaultfd|process_vm|^io_uring|^iopl$|^ioperm$|^acct$|^sethostname$|settime|^adjtimex$|^clock_adjtime/;
  expect(allowed.filter((name) => dangerous.test(name)).filter((name) => !/^(pkey_|timer)/.test(name))).toEqual([]);
});

test('under it the browser has its sandbox and a network of its own', { timeout: LIMIT_MS }, async ({ skip }) => {
  skip(isMissing, MISSING);
  const found = await examined('with');
  expect(found.get('sandbox')).toMatch(/^works: .*Chromium's own sandbox/);
  expect(found.get('jail')).toMatch(/^works: .*network of its own/);
});

test('without unshare and chroot, which engines forbid, there is neither, so that it is known to hold', {
  timeout: LIMIT_MS,
}, async ({ skip }) => {
  skip(isMissing, MISSING);
  const found = await examined('without');
  expect(found.get('jail')).toMatch(/^broken: .*wants the browser in a network of its own/);
});

test('under it nobody mounts, though he is root of a namespace of his own', ({ skip }) => {
  skip(isMissing, MISSING);
  const mounting = ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'unchanged', 'sh', '-c'];
  const [program = '', ...rest] = [...under('with'), ...mounting, 'mount -t tmpfs none /mnt && echo mounted'];
  expect(spawnSync(program, rest, { encoding: 'utf8' }).stdout).toBe('');
  // Without the filter he does, where the machine lets anybody make namespaces at all.
  const [free = '', ...args] = [...under('with').slice(0, -3), ...mounting, 'mount -t tmpfs none /mnt && echo mounted'];
  expect(execFileSync(free, args, { encoding: 'utf8' })).toBe('mounted\n');
});
