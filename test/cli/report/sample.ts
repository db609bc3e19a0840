/** A run as an operator may meet it: a defaced Persian event page, a redirected name, one unverified and two intact. */
import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import type { Run } from '../../../src/cli/report/check-json.js';
import type {
  Artifact,
  Exhibits,
  Failure,
  Finding,
  Picture,
  ResolverRow,
  SeenFinding,
  Site,
  State,
  Target,
  Verdict,
} from '../../../src/core/model.js';
import type { Inspection, SiteInspection } from '../../../src/monitor.js';

export const PERSIAN = 'همایش جهانی آزادی ۲۰۲۶ – پخش زنده می‌شود';
export const ARABIC = 'تم اختراق هذا الموقع من قبل الجيش الإلكتروني';
export const CHINESE = '全球峰会现场直播';

export const NO_EXHIBITS: Exhibits = { pictures: [], resolvers: [], texts: [], members: [] };
export const STARTED_AT = Date.UTC(2026, 6, 17, 15, 30);

export function artifact(mime: string, bytes: Uint8Array): Artifact {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mime, bytes };
}

/** A picture of one colour with a band of another from row `from` on. */
export function banded(width: number, height: number, from: number, band: readonly [number, number, number]): Artifact {
  const png = new PNG({ width, height });
  for (let pixel = 0; pixel < width * height; pixel++) {
    const color = pixel >= from * width ? band : ([235, 240, 245] as const);
    png.data.set([...color, 255], pixel * 4);
  }
  return artifact('image/png', PNG.sync.write(png));
}

export function target(siteId: string, kind: string): Target {
  return {
    id: `${siteId}/${kind}`,
    siteId,
    kind,
    settings: {},
    schedule: { everyMs: 300_000 },
    policy: {
      content: 'living',
      confirmAfterMs: 1000,
      remindEveryMs: 3_600_000,
      resolveAfterMs: 120_000,
      inEvent: false,
    },
  };
}

export function finding(code: string, more: Partial<SeenFinding> = {}): SeenFinding {
  return {
    code,
    severity: 'critical',
    confidence: 0.95,
    summary: `What ${code} means.`,
    diagnosis: 'defaced',
    vantage: 'local',
    ...more,
  };
}

export function verdict(state: State, more: Partial<Verdict> = {}): Verdict {
  return {
    state,
    severity: state === 'altered' || state === 'unreachable' ? 'critical' : null,
    diagnosis: null,
    scope: null,
    confidence: null,
    findings: [],
    failures: [],
    seenBy: state === 'intact' ? [] : ['local'],
    notSeenBy: state === 'intact' ? ['local'] : [],
    summary: `It is ${state}.`,
    ...more,
  };
}

export function inspection(siteId: string, kind: string, judged: Verdict, more: Partial<Inspection> = {}): Inspection {
  return {
    target: target(siteId, kind),
    verdict: judged,
    exhibits: NO_EXHIBITS,
    vantage: 'local',
    startedAt: STARTED_AT,
    tookMs: 640,
    looks: 1,
    observation: null,
    baseline: null,
    ...more,
  };
}

export function site(id: string, url: string | null = `https://${id}.example.org/`): Site {
  return {
    id,
    url,
    name: url === null ? `${id}.example.org` : new URL(url).hostname,
    title: null,
    tags: [],
    targets: [],
    receivers: [],
  };
}

export function inspected(
  id: string,
  inspections: readonly Inspection[],
  more: Partial<SiteInspection> = {},
): SiteInspection {
  const worst = inspections.find(({ verdict: { state } }) => state !== 'intact')?.verdict ?? verdict('intact');
  return {
    site: site(id),
    state: worst.state,
    severity: worst.severity,
    diagnosis: worst.diagnosis,
    scope: worst.scope,
    confidence: worst.confidence,
    summary: worst.summary,
    findings: inspections.flatMap(({ target: { kind }, verdict: { findings } }) =>
      findings.map((found) => ({ ...found, check: kind })),
    ),
    inspections,
    evidence: null,
    ...more,
  };
}

export function resolver(name: string, more: Partial<ResolverRow> = {}): ResolverRow {
  return {
    resolver: name,
    transport: 'udp',
    role: 'witness',
    type: 'A',
    verdict: 'CONSISTENT_IP',
    confidence: 0.99,
    rcode: 'NOERROR',
    answers: ['203.0.113.20'],
    rttMs: 12,
    ...more,
  };
}

export interface SamplePictures {
  readonly page: readonly Picture[];
  readonly victim: readonly Picture[];
}

function pagePictures(): SamplePictures {
  const before = banded(64, 400, 400, [0, 0, 0]);
  const after = banded(64, 400, 300, [20, 20, 20]);
  const difference = banded(64, 400, 300, [255, 0, 0]);
  return {
    page: [
      { label: 'before', caption: 'desktop', artifact: before },
      { label: 'after', caption: 'desktop', artifact: after },
      { label: 'difference', caption: 'desktop', artifact: difference },
    ],
    victim: [{ label: 'victim', caption: '10.10.34.35, given by isp', artifact: after }],
  };
}

