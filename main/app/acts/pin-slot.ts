// Where a PIN is waited for: bytes are handed on once, to the one who asked, and to nobody else.
import { DeviceFault } from '../../../core/fault/fault.ts';

export class PinSlot {
  #give: ((bytes: Uint8Array) => void) | undefined;

  /** The bytes that come next; whoever gets them zeroes them. Rejects with DeviceFault `cancelled` when the signal is aborted. */
  ask(signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#give = undefined;
        signal.removeEventListener('abort', over);
      };
      const over = (): void => {
        end();
        reject(new DeviceFault('cancelled', 'before the PIN'));
      };
      this.#give = (bytes) => {
        end();
        resolve(bytes);
      };
      if (signal.aborted) over();
      else signal.addEventListener('abort', over);
    });
  }

  /** Hands the bytes on. False when nobody asks: they stay the caller's, who zeroes them. */
  give(bytes: Uint8Array): boolean {
    if (!this.#give) return false;
    this.#give(bytes);
    return true;
  }
}
