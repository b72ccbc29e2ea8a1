// How the app ends: everything that was started is ended first, but not for ever.
import { app } from 'electron';
import { killUtilities } from './utility.ts';

const PATIENCE_MS = 8000;
const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export class Ending {
  readonly #listeners = new Set<() => Promise<void>>();
  readonly #log: (line: string) => void;
  #begun = false;

  constructor(log: (line: string) => void) {
    this.#log = log;
    app.on('before-quit', (event) => {
      event.preventDefault();
      this.end(0);
    });
    app.on('window-all-closed', () => this.end(0));
    for (const [signal, number] of Object.entries(signals)) process.on(signal, () => this.end(128 + number));
    process.on('uncaughtException', (error) => {
      log(`uncaught: ${error.stack ?? error.message}`);
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
    const late = setTimeout(() => this.#exit(status, 'something did not end in time'), PATIENCE_MS);
    void this.#tell().finally(() => {
      clearTimeout(late);
      this.#exit(status);
    });
  }

  async #tell(): Promise<void> {
    const told = await Promise.allSettled([...this.#listeners].map((listener) => listener()));
    for (const { reason } of told.filter((one) => one.status === 'rejected'))
      this.#log(`while ending: ${reason instanceof Error ? reason.message : String(reason)}`);
  }

  #exit(status: number, why?: string): void {
    if (why !== undefined) this.#log(`while ending: ${why}`);
    killUtilities();
    app.exit(status);
  }
}
