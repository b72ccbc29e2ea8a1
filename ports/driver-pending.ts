// One call that waits for a driver: the person's part in it, and its single end.
import type { AskTouch, ErrorBody, PinWanted, ToDriver } from '../contract/driver/messages.ts';
import { DeviceFault } from '../core/fault/fault.ts';

/** Gives a PIN when it is asked for. The bytes are zeroed once they were sent. */
export type PinSource = (wanted: PinWanted, signal: AbortSignal) => Promise<Uint8Array> | Uint8Array;

/** What goes with a call. */
export interface CallOptions {
  /** The whole call, waiting for the person included. */
  readonly deadlineMs: number;
  /** Aborting cancels the call at the device; the call then rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The PIN, or who knows it. Bytes are taken over: they are zeroed when they were sent, or when the call ends. A
   * source is asked once for each purpose (`current`, `new`), after the driver read how many tries are left.
   */
  readonly pin?: Uint8Array | PinSource | undefined;
  /** For `set-pin` and `change-pin`, when `pin` is bytes: the new one. */
  readonly newPin?: Uint8Array | undefined;
  /** What the device waits for, at each change. */
  readonly onKeepalive?: ((status: 'processing' | 'touch') => void) | undefined;
  /** A virtual key asks for its touch; without this it is denied. */
  readonly onAskTouch?: ((ask: AskTouch, signal: AbortSignal) => Promise<boolean> | boolean) | undefined;
}

/** The fault that a driver answered with. */
export function faultOf({ code, detail, status }: ErrorBody): DeviceFault {
  return new DeviceFault(code, detail, status);
}

/** The two ends of a promise, for whoever settles it later. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(cause: unknown): void;
}

/** A promise and its ends. */
export function unsettled<T>(): { readonly promise: Promise<T>; readonly settle: Settle<T> } {
  const ends: Partial<Settle<T>> = {};
  const promise = new Promise<T>((resolve, reject) => {
    ends.resolve = resolve;
    ends.reject = reject;
  });
  return {
    promise,
    settle: { resolve: (value) => ends.resolve?.(value), reject: (cause) => ends.reject?.(cause) },
  };
}

/** A call between its message and its reply. */
export class Pending {
  readonly result: Promise<unknown>;
  readonly #id: number;
  readonly #options: CallOptions;
  readonly #post: (message: ToDriver) => void;
  readonly #over = new AbortController();
  readonly #settle: Settle<unknown>;
  #instead: { readonly cause: unknown } | undefined;

  constructor(id: number, options: CallOptions, post: (message: ToDriver) => void) {
    this.#id = id;
    this.#options = options;
    this.#post = post;
    const { promise, settle } = unsettled<unknown>();
    this.result = promise;
    this.#settle = settle;
    options.signal?.addEventListener('abort', this.#cancel);
  }

  readonly #cancel = (): void => this.#post({ type: 'cancel', id: this.#id });

  keepalive(status: 'processing' | 'touch'): void {
    this.#options.onKeepalive?.(status);
  }

  /** Asks whoever knows the PIN, sends it, zeroes it. Without anybody the call is cancelled: `pin_required`. */
  async pinWanted(wanted: PinWanted): Promise<void> {
    try {
      const bytes = await this.#pinFor(wanted);
      try {
        if (!this.#over.signal.aborted) this.#post({ type: 'pin', id: this.#id, bytes });
      } finally {
        bytes.fill(0);
      }
    } catch (cause) {
      this.#endWith(cause);
    }
  }

  async #pinFor(wanted: PinWanted): Promise<Uint8Array> {
    const { pin, newPin } = this.#options;
    if (typeof pin === 'function') return pin(wanted, this.#over.signal);
    const given = wanted.purpose === 'new' ? newPin : pin;
    if (!given) throw new DeviceFault('pin_required', `the ${wanted.purpose} PIN was asked for`);
    return given;
  }

  /** Asks the person for a virtual key's touch. */
  async askTouch(ask: AskTouch): Promise<void> {
    try {
      const given = (await this.#options.onAskTouch?.(ask, this.#over.signal)) ?? false;
      if (!this.#over.signal.aborted) this.#post({ type: 'touch', id: this.#id, path: ask.path, given });
    } catch (cause) {
      this.#endWith(cause);
    }
  }

  /** Cancels; when the driver has answered that, the call rejects with this cause instead. */
  #endWith(cause: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#instead ??= { cause };
    this.#cancel();
  }

  resolve(value: unknown): void {
    this.#end();
    this.#settle.resolve(value);
  }

  reject(cause: unknown): void {
    const chosen = this.#instead ? this.#instead.cause : cause;
    this.#end();
    this.#settle.reject(chosen);
  }

  /** No PIN outlives its call. */
  #end(): void {
    this.#over.abort();
    this.#options.signal?.removeEventListener('abort', this.#cancel);
    if (this.#options.pin instanceof Uint8Array) this.#options.pin.fill(0);
    this.#options.newPin?.fill(0);
  }
}
