// How the devices room speaks to the person: asks for a PIN, says what to do now, and for a virtual key asks for its touch.
import type { AskTouch, PinWanted } from '../../contract/driver/messages.ts';

/** What the person is told now, always true: `touch` only while a device waits for it. */
export type Phase = 'looking' | 'choosing' | 'pin' | 'processing' | 'touch' | 'done';

/** Where several touches are one act: this is number `step` of `steps`. */
export interface Step {
  readonly step: number;
  readonly steps: number;
}

/** What goes with a phase in which a person is waited for. `leftMs`: the wait ends by itself after this long, if not before. */
export interface Waiting {
  readonly leftMs: number;
  readonly step: Step | null;
}

export interface Person {
  /** Asks for a PIN as bytes; they are zeroed after they were sent. Rejecting ends the call. Aborted when it has ended. */
  pin(device: string, wanted: PinWanted, signal: AbortSignal): Promise<Uint8Array>;
  /** `waiting` comes with `choosing`, `pin` and `touch`. */
  phase(device: string, phase: Phase, waiting?: Waiting): void;
  /** A virtual security key waits for its touch. */
  touch(ask: AskTouch, signal: AbortSignal): Promise<boolean>;
}
