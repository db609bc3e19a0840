/** The site that drills attack: a page and a name as they were approved, and both as an attack would leave them. */

import type { Answer, DnsEvidence, TlsAt } from '../checks/dns/evidence.js';
import { settingsFor } from '../checks/dns/settings.js';
import { readDocument } from '../checks/page/document.js';
import { artifactOf, type PageEvidence } from '../checks/page/evidence.js';
import { pngOf } from '../checks/page/png.js';
import { configure, VIEWPORTS } from '../checks/page/settings.js';
import type { Baseline, Policy, Target } from '../core/model.js';
import { DRILL } from '../core/reserved.js';

const NAME = 'drill.example';
const ADDRESS = `https://${NAME}/`;
const HTML = 'text/html; charset=utf-8';
/** Of the documentation networks, RFC 5737: nothing here is ever dialled. */
const OWN = '192.0.2.10';
const IMPOSTOR = '203.0.113.66';
const WIDTH = 640;
const HEIGHT = 360;
const BLUE = [0x2c, 0x6e, 0x91] as const;
const BLACK = [0, 0, 0] as const;

const GENUINE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The drill's own page</title></head><body>
<h1>Everything is in order</h1><p>This page exists for drills only. It is attacked so that you know that a real attack
would reach you, and it is restored a moment later.</p></body></html>`;

const DEFACED = `<!doctype html><html><head><meta charset="utf-8"><title>Hacked in a drill</title></head><body>
<h1>HACKED BY THE DRILL</h1><p>This is a drill. No site of yours was changed.</p></body></html>`;

/** No confirming pause and no wait for the end: a drill is watched by whoever started it. */
const POLICY: Policy = {
  content: 'frozen',
  confirmAfterMs: 0,
  remindEveryMs: null,
  resolveAfterMs: 0,
  inEvent: false,
};

/** One thing to attack: what is approved of it, and what it shows under attack. */
export interface Canary {
  readonly target: Target;
  readonly baseline: Baseline;
  readonly genuine: unknown;
  readonly attacked: unknown;
}

export function canaries(at: number): { readonly page: Canary; readonly dns: Canary } {
  const configured = configure({ id: DRILL, url: ADDRESS, name: NAME, content: 'frozen', options: {} });
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  return {
    page: canary('page', configured.settings, pageOf(GENUINE, BLUE), pageOf(DEFACED, BLACK), at),
    dns: canary('dns', settingsFor(NAME, ADDRESS, 'frozen'), namedBy(OWN), namedBy(IMPOSTOR), at),
  };
}

function canary(kind: 'page' | 'dns', settings: unknown, genuine: unknown, attacked: unknown, at: number): Canary {
  const id = `${DRILL}/${kind}`;
  const schedule = { everyMs: 60_000 };
  return {
    target: { id, siteId: DRILL, kind, settings, schedule, policy: POLICY },
    baseline: { targetId: id, accepted: [{ version: 1, evidence: genuine, at, by: 'siteward', note: 'of the drill' }] },
    genuine,
    attacked,
  };
}

function pageOf(html: string, colour: readonly [number, number, number]): PageEvidence {
  const body = artifactOf(HTML, html);
  const { blocks, title } = readDocument(body, { url: ADDRESS, ignore: [], probes: [] });
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3, Buffer.from(colour));
  const headers: [string, string][] = [['content-type', HTML]];
  return {
    raw: {
      hops: [{ url: ADDRESS, status: 200, headers, address: OWN }],
      status: 200,
      headers,
      contentType: HTML,
      body,
      failure: null,
    },
    views: [
      {
        viewport: VIEWPORTS.desktop,
        failure: null,
        shown: {
          status: 200,
          finalUrl: ADDRESS,
          title,
          html: body,
          text: artifactOf('text/plain', blocks.map((block) => block.text).join('\n')),
          screenshot: pngOf({ width: WIDTH, height: HEIGHT, data: pixels }),
          width: WIDTH,
          height: HEIGHT,
          cut: false,
          settled: true,
          overlays: [],
          boxes: [],
          requests: [],
          dialogs: [],
          renderer: 'drill',
        },
      },
    ],
  };
}

/** The references give the own address, the network being judged gives this one. */
function namedBy(given: string): DnsEvidence {
  return {
    name: NAME,
    zone: NAME,
    answers: [
      answered('drill reference 1', 'reference', OWN),
      answered('drill reference 2', 'reference', OWN),
      answered('drill network', 'witness', given),
    ],
    tls: [provenAt(OWN, null), ...(given === OWN ? [] : [provenAt(given, 'DEPTH_ZERO_SELF_SIGNED_CERT')])],
    victims: [],
    genuine: null,
  };
}

function answered(name: string, role: 'reference' | 'witness', address: string): Answer {
  const reply = {
    rcode: 'NOERROR',
    addresses: [address],
    cnames: [],
    records: [address],
    errors: [],
    rttMs: 10,
    raw: null,
  };
  return {
    resolver: { name, role, transport: role === 'reference' ? 'tls' : 'udp', network: null },
    asked: 'name',
    name: NAME,
    type: 'A',
    replies: [reply],
    malformed: [],
    ignored: 0,
    failure: null,
  };
}

function provenAt(address: string, problem: string | null): TlsAt {
  const spki = problem === null ? 'drill-key' : 'impostor-key';
  const leaf = { subject: `CN=${NAME}`, issuer: 'CN=drill', names: [NAME], notAfter: 0, fingerprint: spki, spki };
  return { address, port: 443, problem, chain: [leaf], chainPem: null, failure: null };
}
