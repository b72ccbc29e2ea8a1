// A driver that is started when it is needed, and again, with back-off, after it went away. No call is ever repeated.
import type { DriverName } from '../contract/driver/messages.ts';
import { DeviceFault } from '../core/fault/fault.ts';
import type { Driver } from './driver-client.ts';

const FIRST_MS = 250;
const MOST_MS = 30_000;
const STEADY_MS = 60_000;

/** What the keeper takes from the outside. */
export interface KeepDeps {
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface KeptDriver<D extends DriverName> {
  /** The driver that runs, or a new one. Rejects with what the start rejected with; `driver_exited` after `close`. */
  get(): Promise<Driver<D>>;
  close(): Promise<void>;
}

/**
 * Keeps one driver. After each failure or early end the next start waits longer, from a quarter of a second to thirty;
 * a driver that ran for a minute starts the count afresh. Calls that were pending have failed by then, and stay failed.
 */
export function keepDriver<D extends DriverName>(
  start: () => Promise<Driver<D>>,
  deps: KeepDeps,
): KeptDriver<D> {
  let current: Promise<Driver<D>> | undefined;
  let notBefore = 0;
  let wait = FIRST_MS;
  let closed = false;

  const putOff = (): void => {
    notBefore = deps.clock() + wait;
    wait = Math.min(wait * 2, MOST_MS);
  };

  const begin = async (): Promise<Driver<D>> => {
    const ms = notBefore - deps.clock();
    if (ms > 0) await deps.sleep(ms);
    if (closed) throw new DeviceFault('driver_exited', 'closed');
    const started = await start();
    const since = deps.clock();
    void started.exited.then(() => {
      current = undefined;
      if (deps.clock() - since >= STEADY_MS) wait = FIRST_MS;
      putOff();
    });
    return started;
  };

  return {
    get() {
      if (closed) return Promise.reject(new DeviceFault('driver_exited', 'closed'));
      current ??= begin().catch((cause: unknown) => {
        current = undefined;
        putOff();
        throw cause;
      });
      return current;
    },
    async close() {
      closed = true;
      const running = await current?.catch(() => undefined);
      await running?.close();
    },
  };
}
