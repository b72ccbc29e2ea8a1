// Two ports that face each other in one process, copying messages by structured clone as IPC does.
import type { Exit, Port } from '../../contract/driver/port.ts';

/** What crossed, as text: bytes as lists of numbers. */
export interface Wire {
  readonly messages: string[];
}

class End implements Port {
  other: End | undefined;
  readonly wire: Wire;
  readonly #messages = new Set<(message: unknown) => void>();
  readonly #exits = new Set<(exit: Exit) => void>();
  #gone = false;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  post(message: unknown): void {
    if (this.#gone) return;
    this.wire.messages.push(
      JSON.stringify(message, (_key, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
    );
    const copy = structuredClone(message);
    setImmediate(() => this.other?.take(copy));
  }

  take(message: unknown): void {
    if (!this.#gone) for (const listener of this.#messages) listener(message);
  }

  onMessage(listener: (message: unknown) => void): () => void {
    this.#messages.add(listener);
    return () => void this.#messages.delete(listener);
  }

  onExit(listener: (exit: Exit) => void): () => void {
    this.#exits.add(listener);
    return () => void this.#exits.delete(listener);
  }

  kill(): void {
    // what was posted before arrives before
    setImmediate(() => {
      this.gone();
      this.other?.gone();
    });
  }

  gone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#messages.clear();
    for (const listener of this.#exits) listener({ code: 0, signal: null });
  }
}

/** `near` is the client's, `far` the driver's. */
export function portPair(): { near: Port; far: Port; wire: Wire } {
  const wire: Wire = { messages: [] };
  const near = new End(wire);
  const far = new End(wire);
  near.other = far;
  far.other = near;
  return { near, far, wire };
}
