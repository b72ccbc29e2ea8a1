// Coalesced sending: whatever changed of a room goes out once, soon, and never so often that nothing else gets done.

/** The least pause between two rounds, in milliseconds, and how many times as long as a round the pause is. */
const PAUSE_MS = 50;
const SHARE = 4;

/** Sends everything that changed of these rooms; what it throws ends nothing. */
export interface ChangesOptions<Room extends string> {
  readonly send: (room: Room) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: () => number;
  readonly failed: (thrown: unknown) => void;
}

export class Changes<Room extends string> {
  readonly #options: ChangesOptions<Room>;
  readonly #clock: () => number;
  readonly #dirty = new Set<Room>();
  #timer: NodeJS.Timeout | undefined;
  #notBefore = 0;
  #closed = false;

  constructor(options: ChangesOptions<Room>) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** This room changed. It goes out within the pause, together with whatever else did. */
  touch(...rooms: readonly Room[]): void {
    if (this.#closed) return;
    for (const room of rooms) this.#dirty.add(room);
    this.#timer ??= setTimeout(() => this.#round(), Math.max(PAUSE_MS, this.#notBefore - this.#clock()));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #round(): void {
    this.#timer = undefined;
    const began = this.#clock();
    const rooms = [...this.#dirty];
    this.#dirty.clear();
    for (const room of rooms) {
      try {
        this.#options.send(room);
      } catch (thrown) {
        this.#options.failed(thrown);
      }
    }
    const ended = this.#clock();
    this.#notBefore = ended + Math.max(PAUSE_MS, (ended - began) * SHARE);
  }
}