const DEFACED: readonly Finding[] = [
  finding('page/title-replaced', {
    confidence: 0.99,
    summary: 'The title was replaced and claims that the site was hacked.',
    expected: PERSIAN,
    actual: `Hacked by Gh0st Crew – ${ARABIC}`,
    where: 'head > title',
  }),
  finding('page/text-replaced', {
    confidence: 0.97,
    summary: 'Nine tenths of the visible text were replaced.',
    expected: `${PERSIAN}. برنامهٔ امروز: سخنرانی گشایش، گفت‌وگو دربارهٔ آیندهٔ اینترنت آزاد، و پاسخ به پرسش‌ها.`,
    actual: `${ARABIC}. You have been owned. Security is an illusion. برنامهٔ امروز لغو شد.`,
    where: 'main',
  }),
  finding('page/script-origin-new', {
    severity: 'warning',
    confidence: 0.9,
    diagnosis: 'injected',
    summary: 'A script is loaded from an origin that no approved version used.',
    expected: 'https://event.example.org',
    actual: 'https://cdn.gh0st.example/x.js',
    where: 'body > script:nth-of-type(3)',
  }),
  finding('page/pixels-changed', {
    confidence: 0.93,
    summary: 'Three quarters of the picture differ from the approved one.',
    where: 'desktop, 0,64 1280×860',
  }),
];

export function defaced(pictures: SamplePictures = pagePictures()): SiteInspection {
  const page = verdict('altered', {
    diagnosis: 'defaced',
    scope: 'global',
    confidence: 0.99,
    findings: DEFACED.map((found) => ({ ...found, vantage: 'local' })),
    summary: 'The title and main text were replaced; the new text claims “hacked by”.',
  });
  const texts = [
    { name: 'title', before: PERSIAN, after: `Hacked by Gh0st Crew – ${ARABIC}` },
    {
      name: 'visible text',
      before: `${PERSIAN}\n${CHINESE}\nبرنامهٔ امروز\nسخنرانی گشایش ساعت ۱۵:۰۰\nتماس با ما`,
      after: `HACKED\n${ARABIC}\nبرنامهٔ امروز\nسخنرانی گشایش لغو شد\nتماس با ما`,
    },
  ];
  return inspected(
    'live',
    [
      inspection('live', 'page', page, {
        exhibits: { ...NO_EXHIBITS, pictures: pictures.page, texts },
        tookMs: 1830,
        looks: 2,
      }),
      inspection('live', 'dns', verdict('intact'), {
        tookMs: 310,
        exhibits: { ...NO_EXHIBITS, resolvers: [resolver('quad9', { role: 'reference', transport: 'tls' })] },
      }),
      inspection('live', 'tls', verdict('intact'), { tookMs: 92 }),
    ],
    {
      site: { ...site('live', 'https://event.example.org/live'), title: `${PERSIAN} / ${CHINESE}` },
      evidence: 'data/evidence/live/01K0CE8V2M/',
    },
  );
}

export function redirected(pictures: SamplePictures = pagePictures()): SiteInspection {
  const dns = verdict('altered', {
    diagnosis: 'dns-redirected',
    scope: 'regional',
    confidence: 0.97,
    summary: 'Two of five resolvers send visitors of register.example.org to addresses that are not ours.',
    findings: [
      finding('dns/redirect-bogon', {
        confidence: 0.97,
        diagnosis: 'dns-redirected',
        summary: 'The resolver isp answers with an address that cannot exist on the Internet.',
        expected: '203.0.113.20',
        actual: '10.10.34.35',
        where: 'isp (udp 192.0.2.53)',
      }),
    ],
  });
  const resolvers = [
    resolver('quad9', { role: 'reference', transport: 'tls', rttMs: 18 }),
    resolver('cloudflare', { role: 'reference', transport: 'https', rttMs: 21 }),
    resolver('isp', { verdict: 'REDIRECT_BOGON', confidence: 0.97, answers: ['10.10.34.35'], rttMs: 4 }),
    resolver('mobile-carrier', { verdict: 'BLOCK_NX', confidence: 0.8, rcode: 'NXDOMAIN', answers: [], rttMs: 31 }),
    resolver('system', { transport: 'system', rttMs: null }),
  ];
  return inspected(
    'register',
    [
      inspection('register', 'page', verdict('intact'), { tookMs: 1210 }),
      inspection('register', 'dns', dns, {
        exhibits: { ...NO_EXHIBITS, resolvers, pictures: pictures.victim },
        tookMs: 930,
        looks: 2,
      }),
      inspection('register', 'tls', verdict('intact'), { tookMs: 88 }),
    ],
    { evidence: 'data/evidence/register/01K0CE8V3Q/' },
  );
}

export function unverified(): SiteInspection {
  const failure: Failure = {
    blame: 'monitor',
    code: 'no-baseline',
    detail: 'shop: nothing was ever approved for page, so nothing can be compared; capture and approve a baseline.',
  };
  return inspected('shop', [
    inspection(
      'shop',
      'page',
      verdict('unverified', {
        failures: [failure],
        summary: 'No baseline was approved yet, so the page cannot be called genuine.',
      }),
      { tookMs: 1400 },
    ),
    inspection('shop', 'dns', verdict('intact'), { tookMs: 290 }),
  ]);
}

export function intact(): SiteInspection {
  return inspected('home', [
    inspection('home', 'page', verdict('intact'), { tookMs: 1190 }),
    inspection('home', 'dns', verdict('intact'), { tookMs: 280 }),
    inspection('home', 'tls', verdict('intact'), { tookMs: 85 }),
  ]);
}

export function sampleRun(sites?: readonly SiteInspection[]): Run {
  return {
    version: '0.1.0',
    startedAt: STARTED_AT,
    tookMs: 4210,
    sites: sites ?? [defaced(), redirected(), unverified(), intact()],
  };
}
