/** A throw-away certificate authority for one test file, made by the `openssl` binary in a folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts a TLS server is started with. `cert` holds the leaf alone: servers do not send the root along. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateAuthority {
  /** The root's PEM: what `network.ca` would hold. */
  readonly pem: string;
  /** A certificate for these names; a text that reads as an address becomes an IP name. */
  issue(names: readonly string[], validity?: { readonly from: Date; readonly to: Date }): ServerCertificate;
  /** Removes the folder. */
  remove(): void;
}

export function certificateAuthority(commonName = 'Siteward Test Root'): CertificateAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-ca-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = (name: string): void =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', name);

  newKey('ca.key');
  writeFileSync(path('ca.cnf'), authorityConfig(folder));
  writeFileSync(path('index.txt'), '');
  writeFileSync(path('index.txt.attr'), 'unique_subject = no\n');
  writeFileSync(path('serial'), '1000\n');
  openssl('req', '-new', '-key', 'ca.key', '-subj', `/CN=${commonName}`, '-out', 'ca.csr');
  // Old enough that a clock that was set back does not make it one of the future.
  writeFileSync(path('ca.ext'), 'basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n');
  openssl(
    ...['ca', '-batch', '-notext', '-selfsign', '-config', 'ca.cnf', '-in', 'ca.csr', '-out', 'ca.pem'],
    ...['-extfile', 'ca.ext', '-startdate', asn1Time(inDays(-30)), '-enddate', asn1Time(inDays(30))],
  );
  const pem = readFileSync(path('ca.pem'), 'utf8');

  let issued = 0;
  return {
    pem,
    issue(names, validity = { from: inDays(-1), to: inDays(30) }) {
      issued += 1;
      const id = `leaf${issued}`;
      newKey(`${id}.key`);
      openssl('req', '-new', '-key', `${id}.key`, '-subj', `/CN=${names[0] ?? 'nameless'}`, '-out', `${id}.csr`);
      writeFileSync(
        path(`${id}.ext`),
        `basicConstraints=CA:FALSE\nsubjectAltName=${names.map(alternativeName).join(',')}\n`,
      );
      openssl(
        ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-in', `${id}.csr`, '-out', `${id}.pem`],
        ...['-extfile', `${id}.ext`, '-startdate', asn1Time(validity.from), '-enddate', asn1Time(validity.to)],
      );
      return { key: readFileSync(path(`${id}.key`), 'utf8'), cert: readFileSync(path(`${id}.pem`), 'utf8') };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A certificate nobody vouches for but itself. */
export function selfSigned(names: readonly string[]): ServerCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-self-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
      ...[
        '-subj',
        `/CN=${names[0] ?? 'nameless'}`,
        '-addext',
        `subjectAltName=${names.map(alternativeName).join(',')}`,
      ],
      ...['-keyout', key, '-out', cert],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true, force: true });
  return made;
}

/** So many days from now; negative: ago. */
export function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function alternativeName(name: string): string {
  return /^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`;
}

/** `20261121045000Z`. */
function asn1Time(date: Date): string {
  return `${date.toISOString().replace(/[-:T]|\..*$/g, '')}Z`;
}

function authorityConfig(folder: string): string {
  return `
[ca]
default_ca = test
[test]
dir = ${folder}
database = ${folder}/index.txt
serial = ${folder}/serial
new_certs_dir = ${folder}
certificate = ${folder}/ca.pem
private_key = ${folder}/ca.key
default_md = sha256
policy = anything
[anything]
commonName = supplied
`;
}
