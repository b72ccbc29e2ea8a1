// How the devices room speaks to the person: asks for a PIN, says what to do now, and for a virtual key asks for its touch.
import type { AskTouch, PinWanted } from '../../contract/driver/messages.ts';

/** What the person is told now, always true: `touch` only while a device waits for it. */
export type Phase = 'looking' | 'choosing' | 'pin' | 'processing' | 'touch' | 'done';

export interface Person {
  /** Asks for a PIN as bytes; they are zeroed after they were sent. Rejecting ends the call. Aborted when it has ended. */
  pin(device: string, wanted: PinWanted, signal: AbortSignal): Promise<Uint8Array>;
  phase(device: string, phase: Phase): void;
  /** A virtual security key waits for its touch. */
  touch(ask: AskTouch, signal: AbortSignal): Promise<boolean>;
}
