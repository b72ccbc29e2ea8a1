// The desk's hardware: looks every two seconds what is plugged in, and tells only what changed.
import type { Described } from '../devices/devices.ts';

export interface HardwareOptions {
  readonly describe: () => Promise<Described>;
  readonly changed: () => void;
  readonly failed: (thrown: unknown) => void;
  /** Which enrolled device a path is, from the set-up. */
  readonly served?: ReadonlyMap<string, string>;
  readonly everyMs?: number;
}

const EVERY_MS = 2000;

/** What a person could tell apart; a fault's stack is none of it. */
function faceOf({ keys, tokens, faults }: Described): string {
  return JSON.stringify([
    keys.map(({ device, info, fault }) => [device, info, fault?.code, fault?.detail]),
    tokens,
    faults.map(({ code, detail }) => [code, detail]),
  ]);
}

export class Hardware {
  readonly #options: HardwareOptions;
  readonly #served: Map<string, string>;
  #described: Described | null = null;
  #face = '';
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;
  #closed = false;

  constructor(options: HardwareOptions) {
    this.#options = options;
    this.#served = new Map(options.served);
  }

  /** What was found last; null before the first look ended. */
  get described(): Described | null {
    return this.#described;
  }

  get served(): ReadonlyMap<string, string> {
    return this.#served;
  }

  /** An enrolment, or a signature, showed which device this path is. */
  learn(path: string, device: string): void {
    this.#served.set(path, device);
    this.#options.changed();
  }

  /** Names of what is here, for the status line. */
  names(): string[] {
    const { keys = [], tokens = [] } = this.#described ?? {};
    return [...keys.map(({ device }) => device.product), ...tokens.map(({ label }) => label)];
  }

  /** Looks now, and then every two seconds after a look has ended. */
  begin(): void {
    void this.#look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Looks at once, or again right after the look that is running. */
  now(): void {
    if (this.#running) this.#again = true;
    else void this.#look();
  }

  async #look(): Promise<void> {
    if (this.#running || this.#closed) return;
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      this.#take(await this.#options.describe());
    } catch (thrown) {
      this.#options.failed(thrown);
    }
    this.#running = false;
    if (this.#closed) return;
    const ms = this.#again ? 0 : (this.#options.everyMs ?? EVERY_MS);
    this.#again = false;
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  #take(described: Described): void {
    const face = faceOf(described);
    const changed = this.#described === null || face !== this.#face;
    this.#described = described;
    this.#face = face;
    if (changed && !this.#closed) this.#options.changed();
  }
}
