// The names of all calls and events, by the page that may use them. Apart from the schemas, so that preload bundles no zod.

/** The pages: the window, the document in which one authorizes, and the demo's drawn hardware. */
export const frames = ['app', 'authorize', 'virtual-key'] as const;
export type Frame = (typeof frames)[number];

/** Each page has an origin of its own under the app's scheme. */
export const SCHEME = 'app';
/** The one channel on which pages call, where the carrier has channels: so no name goes past main's wrapper. */
export const CALL_CHANNEL = 'call';
export const originOf = (frame: Frame): string => `${SCHEME}://${frame}`;

/** Calls are commands; each belongs to one page, and main takes it from that page's main frame only. */
export const callNames = {
  app: [
    'app/hello',
    'app/snapshot',
    'app/copy',
    'app/open-console',
    'session/sign-in',
    'session/sign-out',
    'review/open',
    'review/claims',
    'review/raw',
    'review/close',
    'authorize/open',
    'authorize/sign-held',
    'bypass/revoke',
    'devices/identify',
    'devices/enrol',
    'devices/set-pin',
    'devices/remove',
    'directory/sign',
    'directory/withdraw',
    'keys/suspend',
    'keys/end-suspension',
    'ceremony/begin',
    'ceremony/show',
    'ceremony/act',
    'ceremony/cancel',
    'ceremony/say',
    'ceremony/unsay',
    'ceremony/sign',
    'ceremony/text',
    'ceremony/save',
    'ceremony/verify',
    'journal/search',
    'journal/show',
    'journal/verify',
    'journal/export',
    'evidence/verify',
    'evidence/save',
    'settings/set',
    'settings/choose-signer',
  ],
  authorize: ['act/read', 'act/begin', 'act/pin', 'act/cancel', 'act/close'],
  'virtual-key': ['virtual-key/read', 'virtual-key/press', 'virtual-key/plug'],
} as const satisfies Record<Frame, readonly string[]>;

/** Events are facts; each goes to one page. `navigate` brings a deep link or a notification that was clicked: it opens, it never acts. */
export const eventNames = {
  app: [
    'status/changed',
    'queue/changed',
    'bypass/changed',
    'devices/changed',
    'keys/changed',
    'directory/changed',
    'ceremonies/changed',
    'settings/changed',
    'review/closed',
    'app/navigate',
  ],
  authorize: ['act/changed'],
  'virtual-key': ['virtual-key/changed'],
} as const satisfies Record<Frame, readonly string[]>;

export type CallName = (typeof callNames)[Frame][number];
export type EventName = (typeof eventNames)[Frame][number];
export type CallOf<F extends Frame> = (typeof callNames)[F][number];
export type EventOf<F extends Frame> = (typeof eventNames)[F][number];
