// One call that runs in a driver process: what it waits for from the client, and its end.
import type { AskTouch, FromDriver, PinWanted } from '../../contract/driver/messages.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import { Deadline, type Monotonic, type Operation } from '../ctaphid/deadline.ts';
import type { CallContext } from './context.ts';

type Post = (message: FromDriver) => void;

/** Waits for one answer of the client, no longer than the signal and the deadline allow. */
class Awaited<T> {
  #settle: ((value: T) => void) | undefined;

  wait(operation: Operation, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (end: () => void) => (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        this.#settle = undefined;
        end();
      };
      const aborted = done(() => reject(new DeviceFault('cancelled', 'while waiting for the person')));
      const late = done(() => reject(new DeviceFault('deadline', 'while waiting for the person')));
      const timer = setTimeout(late, operation.deadline.left());
      signal.addEventListener('abort', aborted);
      this.#settle = (value) => done(() => resolve(value))();
      if (signal.aborted) aborted();
    });
  }

  /** False when nothing waits for it. */
  give(value: T): boolean {
    if (!this.#settle) return false;
    this.#settle(value);
    return true;
  }
}

/** The state of a call between `call` and `reply`. */
export class RunningCall implements CallContext {
  readonly operation: Operation;
  readonly #id: number;
  readonly #post: Post;
  readonly #cancel = new AbortController();
  readonly #pin = new Awaited<Uint8Array>();
  readonly #touches = new Map<string, Awaited<boolean>>();

  constructor(id: number, deadlineMs: number, clock: Monotonic, post: Post) {
    this.#id = id;
    this.#post = post;
    this.operation = {
      deadline: Deadline.in(deadlineMs, clock),
      signal: this.#cancel.signal,
      onKeepalive: (status) => post({ type: 'keepalive', id, status }),
    };
  }

  cancel(): void {
    this.#cancel.abort();
  }

  askPin(wanted: Omit<PinWanted, 'type' | 'id'>): Promise<Uint8Array> {
    const answer = this.#pin.wait(this.operation, this.#cancel.signal);
    this.#post({ type: 'pin-wanted', id: this.#id, ...wanted });
    return answer;
  }

  async askTouch(ask: Omit<AskTouch, 'type' | 'id'>, signal: AbortSignal): Promise<boolean> {
    const touch = new Awaited<boolean>();
    this.#touches.set(ask.path, touch);
    const answer = touch.wait(this.operation, signal);
    this.#post({ type: 'ask-touch', id: this.#id, ...ask });
    return answer;
  }

  /** Takes a PIN that was asked for; one that nobody asked for is zeroed and dropped. */
  pin(bytes: Uint8Array): void {
    if (!this.#pin.give(bytes)) bytes.fill(0);
  }

  touch(path: string, given: boolean): void {
    this.#touches.get(path)?.give(given);
  }
}
