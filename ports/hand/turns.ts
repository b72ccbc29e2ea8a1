// One call at a time for each device: others wait, in order, until it has ended or they are cancelled.
import { DeviceFault } from '../../core/fault/fault.ts';

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `call` when it is this device's turn. Rejects with DeviceFault `cancelled` when aborted before that. */
  async take<T>(device: string, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last.get(device) ?? Promise.resolve();
    const turn = before.then(() => {
      if (signal?.aborted) throw new DeviceFault('cancelled', 'before its turn');
      return call();
    });
    const ended = turn.catch(() => undefined); // whoever called hears of it; the next one has its own turn
    this.#last.set(device, ended);
    try {
      return await turn;
    } finally {
      if (this.#last.get(device) === ended) this.#last.delete(device);
    }
  }
}
