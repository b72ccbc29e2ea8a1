// Checks of what the store holds: whatever fault they end in means that somebody else wrote there.
import { Refusal, isFault } from '../../core/fault/fault.ts';

/** Runs a check of stored data: whatever fault it ends in means that the data is not what was stored. */
export function untampered<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (isFault(thrown) && thrown.code !== 'store_tampered')
      throw new Refusal('store_tampered', `${what}: ${thrown.code}`, thrown);
    throw thrown;
  }
}
