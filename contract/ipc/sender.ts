// Where a call came from, as the shell saw it, and what answers it. Never what the page says of itself.
import type { Reply } from './call.ts';
import type { Handlers } from './calls.ts';
import type { Frame } from './names.ts';

/**
 * `frame`: the kind of page that the shell opened this window as. `origin`: scheme and host of the document that calls,
 * as `originOf` spells it. `mainFrame`: it is the window's own document, not one inside it.
 */
export interface Sender {
  readonly frame: Frame;
  readonly origin: string;
  readonly mainFrame: boolean;
}

/** Answers one call of a page; resolves always. */
export type Answer = (sender: Sender, name: unknown, input: unknown) => Promise<Reply<unknown>>;

/** Makes the answer of one kind of page out of its handlers. */
export type Serve = <F extends Frame>(frame: F, handlers: Handlers<F>) => Answer;
