/** The two files a user would write for this event. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENCRYPTED, PLAIN, PROVIDER } from './resolvers.js';
import { MAIL, RESOLVER_NAME, URL_OF_EVENT } from './stage.js';

export type Sandbox = 'required' | 'off';

const settings = (sandbox: Sandbox): string => `version: 1
network:
  only: [127.0.0.0/8]          # nothing else is ever dialled
  hosts: { ${MAIL.host}: ${MAIL.address} }
  ca: [ca.pem]
dns:
  resolvers:
    - { name: trusted-dot, address: "tls://${ENCRYPTED.address}:${ENCRYPTED.dot}#${RESOLVER_NAME}", role: reference }
    - { name: trusted-doh, address: "https://${RESOLVER_NAME}:${ENCRYPTED.doh}/dns-query@${ENCRYPTED.address}", role: reference }
    - { name: university, address: "udp://${PLAIN.address}:${PLAIN.port}", role: witness }
    - { name: provider, address: "udp://${PROVIDER.address}:${PROVIDER.port}", role: witness }
browser: { sandbox: ${sandbox} }
receivers:
  - id: ops-mail
    kind: email
    smtp: { host: ${MAIL.host}, port: ${MAIL.port}, tls: required }
    from: siteward@summit.test
    to: [ops@summit.test]
routes:
  - { severity: critical, to: [ops-mail] }
`;

const WATCHLIST = `version: 1
sites:
  - id: live
    url: ${URL_OF_EVENT}
    title: Open Horizons, the live page
    content: frozen              # during the event nothing may change
    must_have: [{ text: "Watch live" }, { selector: video }]
    must_not_have: [{ text: "hacked" }]
`;

export async function writeConfiguration(folder: string, authorityFile: string, sandbox: Sandbox): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(authorityFile, join(folder, 'ca.pem'));
  await writeFile(join(folder, 'settings.yaml'), settings(sandbox));
  await writeFile(join(folder, 'watchlist.yaml'), WATCHLIST);
}
