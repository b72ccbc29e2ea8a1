// Requests that wait for their answer: each has a number, a deadline, and one answer at most.
import type { FromConsole, FromSigner } from '../../contract/wire/link.ts';
import { WireFault, type AnyFault } from '../../core/fault/fault.ts';
import { faultFor } from '../../ports/peer-faults.ts';

type WithRef<M> = M extends { readonly ref: number } ? M : never;
/** Every answer has the number of what it answers. */
export type Answer = WithRef<FromSigner>;
/** A request before it has a number. */
export type Unnumbered<M = WithRef<FromConsole>> = M extends { readonly ref: number }
  ? Omit<M, 'ref'>
  : never;

interface Waiting {
  readonly types: readonly Answer['type'][];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: AnyFault) => void;
  readonly timer: NodeJS.Timeout;
}

export class Pending {
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  /**
   * Takes a number for a request whose answer is of one of `types`, and gives the answer. Rejects with the Signer's refusal,
   * or WireFault `timed_out` after `deadline` ms (null: when the connection ends).
   */
  ask(
    types: readonly Answer['type'][],
    deadline: number | null,
    send: (ref: number) => void,
  ): Promise<Answer> {
    const ref = this.#next++;
    return new Promise((resolve, reject) => {
      const late = () => {
        this.#waiting.delete(ref);
        reject(new WireFault('timed_out', types.join(' or ')));
      };
      const timer = setTimeout(late, deadline ?? 2 ** 31 - 1);
      this.#waiting.set(ref, { types, resolve, reject, timer });
      send(ref);
    });
  }

  /** Hands an answer to whoever waits. One that nobody waits for any more is dropped; one to nothing asked is a fault. */
  answer(answer: Answer): void {
    const waiting = this.#waiting.get(answer.ref);
    if (!waiting) {
      if (answer.ref >= this.#next)
        throw new WireFault('message_invalid', `an answer to ${answer.ref}, which was not asked`);
      return;
    }
    if (answer.type !== 'refused' && !waiting.types.includes(answer.type)) {
      throw new WireFault('message_invalid', `${answer.type} instead of ${waiting.types.join(' or ')}`);
    }
    this.#waiting.delete(answer.ref);
    clearTimeout(waiting.timer);
    if (answer.type === 'refused') waiting.reject(faultFor(answer.code, answer.detail));
    else waiting.resolve(answer);
  }

  /** The connection ended: whoever waits hears why, and asks by challenge later what became of it. */
  end(fault: AnyFault): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(fault);
    }
    this.#waiting.clear();
  }
}
