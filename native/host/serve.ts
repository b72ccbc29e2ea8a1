// A driver process's side of the contract: port -> parse -> driver -> parse -> port.
import type { CallRow } from '../../contract/driver/call.ts';
import {
  CONTRACT_VERSION,
  ToDriver,
  drivers,
  type DriverName,
  type ErrorBody,
} from '../../contract/driver/messages.ts';
import type { Port } from '../../contract/driver/port.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import { RunningCall } from './call.ts';
import type { CallContext, Deps, Driver } from './context.ts';
import type { Handlers } from './handlers.ts';

/** Opens each driver; the configuration was parsed by its schema. */
export type Openers = {
  readonly [D in DriverName]: (config: never, deps: Deps) => Promise<Driver<Handlers<D>>>;
};

type AnyHandler = (input: unknown, context: CallContext) => Promise<unknown>;

interface Open {
  readonly driver: Driver<object>;
  readonly calls: Readonly<Record<string, CallRow>>;
}

type Message<T extends ToDriver['type']> = Extract<ToDriver, { type: T }>;

/** A fault as it crosses; anything that is not one of ours says only that the driver failed. */
export function errorBody(cause: unknown): ErrorBody {
  const fault =
    cause instanceof DeviceFault
      ? cause
      : new DeviceFault('driver_failed', cause instanceof Error ? cause.name : typeof cause);
  const status = fault.status === undefined ? {} : { status: fault.status };
  return { code: fault.code, detail: fault.detail.slice(0, 1000), ...status };
}

class Host {
  readonly #port: Port;
  readonly #openers: Openers;
  readonly #deps: Deps;
  readonly #running = new Map<number, RunningCall>();
  readonly #finish: () => void;
  #open: Open | undefined;
  #greeted = false;
  #ending = false;

  constructor(port: Port, openers: Openers, deps: Deps, finish: () => void) {
    this.#port = port;
    this.#openers = openers;
    this.#deps = deps;
    this.#finish = finish;
  }

  /** A message that is not in the contract ends the driver: the other side is not what it should be. */
  async take(message: unknown): Promise<void> {
    const parsed = ToDriver.safeParse(message);
    if (!parsed.success)
      return this.#refuse(new DeviceFault('driver_protocol', 'a message that is not in the contract'));
    if (!this.#greeted && parsed.data.type !== 'hello') {
      return this.#refuse(new DeviceFault('driver_protocol', 'the first message is not hello'));
    }
    switch (parsed.data.type) {
      case 'hello':
        return this.#hello(parsed.data);
      case 'call':
        return this.#call(parsed.data);
      case 'cancel':
        return this.#running.get(parsed.data.id)?.cancel();
      case 'pin':
        return this.#pin(parsed.data);
      case 'touch':
        return this.#running.get(parsed.data.id)?.touch(parsed.data.path, parsed.data.given);
      case 'close':
        return this.end();
    }
  }

  /** Cancels what runs, closes the driver, and is done. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    for (const call of this.#running.values()) call.cancel();
    await this.#open?.driver.close();
    this.#finish();
  }

  async #refuse(fault: DeviceFault): Promise<void> {
    if (this.#ending) return;
    this.#port.post({ type: 'refused', error: errorBody(fault) });
    await this.end();
  }

  async #hello({ contractVersion, driver, config }: Message<'hello'>): Promise<void> {
    if (this.#greeted) return this.#refuse(new DeviceFault('driver_protocol', 'hello twice'));
    this.#greeted = true;
    const known = Object.keys(drivers).find((name): name is DriverName => name === driver);
    if (contractVersion !== CONTRACT_VERSION || !known) {
      return this.#refuse(
        new DeviceFault('driver_protocol', `no driver ${driver} in contract ${contractVersion}`),
      );
    }
    const parsed = drivers[known].config.safeParse(config);
    if (!parsed.success)
      return this.#refuse(new DeviceFault('call_invalid', 'the configuration of the driver'));
    try {
      const open: Driver<object> = await this.#openers[known](parsed.data as never, this.#deps);
      this.#open = { driver: open, calls: drivers[known].calls };
      this.#port.post({ type: 'ready', contractVersion: CONTRACT_VERSION, driver: known });
    } catch (cause) {
      await this.#refuse(
        cause instanceof DeviceFault
          ? cause
          : new DeviceFault('driver_failed', 'while opening', undefined, cause),
      );
    }
  }

  #pin({ id, bytes }: Message<'pin'>): void {
    const call = this.#running.get(id);
    if (call) call.pin(bytes);
    else bytes.fill(0);
  }

  async #call({ id, name, input, deadlineMs }: Message<'call'>): Promise<void> {
    if (this.#running.has(id)) return this.#refuse(new DeviceFault('driver_protocol', `call ${id} twice`));
    const call = new RunningCall(id, deadlineMs, this.#deps.clock, (message) => this.#port.post(message));
    this.#running.set(id, call);
    try {
      const value = await this.#answer(name, input, call);
      this.#port.post({ type: 'reply', id, result: { ok: true, value } });
    } catch (cause) {
      this.#port.post({ type: 'reply', id, result: { ok: false, error: errorBody(cause) } });
    } finally {
      this.#running.delete(id);
    }
  }

  async #answer(name: string, input: unknown, context: CallContext): Promise<unknown> {
    const open = this.#open;
    if (!open || this.#ending) throw new DeviceFault('driver_protocol', 'a call before ready or after close');
    const row = Object.hasOwn(open.calls, name) ? open.calls[name] : undefined;
    const handler = (open.driver.handlers as Readonly<Record<string, AnyHandler>>)[name];
    if (!row || !handler) throw new DeviceFault('call_invalid', `no call ${name}`);
    const parsed = row.input.safeParse(input);
    if (!parsed.success) throw new DeviceFault('call_invalid', `${name}: ${where(parsed.error.issues)}`);
    const value = row.output.safeParse(await handler(parsed.data, context));
    if (!value.success)
      throw new DeviceFault('driver_failed', `output of ${name}: ${where(value.error.issues)}`);
    return value.data;
  }
}

/** The paths that a schema found fault with: names only, no values. */
function where(issues: readonly { readonly path: readonly PropertyKey[] }[]): string {
  return issues.map(({ path }) => path.map(String).join('.') || '(all)').join(', ');
}

/**
 * Serves a port until it says `close`, is gone, or breaks the contract; resolves when the driver is closed. The
 * caller ends the process then.
 */
export function serve(port: Port, openers: Openers, deps: Deps): Promise<void> {
  return new Promise((resolve, reject) => {
    const host = new Host(port, openers, deps, resolve);
    port.onMessage((message) => void host.take(message).catch(reject));
    port.onExit(() => void host.end().catch(reject));
  });
}
