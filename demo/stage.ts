/** The whole scene on loopback: the event's site, the impostor, three resolvers and the operations desk's mailbox. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, selfSigned } from './certificates.js';
import { type Mailbox, startMailbox } from './mailbox.js';
import { stopAll } from './processes.js';
import { type Resolvers, startResolvers } from './resolvers.js';
import { startWeb, type Web } from './web.js';

export const HOST = 'live.summit.test';
export const PORT = 8443;
export const URL_OF_EVENT = `https://${HOST}:${PORT}/`;
export const RESOLVER_NAME = 'dns.summit.test';
export const MAIL = { host: 'mail.summit.test', address: '127.0.80.25', port: 2525 };
export const ORIGIN_ADDRESS = '127.0.80.20';
export const IMPOSTOR_ADDRESS = '127.0.80.98';

export interface Stage {
  /** The certificate authority of the scene, for `network.ca`. */
  readonly authorityFile: string;
  readonly mailbox: Mailbox;
  readonly origin: Web;
  readonly impostor: Web;
  readonly resolvers: Resolvers;
  close(): Promise<void>;
}

/** @param site folder with the pages to serve. @param folder for keys and server configurations; emptied first. */
export async function raiseStage(site: string, folder: string): Promise<Stage> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await createAuthority(folder);
  const [event, dns, mail, fake] = await Promise.all([
    authority.issue(HOST),
    authority.issue(RESOLVER_NAME),
    authority.issue(MAIL.host),
    selfSigned(folder, HOST),
  ]);
  const [origin, impostor, mailbox, resolvers] = await Promise.all([
    startWeb(ORIGIN_ADDRESS, PORT, event, join(site, 'genuine')),
    startWeb(IMPOSTOR_ADDRESS, PORT, fake, join(site, 'impostor')),
    startMailbox(MAIL.address, MAIL.port, mail),
    startResolvers(folder, { apex: 'summit.test', host: HOST, address: ORIGIN_ADDRESS }, dns),
  ]);
  const close = async (): Promise<void> => {
    await Promise.all([origin.close(), impostor.close(), mailbox.close(), stopAll()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { authorityFile: authority.certFile, mailbox, origin, impostor, resolvers, close };
}
