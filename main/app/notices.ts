// Notifications: that something waits, never what; few in a minute, the rest gathered into one.

/** `show` shows one; `clicked` gets the one request it was about, or null when it was about several. */
export interface NoticesOptions {
  readonly show: (count: number, clicked: () => void) => void;
  readonly clicked: (requestId: string | null) => void;
  readonly wanted: () => boolean;
  readonly clock?: () => number;
}

const MOST = 5;
const WINDOW_MS = 60_000;
/** Arrivals of one moment are one notification. */
const GATHER_MS = 400;

export class Notices {
  readonly #options: NoticesOptions;
  readonly #clock: () => number;
  #shown: number[] = [];
  #gathered = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** These requests wait, newly. */
  arrived(requestIds: readonly string[]): void {
    if (requestIds.length === 0 || !this.#options.wanted()) return;
    for (const id of requestIds) this.#gathered.add(id);
    this.#later(GATHER_MS);
  }

  /** This one needs nobody any more. */
  ended(requestId: string): void {
    this.#gathered.delete(requestId);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#gathered.clear();
  }

  #later(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, ms);
    this.#timer.unref();
  }

  #show(): void {
    if (this.#gathered.size === 0) return;
    const now = this.#clock();
    this.#shown = this.#shown.filter((at) => now - at < WINDOW_MS);
    const oldest = this.#shown[0];
    if (this.#shown.length >= MOST && oldest !== undefined) return this.#later(oldest + WINDOW_MS - now);
    this.#shown.push(now);
    const ids = [...this.#gathered];
    this.#gathered = new Set();
    const about = ids.length === 1 ? (ids[0] ?? null) : null;
    this.#options.show(ids.length, () => this.#options.clicked(about));
  }
}
