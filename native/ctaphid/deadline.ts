// One total deadline for an operation, made once and handed from hop to hop; nothing ever extends it.
import { DeviceFault } from '../../core/fault/fault.ts';

/** A clock that never goes back, in milliseconds. */
export type Monotonic = () => number;

/** What every hop of an operation on a device is given. */
export interface Operation {
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  /** Told each change of what the device says it waits for. */
  readonly onKeepalive?: ((status: 'processing' | 'touch') => void) | undefined;
}

/** A moment by which an operation is over. */
export class Deadline {
  readonly #at: number;
  readonly #clock: Monotonic;

  private constructor(at: number, clock: Monotonic) {
    this.#at = at;
    this.#clock = clock;
  }

  /** A deadline `ms` milliseconds from now. */
  static in(ms: number, clock: Monotonic): Deadline {
    return new Deadline(clock() + ms, clock);
  }

  /** Milliseconds left, never below 0. */
  left(): number {
    return Math.max(0, this.#at - this.#clock());
  }

  get passed(): boolean {
    return this.left() === 0;
  }

  /** The earlier of this deadline and `ms` from now: for one step of the whole. */
  within(ms: number): Deadline {
    return new Deadline(Math.min(this.#at, this.#clock() + ms), this.#clock);
  }

  /** A short time of its own, for tidying up after this deadline has passed. */
  grace(ms: number): Deadline {
    return new Deadline(this.#clock() + ms, this.#clock);
  }

  /** DeviceFault `deadline` once it has passed. */
  check(what: string): void {
    if (this.passed) throw new DeviceFault('deadline', what);
  }
}

/** DeviceFault `cancelled` or `deadline` when the operation is over already. */
export function checkOperation(operation: Operation, what: string): void {
  if (operation.signal.aborted) throw new DeviceFault('cancelled', what);
  operation.deadline.check(what);
}

/** Waits, but no longer than the operation lasts. */
export function pause(ms: number, operation: Operation): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      operation.signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, operation.deadline.left()));
    operation.signal.addEventListener('abort', end);
    if (operation.signal.aborted) end();
  });
}
