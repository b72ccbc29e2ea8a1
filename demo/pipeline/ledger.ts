// What the pipeline remembers across starts: its seed, the number of its next document, and what still waits of it.
import { z } from 'zod';
import { canonical } from '../../core/json/canonical.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { Ulid } from '../../core/name/names.ts';
import { readIfThere, writeAtomic } from '../../ports/files.ts';
import { documentNames } from './documents/kinds.ts';

const Name = z.enum([...documentNames, 'bypass']);
const Entry = z.strictObject({ id: Ulid, name: Name });
const File = z.strictObject({
  seed: z.int().min(0),
  next: z.int().min(0),
  waiting: z.array(Entry).max(10_000),
});

export type Entry = z.infer<typeof Entry>;

/** Kept on disk, one writer at a time. */
export class Ledger {
  readonly #path: string;
  readonly seed: number;
  #next: number;
  #waiting: Entry[];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, { seed, next, waiting }: z.infer<typeof File>) {
    this.#path = path;
    this.seed = seed;
    this.#next = next;
    this.#waiting = waiting;
  }

  /** Takes up what is there. `seed` counts where nothing is, or when `anew`. Throws a fault for a file that is no ledger. */
  static async open(path: string, seed: number, anew: boolean): Promise<Ledger> {
    const bytes = await readIfThere(path);
    if (!bytes) return new Ledger(path, { seed, next: 0, waiting: [] });
    const file = parseAs(File, parseStrict(bytes));
    return new Ledger(path, anew ? { ...file, seed } : file);
  }

  get waiting(): readonly Entry[] {
    return this.#waiting;
  }

  /** The number of the next document, used up; of the first of so many. */
  take(count = 1): number {
    const first = this.#next;
    this.#next += count;
    return first;
  }

  /** These wait now. Resolves when that is on disk. */
  add(entries: readonly Entry[]): Promise<void> {
    this.#waiting = [...this.#waiting, ...entries];
    return this.#write();
  }

  /** These do not wait any more. */
  async drop(ids: ReadonlySet<string>): Promise<void> {
    if (ids.size === 0) return;
    this.#waiting = this.#waiting.filter(({ id }) => !ids.has(id));
    await this.#write();
  }

  #write(): Promise<void> {
    const write = (): Promise<void> =>
      writeAtomic(this.#path, canonical({ seed: this.seed, next: this.#next, waiting: this.#waiting }));
    const done = this.#writing.then(write);
    this.#writing = done.catch(() => undefined); // whoever asked for it is told
    return done;
  }
}
