/**
 * With `network.only: [127.0.0.0/8]` not one packet goes anywhere else, whatever a resolver answers, a page asks for or
 * the settings name. Everything runs in a network namespace whose only way out leads nowhere and counts.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateAuthority } from '../support/certificates.js';
import { type Namespace, openNamespace } from '../support/namespace.js';
import { type Finished, newWorkplace, until, type Workplace } from '../support/siteward.js';

/** Reaches for the outside in every way a page knows. */
const PAGE = `<!doctype html><html><head><title>Global Summit</title>
<link rel="dns-prefetch" href="//prefetch.test"><link rel="preconnect" href="https://203.0.113.98">
<link rel="stylesheet" href="https://outside.test/a.css"><script src="http://203.0.113.97/a.js"></script></head>
<body><h1>Global Summit</h1><img src="http://10.66.0.9/a.png"><img src="http://[2001:db8::9]/a.png">
<iframe src="https://203.0.113.96/"></iframe><video src="//203.0.113.95/a.mp4"></video>
<script>fetch('https://outside.test/x').catch(() => 0); new WebSocket('ws://203.0.113.94/');
new RTCPeerConnection({ iceServers: [{ urls: 'stun:203.0.113.93:3478' }] }).createDataChannel('x');
navigator.sendBeacon('https://203.0.113.92/', 'x');</script></body></html>`;

const SERVER = `
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
const [key, cert, page] = process.argv.slice(1).map((file) => readFileSync(file));
createServer({ key, cert }, ({ url }, response) => {
  if (url === '/away') response.writeHead(302, { location: 'http://203.0.113.91/' });
  else response.setHeader('content-type', 'text/html');
  response.end(page);
}).listen(8443, '127.0.0.1', () => console.log('listening'));
`;

const RESOLVERS = [
  { name: 'honest', port: 5391, role: 'reference', answers: ['/event.test/127.0.0.1', '/#/203.0.113.99'] },
  { name: 'liar', port: 5392, role: 'witness', answers: ['/#/203.0.113.99', '/#/2001:db8::99'] },
  { name: 'private-liar', port: 5393, role: 'witness', answers: ['/#/10.66.0.1'] },
] as const;

/** Everything else that could lead out stands open: only `only` is in the way. */
function settings(only: string): string {
  const resolvers = RESOLVERS.map(
    ({ name, port, role }) => `    - { name: ${name}, address: "udp://127.0.0.1:${port}", role: ${role} }`,
  );
  return `network:
  allow: [10.0.0.0/8, 203.0.113.0/24, "2001:db8::/32"]
  ca: [root.pem]
${only}
dns:
  resolvers:
${resolvers.join('\n')}
    - { name: system, address: system, role: witness }
    - { name: outside, address: "tls://203.0.113.53#dns.test", role: reference }
receivers:
  - { id: by-address, kind: email, smtp: { host: 203.0.113.25 }, from: siteward@event.test, to: [ops@event.test] }
  - { id: by-name, kind: email, smtp: { host: mail.event.test }, from: siteward@event.test, to: [ops@event.test] }
`;
}

const WATCHLIST = `defaults: { confirm_after: 0s }
sites:
  - { id: live, url: "https://event.test:8443/" }
  - { id: away, url: "https://event.test:8443/away" }
  - { id: lied-to, url: "http://lied.test/" }
  - { id: literal, url: "http://203.0.113.90/" }
`;

const ONLY = '  only: [127.0.0.0/8]';

