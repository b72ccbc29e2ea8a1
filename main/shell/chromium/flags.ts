// The arguments that Chromium is started with: no network, no service of its maker, no window but ours.

/** A proxy that cannot be found: whatever gets past everything else, a literal address too, is asked of it and fails. */
const NO_NETWORK = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=http://nowhere.invalid:1',
  '--proxy-bypass-list=<-loopback>',
  // one switch, by its newer and its older name: without it a page's WebRTC sends packets past all of the above
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
];

const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
];

/** What the driver of the browser would add, and what a person's window should not have. */
export const unwanted = ['--enable-automation', '--disable-popup-blocking'];

/** As root Chromium starts without its sandbox only; `--test-type` then hides the bar that says so. */
const asRoot = (root: boolean): string[] => (root ? ['--no-sandbox', '--test-type'] : []);

export const isRoot = (): boolean => process.getuid?.() === 0;

/** `page`: what the first app window opens. */
export const launchFlags = (page: string, root: boolean): string[] => [
  ...NO_NETWORK,
  ...QUIET,
  ...asRoot(root),
  `--app=${page}`,
];

/** A second start with the same profile hands its page to the one that runs, which opens one more app window. */
export const openFlags = (page: string, root: boolean, profile: string): string[] => [
  `--user-data-dir=${profile}`,
  ...asRoot(root),
  `--app=${page}`,
];
