/** The id of a site that was given none: made from its address alone, so it stays when other sites come and go. Pure. */
import { createHash } from 'node:crypto';

/** Longest id; the same bound as in the schema. */
const MAX = 64;

/**
 * `https://www.example.org/news/` -> `www.example.org-news`. What cannot be written in an id (queries, capitals,
 * other scripts) or does not fit is told apart by six digits of the address's SHA-256 at the end.
 */
export function derivedId(url: string): string {
  const { hostname, port, pathname, search, hash } = new URL(url);
  const host = hostname.replace(/[[\]]/g, '').replace(/\.$/, '');
  const path = pathname.replace(/\/$/, '');
  const exact = `${host}${port === '' ? '' : `-${port}`}${path.replaceAll('/', '-')}`;
  const readable = exact
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  if (readable === exact && search === '' && hash === '' && exact.length <= MAX) return exact;
  const tail = createHash('sha256').update(url).digest('hex').slice(0, 6);
  return `${readable.slice(0, MAX - tail.length - 1).replace(/[._-]+$/, '')}-${tail}`;
}
