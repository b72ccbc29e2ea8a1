// How the app ends in Chromium: everything that was started is ended first, but not for ever.
import { once } from 'node:events';

const PATIENCE_MS = 8000;
const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** `last` ends what the shell itself holds, after all listeners. `exit` ends the process. */
export interface EndingDeps {
  readonly log: (line: string) => void;
  readonly last: () => Promise<void>;
  readonly exit: (status: number) => void;
}

export class Ending {
  readonly #deps: EndingDeps;
  readonly #listeners = new Set<() => Promise<void>>();
  #begun = false;

  constructor(deps: EndingDeps) {
    this.#deps = deps;
  }

  /** From now on signals end the app, with the status that a signal has in a shell, and so does a mistake of ours. */
  obey(): void {
    for (const [signal, number] of Object.entries(signals)) process.on(signal, () => this.end(128 + number));
    process.on('uncaughtException', (error) => {
      this.#deps.log(`uncaught: ${error.stack ?? error.message}`);
      this.end(1);
    });
  }

  onQuit(listener: () => Promise<void>): void {
    this.#listeners.add(listener);
  }

  /** The first call counts. */
  end(status: number): void {
    if (this.#begun) return;
    this.#begun = true;
    void this.#endAll().finally(() => this.#deps.exit(status));
  }

  async #endAll(): Promise<void> {
    await this.#inTime([...this.#listeners].map((listener) => listener()));
    await this.#inTime([this.#deps.last()]);
  }

  async #inTime(all: readonly Promise<void>[]): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    const aborted = once(late.signal, 'abort').then(() =>
      this.#deps.log('while ending: something did not end in time'),
    );
    const told = Promise.allSettled(all).then((ends) => {
      for (const { reason } of ends.filter((one) => one.status === 'rejected'))
        this.#deps.log(`while ending: ${reason instanceof Error ? reason.message : String(reason)}`);
    });
    await Promise.race([told, aborted]);
    clearTimeout(timer);
  }
}
