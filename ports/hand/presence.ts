// While a person is asked for a PIN: is the device still there? A driver that waits for the PIN does not look itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { DeviceFault } from '../../core/fault/fault.ts';

/** Milliseconds between two looks. */
export const LOOK_MS = 500;

/** Whether the device is plugged in now. A DeviceFault means that nobody can say, and counts as yes. */
export type IsThere = () => Promise<boolean>;

async function isGone(isThere: IsThere): Promise<boolean> {
  try {
    return !(await isThere());
  } catch (thrown) {
    if (thrown instanceof DeviceFault) return false; // a driver that fails ends the call with its own code
    throw thrown;
  }
}

/** Resolves when the signal is aborted; rejects with `device_gone` as soon as the device is not there. */
async function watch(isThere: IsThere, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined); // aborted: then the loop ends
    if (!signal.aborted && (await isGone(isThere)) && !signal.aborted)
      throw new DeviceFault('device_gone', 'while the PIN was asked for');
  }
}

/**
 * Asks, with a signal that is aborted when `over` is or when the device is pulled out: then it rejects with DeviceFault
 * `device_gone` at once, whatever the person has typed so far. Otherwise it settles as `ask` does.
 */
export async function askWhileThere<T>(
  isThere: IsThere,
  ask: (signal: AbortSignal) => Promise<T>,
  over: AbortSignal,
): Promise<T> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  over.addEventListener('abort', end);
  if (over.aborted) end();
  let why: { readonly thrown: unknown } | undefined;
  void watch(isThere, stop.signal).catch((thrown: unknown) => {
    why = { thrown };
    end();
  });
  try {
    return await ask(stop.signal);
  } catch (thrown) {
    throw why ? why.thrown : thrown;
  } finally {
    end();
    over.removeEventListener('abort', end);
  }
}
