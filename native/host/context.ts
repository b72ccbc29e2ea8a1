// What a driver is given with each call: its time, its cancel, and the person on the other side.
import type { AskTouch, PinWanted } from '../../contract/driver/messages.ts';
import type { Random } from '../ctaphid/channel.ts';
import type { HidBinding } from '../hid/binding.ts';
import type { Monotonic, Operation } from '../ctaphid/deadline.ts';

/** One call in a driver. */
export interface CallContext {
  readonly operation: Operation;
  /** Asks for a PIN; whoever gets the bytes zeroes them. DeviceFault `cancelled` or `deadline` when none comes. */
  askPin(wanted: Omit<PinWanted, 'type' | 'id'>): Promise<Uint8Array>;
  /** Asks the person to touch a virtual key. */
  askTouch(ask: Omit<AskTouch, 'type' | 'id'>, signal: AbortSignal): Promise<boolean>;
}

/** What a driver takes from the outside. */
export interface Deps {
  readonly clock: Monotonic;
  readonly random: Random;
  /** How real security keys are reached; node-hid unless given. */
  readonly loadHid?: () => Promise<HidBinding>;
}

/** A call's work; input was parsed by the table, output will be. */
export type Handler<I, O> = (input: I, context: CallContext) => Promise<O>;

/** A driver that is ready: one handler for each row of its table. */
export interface Driver<H> {
  readonly handlers: H;
  close(): Promise<void>;
}
