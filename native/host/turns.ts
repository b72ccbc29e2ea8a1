// Turns: jobs on one thing run one after another, and one that waits too long gives up its place.
import { DeviceFault } from '../../core/fault/fault.ts';
import { checkOperation, type Operation } from '../ctaphid/deadline.ts';

/** A queue for each name. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs the job when all earlier ones under the name have ended. DeviceFault `cancelled`, or `device_busy` when the
   * deadline passes first; the job is not run then.
   */
  async take<T>(name: string, operation: Operation, job: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    let free = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      free = resolve;
    });
    const chain = before.then(() => mine);
    this.#last.set(name, chain);
    try {
      if (!(await inTime(before, operation))) {
        if (operation.signal.aborted) throw new DeviceFault('cancelled', 'before its turn');
        throw new DeviceFault('device_busy', `${name} is in use`);
      }
      checkOperation(operation, 'before its turn');
      return await job();
    } finally {
      free();
      if (this.#last.get(name) === chain) this.#last.delete(name);
    }
  }
}

/** True when the others ended first, false when the operation was over first. */
function inTime(others: Promise<void>, { deadline, signal }: Operation): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (first: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve(first);
    };
    const over = (): void => end(false);
    const timer = setTimeout(over, deadline.left());
    signal.addEventListener('abort', over);
    void others.then(() => end(true));
  });
}
