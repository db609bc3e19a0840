/** The command line of the browser: the same pixels every time, and no way to the network but our proxy. */

export interface FlagOptions {
  readonly profile: string;
  /** URL of the proxy that refuses everything: for what Chromium wants on its own account. */
  readonly deadEnd: string;
  /** Hosts of the proxies: `Gate.hosts`. */
  readonly proxies: string;
  readonly sandbox: 'required' | 'off';
}

/** Switched off because they call home, show a bubble, or change pixels from run to run. */
const FEATURES_OFF = [
  'AcceptCHFrame',
  'AutofillServerCommunication',
  'BackForwardCache',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'LazyFrameLoading',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'Prerender2',
  'Translate',
  // Joins the multicast group of mDNS on every network of the machine, to hide addresses that we never give out.
  'WebRtcHideLocalIpsWithMdns',
];

const STEADY = [
  '--headless',
  '--lang=en-US',
  '--accept-lang=en-US,en',
  '--hide-scrollbars',
  '--force-device-scale-factor=1',
  '--force-color-profile=srgb',
  '--force-prefers-reduced-motion',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--disable-gpu',
  // A screenshot waits for frames: unthrottled, it waits milliseconds instead of two 60 Hz ticks.
  '--disable-gpu-vsync',
  '--disable-frame-rate-limit',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-ipc-flooding-protection',
  '--disable-hang-monitor',
  '--blink-settings=imageAnimationPolicy=2,lazyLoadEnabled=false',
  '--mute-audio',
];

const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-client-side-phishing-detection',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-sync',
  '--disable-field-trial-config',
  '--metrics-recording-only',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
  '--no-service-autorun',
  '--password-store=basic',
  '--use-mock-keychain',
  '--disable-dev-shm-usage',
  '--disable-notifications',
  '--deny-permission-prompts',
  '--disable-3d-apis',
  '--block-new-web-contents',
];

/** Everything after the executable's name. */
export function browserFlags(options: FlagOptions): string[] {
  return [
    ...STEADY,
    ...QUIET,
    `--disable-features=${FEATURES_OFF.join(',')}`,
    ...egressFlags(options),
    ...(options.sandbox === 'off' ? ['--no-sandbox'] : []),
    `--user-data-dir=${options.profile}`,
    '--remote-debugging-pipe',
    'about:blank',
  ];
}

function egressFlags({ deadEnd, proxies }: FlagOptions): string[] {
  return [
    `--proxy-server=${deadEnd}`,
    // Without it Chromium reaches loopback and link-local hosts past any proxy.
    '--proxy-bypass-list=<-loopback>',
    // Nothing is resolved here; the proxy does that. Only where proxies are stays reachable.
    `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${proxies}`,
    '--disable-quic',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  ];
}
