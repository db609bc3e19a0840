/** A throw-away certificate authority, made with openssl for one run of the demo. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandPath, succeed } from './processes.js';

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
  /** The same as files, for servers that read them themselves. */
  readonly keyFile: string;
  readonly certFile: string;
}

export interface Authority {
  readonly certFile: string;
  issue(name: string): Promise<KeyPair>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-sha256'];

async function pairOf(folder: string, stem: string): Promise<KeyPair> {
  const keyFile = join(folder, `${stem}.key`);
  const certFile = join(folder, `${stem}.pem`);
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]);
  return { key, cert, keyFile, certFile };
}

export async function createAuthority(folder: string): Promise<Authority> {
  const openssl = commandPath('openssl');
  const certFile = join(folder, 'ca.pem');
  const keyFile = join(folder, 'ca.key');
  const constraints = [
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  const subject = ['-subj', '/O=Siteward demo/CN=Siteward demo throw-away CA'];
  await succeed(openssl, [
    'req',
    '-x509',
    ...NEW_KEY,
    '-days',
    '365',
    ...subject,
    ...constraints,
    '-keyout',
    keyFile,
    '-out',
    certFile,
  ]);
  const issue = async (name: string): Promise<KeyPair> => {
    const signed = ['-CA', certFile, '-CAkey', keyFile, '-days', '90', ...leaf(name)];
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    await succeed(openssl, ['req', '-x509', ...NEW_KEY, ...signed, ...files]);
    // The whole chain, as servers send it.
    await appendFile(join(folder, `${name}.pem`), await readFile(certFile));
    return pairOf(folder, name);
  };
  return { certFile, issue };
}

/** A certificate that vouches for itself: all an impostor can have for a name that is not his. */
export async function selfSigned(folder: string, name: string): Promise<KeyPair> {
  const stem = `impostor-${name}`;
  const files = ['-keyout', join(folder, `${stem}.key`), '-out', join(folder, `${stem}.pem`)];
  await succeed(commandPath('openssl'), ['req', '-x509', ...NEW_KEY, '-days', '90', ...leaf(name), ...files]);
  return pairOf(folder, stem);
}

function leaf(name: string): string[] {
  const uses = ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'];
  return ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, ...uses];
}
