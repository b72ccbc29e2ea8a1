// Input reports that wait for a reader, with a read that times out, as a HID connection has it.

interface Reader {
  resolve(report: Uint8Array | undefined): void;
  reject(cause: Error): void;
}

/** A queue of reports with one reader at a time. */
export class Inbox {
  readonly #reports: Uint8Array[] = [];
  #reader: Reader | undefined;
  #over: 'open' | 'closed' | 'broken' = 'open';

  get broken(): boolean {
    return this.#over !== 'open';
  }

  put(report: Uint8Array): void {
    if (this.#over !== 'open') return;
    if (this.#reader) this.#reader.resolve(report);
    else this.#reports.push(report);
  }

  /** The next report, or undefined after the milliseconds given. Rejects once the connection is over. */
  take(timeoutMs: number): Promise<Uint8Array | undefined> {
    const waiting = this.#reports.shift();
    if (waiting) return Promise.resolve(waiting);
    if (this.#over !== 'open') return Promise.reject(new Error(`the connection is ${this.#over}`));
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#reader = undefined;
      };
      const timer = setTimeout(() => {
        done();
        resolve(undefined);
      }, timeoutMs);
      this.#reader = {
        resolve: (report) => (done(), resolve(report)),
        reject: (cause) => (done(), reject(cause)),
      };
    });
  }

  /** Closed by its owner. */
  end(): void {
    this.#over = 'closed';
    this.#reader?.resolve(undefined);
  }

  /** Broken by the device's going away: reports that had come are lost. */
  breakOff(): void {
    this.#over = 'broken';
    this.#reports.length = 0;
    this.#reader?.reject(new Error('the device is gone'));
  }
}
