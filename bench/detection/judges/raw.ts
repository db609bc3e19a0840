/** A scene as the raw half of a look finds it, without network or browser: fast enough for many thousands. */
import { artifactOf, type PageEvidence } from '../../../src/checks/page/evidence.js';
import type { CorpusPage, Scene } from '../corpus/page.js';

export function urlOf(page: CorpusPage): string {
  return `https://${page.host}${page.path}`;
}

export function rawEvidence(page: CorpusPage, scene: Scene): PageEvidence {
  const headers: [string, string][] = [
    ['content-type', scene.contentType],
    ...scene.headers.map(([name, value]): [string, string] => [name, value]),
  ];
  const url = urlOf(page);
  const address = '127.0.0.1';
  const last = { url: scene.redirect ?? url, status: scene.status, headers, address };
  const moved = scene.redirect
    ? [{ url, status: 302, headers: [['location', scene.redirect] as [string, string]], address }]
    : [];
  return {
    raw: {
      hops: [...moved, last],
      status: scene.status,
      headers,
      contentType: scene.contentType,
      body: artifactOf(scene.contentType, scene.html),
      failure: null,
    },
    views: [],
  };
}
