// Where changes of the directory plug in: what is proposed, and the calls that propose, sign through an act, or withdraw.
import type { Proposal } from '../../contract/ipc/rooms.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Console } from './console.ts';

export interface Proposals {
  list(): readonly Proposal[];
  /** Proposes the next version without this device. Rejects with CallerFault `not_found`, or the Signer's refusal. */
  removeDevice(device: string): Promise<void>;
  withdraw(digest: string): Promise<void>;
}

/** The proposals that this Console knows; a Console that knows none has none. */
export function proposalsOf(console: Console | null): Proposals {
  void console;
  const none = (what: string): Promise<never> => Promise.reject(new CallerFault('not_found', what));
  return { list: () => [], removeDevice: none, withdraw: none };
}
