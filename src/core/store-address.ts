/** `store.url` of settings.yaml, read. Pure. */

export type StoreAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'postgres';
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
      /** Off only where the address says `sslmode=disable`, or on this very machine. */
      readonly tls: boolean;
    };

const POSTGRES_PORT = 5432;
const EXAMPLE = 'write sqlite:siteward.db, or postgres://user:password@host/database';

/** @returns the address, or what is wrong with it in words that never show a password. */
export function readStoreAddress(text: string): { readonly value: StoreAddress } | { readonly wrong: string } {
  if (text.startsWith('sqlite:')) {
    const file = text.slice('sqlite:'.length);
    return file === '' ? { wrong: `names no file after "sqlite:"; ${EXAMPLE}` } : { value: { kind: 'sqlite', file } };
  }
  if (!/^postgres(ql)?:\/\//.test(text)) return { wrong: `must begin with "sqlite:" or "postgres://"; ${EXAMPLE}` };
  return readPostgres(text);
}

function readPostgres(text: string): { readonly value: StoreAddress } | { readonly wrong: string } {
  const url = parsedOrNull(text);
  if (url === null)
    return { wrong: 'is no address: special characters of the password must be written as %40 and so on' };
  const database = decoded(url.pathname.slice(1));
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === null || password === null || database === null) {
    return { wrong: 'has a "%" that begins no escape; write it as %25' };
  }
  if (user === '' || database === '' || database.includes('/'))
    return { wrong: `must name a user and a database; ${EXAMPLE}` };
  const options = [...url.searchParams];
  if (options.some(([name, value]) => name !== 'sslmode' || !/^(disable|verify-full)$/.test(value))) {
    return { wrong: 'may say "?sslmode=disable" or "?sslmode=verify-full" (the default) and nothing else after it' };
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const disabled = options.some(([, value]) => value === 'disable');
  const demanded = options.some(([, value]) => value === 'verify-full');
  const tls = demanded || (!disabled && !isThisMachine(host));
  return { value: { kind: 'postgres', host, port: Number(url.port || POSTGRES_PORT), user, password, database, tls } };
}

function parsedOrNull(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // the caller says what is wrong with it
  }
}

/** Whoever can listen on loopback has the machine. */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || /^127\./.test(host) || host === '::1';
}

/** How messages call the database: never with the password. */
export function storeName(address: StoreAddress): string {
  if (address.kind === 'sqlite') return address.file;
  const { host, port, database, user } = address;
  return `PostgreSQL database "${database}" of ${user} at ${host}:${port}`;
}
