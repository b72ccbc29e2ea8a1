// The client's side of the driver contract, over any port: calls with a deadline, cancelled and never replayed.
import type { CallRow } from '../contract/driver/call.ts';
import {
  CONTRACT_VERSION,
  FromDriver,
  drivers,
  type CallName,
  type ConfigOf,
  type DriverName,
  type InputOf,
  type OutputOf,
  type ToDriver,
} from '../contract/driver/messages.ts';
import type { Exit, Port } from '../contract/driver/port.ts';
import { DeviceFault } from '../core/fault/fault.ts';
import { Pending, faultOf, unsettled, type CallOptions, type Settle } from './driver-pending.ts';

/** A driver process in use. */
export interface Driver<D extends DriverName> {
  readonly driver: D;
  /**
   * One call. Rejects with DeviceFault: what the driver answered; `driver_exited` when the process went away, whatever
   * the device did; `deadline` when it ignored its deadline (it is killed then); `driver_protocol`; `pin_required`.
   */
  call<N extends CallName<D>>(name: N, input: InputOf<D, N>, options: CallOptions): Promise<OutputOf<D, N>>;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** Cancels what runs, lets the driver close its device, and kills it when it takes longer than two seconds. */
  close(): Promise<void>;
}

/** A driver that ignores its deadline this much longer is taken for stuck. */
const GRACE_MS = 3000;
const CLOSE_MS = 2000;
const HELLO_MS = 10_000;

const described = ({ code, signal }: Exit): string =>
  signal ?? (code === null ? 'gone' : `exit code ${code}`);

class Client<D extends DriverName> implements Driver<D> {
  readonly driver: D;
  readonly exited: Promise<Exit>;
  readonly #port: Port;
  readonly #pending = new Map<number, Pending>();
  readonly #rows: Readonly<Record<string, CallRow>>;
  readonly #ready: Settle<void>;
  #lastId = 0;
  #gone: DeviceFault | undefined;
  #closing = false;
  #wasReady = false;

  constructor(driver: D, port: Port, ready: Settle<void>) {
    this.driver = driver;
    this.#port = port;
    this.#ready = ready;
    this.#rows = drivers[driver].calls;
    port.onMessage((message) => this.#take(message));
    this.exited = new Promise((resolve) => {
      port.onExit((exit) => {
        this.#lose(new DeviceFault('driver_exited', described(exit)));
        resolve(exit);
      });
    });
  }

  post(message: ToDriver): void {
    this.#port.post(message);
  }

  async call<N extends CallName<D>>(
    name: N,
    input: InputOf<D, N>,
    options: CallOptions,
  ): Promise<OutputOf<D, N>> {
    const row = Object.hasOwn(this.#rows, name) ? this.#rows[name] : undefined;
    if (!row) throw new DeviceFault('call_invalid', `no call ${name}`);
    const id = ++this.#lastId;
    const pending = new Pending(id, options, (message) => this.post(message));
    const late = setTimeout(() => this.#stuck(pending, name), options.deadlineMs + GRACE_MS);
    try {
      this.#pending.set(id, pending);
      if (this.#gone || this.#closing)
        pending.reject(this.#gone ?? new DeviceFault('driver_exited', 'closed'));
      else if (options.signal?.aborted) pending.reject(new DeviceFault('cancelled', 'before the call'));
      else
        this.post({ type: 'call', id, name, input, deadlineMs: Math.max(1, Math.floor(options.deadlineMs)) });
      const value = row.output.safeParse(await pending.result);
      if (!value.success) throw this.#broken(`output of ${name}`);
      return value.data as OutputOf<D, N>;
    } finally {
      clearTimeout(late);
      this.#pending.delete(id);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.post({ type: 'close' });
    const timer = setTimeout(() => this.kill(), CLOSE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#port.kill();
  }

  #take(message: unknown): void {
    if (this.#gone) return;
    const parsed = FromDriver.safeParse(message);
    if (!parsed.success) return void this.#broken('a message that is not in the contract');
    const told = parsed.data;
    if (told.type === 'ready') return this.#greet(told.contractVersion, told.driver);
    if (told.type === 'refused') return this.#lose(faultOf(told.error));
    const pending = this.#pending.get(told.id);
    if (!pending) return; // it ended here before the driver knew
    if (told.type === 'keepalive') pending.keepalive(told.status);
    else if (told.type === 'pin-wanted') void pending.pinWanted(told);
    else if (told.type === 'ask-touch') void pending.askTouch(told);
    else if (told.result.ok) pending.resolve(told.result.value);
    else pending.reject(faultOf(told.result.error));
  }

  #greet(version: number, name: string): void {
    if (this.#wasReady || version !== CONTRACT_VERSION || name !== this.driver) {
      this.#broken(`ready of ${name}, contract ${version}`);
      return;
    }
    this.#wasReady = true;
    this.#ready.resolve();
  }

  /** Every pending call ends; none is ever sent again. */
  #lose(fault: DeviceFault): void {
    this.#gone ??= fault;
    this.#ready.reject(this.#gone);
    for (const pending of this.#pending.values()) pending.reject(this.#gone);
  }

  #broken(detail: string): DeviceFault {
    const fault = new DeviceFault('driver_protocol', detail);
    this.#lose(fault);
    this.kill();
    return fault;
  }

  /** The others' calls end when the process does. */
  #stuck(pending: Pending, name: string): void {
    pending.reject(new DeviceFault('deadline', `the driver did not end ${name}; it was stopped`));
    this.kill();
  }
}

/** What `connectDriver` takes. */
export interface ConnectOptions<D extends DriverName> {
  readonly driver: D;
  readonly config: ConfigOf<D>;
  readonly helloTimeoutMs?: number | undefined;
}

/**
 * Says hello over a port and waits for `ready`. Rejects with DeviceFault: `driver_missing`, `call_invalid` or what else
 * the driver refused with; `driver_exited`; `deadline`; `driver_protocol`. The port is killed then.
 */
export async function connectDriver<D extends DriverName>(
  port: Port,
  options: ConnectOptions<D>,
): Promise<Driver<D>> {
  const { promise: ready, settle } = unsettled<void>();
  const client = new Client(options.driver, port, settle);
  const ms = options.helloTimeoutMs ?? HELLO_MS;
  const timer = setTimeout(
    () => settle.reject(new DeviceFault('deadline', 'the driver did not answer hello')),
    ms,
  );
  const { driver, config } = options;
  client.post({ type: 'hello', contractVersion: CONTRACT_VERSION, driver, config });
  try {
    await ready;
    return client;
  } catch (cause) {
    client.kill();
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}
