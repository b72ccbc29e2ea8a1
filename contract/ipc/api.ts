// What preload puts into a page, as types: one frozen function a call, and `on`, which returns the unsubscribe.
import type { EventValue, InputOf, OutputOf } from './calls.ts';
import type { Reply } from './call.ts';
import type { CallOf, EventOf, Frame } from './names.ts';

/** `window.signerConsole` in each page, with that page's calls and events only. */
export type PageApi<F extends Frame> = {
  readonly [N in CallOf<F>]: (input: InputOf<N>) => Promise<Reply<OutputOf<N>>>;
} & {
  readonly on: <N extends EventOf<F>>(name: N, listener: (value: EventValue<N>) => void) => () => void;
};

/** The one global that a page is given. */
export const API_NAME = 'signerConsole';
