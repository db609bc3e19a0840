import { describe, expect, it } from 'vitest';
import { readStoreAddress, storeName } from '../../src/core/store-address.js';

const read = (text: string) => {
  const result = readStoreAddress(text);
  return 'value' in result ? result.value : result.wrong;
};

describe('store.url', () => {
  it('names a file or a PostgreSQL database', () => {
    expect(read('sqlite:siteward.db')).toEqual({ kind: 'sqlite', file: 'siteward.db' });
    const told = { kind: 'postgres', host: 'db.example.org', port: 5432, user: 'u', password: 'p:@/', database: 'd' };
    expect(read('postgres://u:p%3A%40%2F@db.example.org/d')).toEqual({ ...told, tls: true });
    expect(read('postgresql://u:p@db.example.org:21/d?sslmode=disable')).toMatchObject({ port: 21, tls: false });
    expect(read('postgres://u@[::1]:5433/d')).toMatchObject({ host: '::1', port: 5433, password: '', tls: false });
  });

  it('asks for TLS everywhere but on this machine, and there where told', () => {
    expect(read('postgres://u:p@192.0.2.1/d')).toMatchObject({ tls: true });
    expect(read('postgres://u:p@127.0.0.1/d')).toMatchObject({ tls: false });
    expect(read('postgres://u:p@localhost/d?sslmode=verify-full')).toMatchObject({ tls: true });
  });

  it.each([
    ['mysql://u:hunter2@db/d', /must begin with "sqlite:" or "postgres:\/\/"/],
    ['siteward.db', /must begin with/],
    ['sqlite:', /names no file/],
    ['postgres://db/d', /user and a database/],
    ['postgres://u:hunter2@db', /user and a database/],
    ['postgres://u:hunter2@db/a/b', /user and a database/],
    ['postgres://u:hunter2%@db/d', /%25/],
    ['postgres://u:hunter2/x@y@db:port/d', /no address/],
    ['postgres://u:hunter2@db/d?sslmode=prefer', /sslmode=disable/],
    ['postgres://u:hunter2@db/d?password=hunter2', /sslmode=disable/],
  ])('refuses %s and never shows the password', (text, words) => {
    expect(read(text)).toMatch(words);
    expect(read(text)).not.toMatch(/hunter2/);
  });

  it('is called in messages by everything but the password', () => {
    const address = readStoreAddress('postgres://u:hunter2@db.example.org/d');
    expect('value' in address && storeName(address.value)).toBe('PostgreSQL database "d" of u at db.example.org:5432');
  });
});
