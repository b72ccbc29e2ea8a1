// Starting a driver process under plain Node, and keeping one started; what is used from outside stands here.
import { fileURLToPath } from 'node:url';
import type { DriverName } from '../contract/driver/messages.ts';
import { childPort } from './driver-child.ts';
import { connectDriver, type ConnectOptions, type Driver } from './driver-client.ts';

export type { CallOptions, PinSource } from './driver-pending.ts';
export { connectDriver, type Driver } from './driver-client.ts';
export { keepDriver, type KeptDriver } from './driver-keep.ts';

/** What `startDriver` takes beside the driver and its configuration. */
export interface StartOptions<D extends DriverName> extends ConnectOptions<D> {
  /** The child's whole environment; empty when left out. SoftHSM wants SOFTHSM2_CONF here. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The entry file of a build; the checkout's own when left out. */
  readonly entry?: string | undefined;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** A driver in a process of its own. */
export interface ProcessDriver<D extends DriverName> extends Driver<D> {
  readonly pid: number | undefined;
}

/** The entry in a checkout. */
const checkoutEntry = (): string => fileURLToPath(new URL('../native/host/main.ts', import.meta.url));

/**
 * Starts a driver process and waits until it is ready. Rejects as `connectDriver` does; no process is left then.
 * Nothing is restarted and nothing replayed: `keepDriver` restarts, and the caller asks the person again.
 */
export async function startDriver<D extends DriverName>(options: StartOptions<D>): Promise<ProcessDriver<D>> {
  const { driver, config, helloTimeoutMs, env = {}, entry = checkoutEntry(), onLog } = options;
  const port = childPort({ entry, env, onLog });
  const client = await connectDriver<D>(port, { driver, config, helloTimeoutMs });
  return {
    driver: client.driver,
    exited: client.exited,
    pid: port.pid,
    call: (name, input, callOptions) => client.call(name, input, callOptions),
    close: () => client.close(),
  };
}