let namespace: Namespace | string;
let place: Workplace;
beforeAll(async () => {
  namespace = openNamespace();
  if (typeof namespace === 'string') return;
  const { start, run } = namespace;
  place = newWorkplace();
  place.settings(settings(ONLY));
  place.watchlist(WATCHLIST);
  const authority = certificateAuthority();
  const { key, cert } = authority.issue(['event.test']);
  const files = Object.entries({
    'config/root.pem': authority.pem,
    'key.pem': key,
    'cert.pem': cert,
    'page.html': PAGE,
  });
  for (const [name, text] of files) writeFileSync(place.path(name), text);
  authority.remove();
  for (const { port, answers } of RESOLVERS) {
    const told = answers.map((answer) => `--address=${answer}`);
    const fixed = ['--no-daemon', '--no-resolv', '--no-hosts', '--bind-interfaces', '--listen-address=127.0.0.1'];
    start('dnsmasq', '--conf-file=/dev/null', '--user=root', '--pid-file=', ...fixed, `--port=${port}`, ...told);
  }
  const pages = ['key.pem', 'cert.pem', 'page.html'].map((name) => place.path(name));
  const server = start(process.execPath, '--input-type=module', '-e', SERVER, ...pages);
  let said = '';
  server.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('the origin listens', () => said.includes('listening'));
  for (const { port } of RESOLVERS) {
    const dig = ['+short', '+time=1', '+tries=1', '-p', String(port), '@127.0.0.1', 'event.test'];
    await until(`the resolver on port ${port} answers`, () => answered(() => run('dig', ...dig)));
  }
});
afterAll(async () => {
  if (typeof namespace === 'string') return;
  await place.remove();
  await namespace.remove();
});

function answered(asking: () => string): boolean {
  try {
    return asking().trim() !== '';
  } catch {
    return false; // dig ends with an error as long as nobody answers.
  }
}

/** @returns what came of the command and how many packets went astray meanwhile */
async function inside(...args: readonly string[]): Promise<Finished & { readonly stray: number }> {
  if (typeof namespace === 'string') throw new Error(namespace);
  const before = namespace.strayPackets();
  const finished = await place.start(args, { through: namespace.prefix }).finished;
  return { ...finished, stray: namespace.strayPackets() - before };
}

describe('with network.only: [127.0.0.0/8] nothing leaves this machine', () => {
  test.for<[args: string[], exitCode: number | null]>([
    [['baseline', 'capture', '--approve', '--by', 'Ada'], 3],
    [['check', '--html', 'report.html'], 2],
    [['check', 'http://203.0.113.89/', 'https://[2001:db8::1]/'], null],
    [['dns', 'event.test', 'lied.test'], 2],
    [['watch', '--once'], 2],
    [['add', 'http://203.0.113.88/'], 3],
    [['doctor'], null],
  ])('by %j', async ([args, expected], { skip }) => {
    skip(typeof namespace === 'string', String(namespace));
    const { code, stray, stdout, stderr } = await inside(...args);
    expect(stray, stdout + stderr).toBe(0);
    if (expected !== null) expect(code, stdout + stderr).toBe(expected);
  });

  test('and still the page was compared, the liars were named, and the refusals are told', async ({ skip }) => {
    skip(typeof namespace === 'string', String(namespace));
    const { stdout, stray } = await inside('--json', 'check', 'live', 'literal');
    expect(stray).toBe(0);
    for (const liar of ['liar', 'private-liar'])
      expect(stdout).toMatch(new RegExp(`Resolver \\\\"${liar}\\\\" sends visitors`));
    expect(stdout).toContain('network.only');
    expect(JSON.parse(stdout)).toMatchObject({
      sites: [
        {
          checks: [
            { kind: 'page', state: 'intact' },
            { kind: 'dns', state: 'altered' },
            { kind: 'tls', state: 'intact' },
          ],
        },
        {},
      ],
    });
  });
});

describe('without it', () => {
  test('the counter counts, so that nought above is a proof', async ({ skip }) => {
    if (typeof namespace === 'string') return skip(namespace);
    place.settings(settings(''));
    const { strayPackets, prefix } = namespace;
    const before = strayPackets();
    place.start(['check', 'lied-to'], { through: prefix });
    await until('a packet leaves', () => strayPackets() > before);
  });
});
