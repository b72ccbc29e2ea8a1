// Looking after security keys: what one can do, which one it is, and its PIN.
import type { OutputOf } from '../../contract/driver/messages.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { CallOptions } from '../../ports/driver.ts';
import { QUICK_MS, withPerson, type SecurityKeys } from '../../ports/hand/security-key.ts';

export type KeyInfo = OutputOf<'security-key', 'info'>;

/** By the path that `list` gave. All reject with DeviceFault; none is ever repeated. `signal` cancels at the device. */
export interface DeviceCare {
  info(path: string, signal?: AbortSignal): Promise<KeyInfo>;
  /** Blinks, so that a person sees which key this is. */
  wink(path: string): Promise<void>;
  /** Asks the person for a first PIN (`new`). */
  setPin(path: string, signal?: AbortSignal): Promise<void>;
  /** Asks for the `current` PIN, which costs a try, and the `new` one. */
  changePin(path: string, signal?: AbortSignal): Promise<void>;
  /** Virtual keys only: pulls it out, whatever it is doing, or plugs it in. */
  plug(path: string, plugged: boolean): Promise<void>;
}

const quick = (signal?: AbortSignal): CallOptions => ({ deadlineMs: QUICK_MS, signal });

/** Makes it over the driver; null where there is none: then everything rejects with `driver_missing`. */
export function careOf(keys: SecurityKeys | null): DeviceCare {
  const needed = (): SecurityKeys => {
    if (!keys) throw new DeviceFault('driver_missing', 'security keys');
    return keys;
  };
  /** With a person in it: one at a time with assertions. */
  const inTurn = async <T>(
    path: string,
    job: (keys: SecurityKeys) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> => {
    const { person, turns } = needed();
    person.phase(path, 'looking');
    const made = await turns.take('security-key', () => job(needed()), signal);
    person.phase(path, 'done');
    return made;
  };
  return {
    info: async (path, signal) => (await needed().driver.get()).call('info', { path }, quick(signal)),
    wink: async (path) =>
      needed().turns.take('security-key', async () => {
        await (await needed().driver.get()).call('wink', { path }, quick());
      }),
    setPin: (path, signal) =>
      inTurn(
        path,
        async ({ driver, person }) =>
          void (await (await driver.get()).call('set-pin', { path }, withPerson(person, path, signal))),
        signal,
      ),
    changePin: (path, signal) =>
      inTurn(
        path,
        async ({ driver, person }) =>
          void (await (await driver.get()).call('change-pin', { path }, withPerson(person, path, signal))),
        signal,
      ),
    plug: async (path, plugged) =>
      void (await (await needed().driver.get()).call(plugged ? 'plug' : 'unplug', { path }, quick())),
  };
}
