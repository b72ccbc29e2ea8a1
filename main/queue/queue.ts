// The queue: requests that wait for this officer, kept so that closing the app loses nothing.
import type { Crypto } from '../../core/key/crypto.ts';
import type { Queued } from '../../core/stage/stages.ts';
import { makePrivateDir, type AppendFile } from '../../ports/files.ts';
import { beginGeneration, lineOf, openFiles, removeOthers } from './file.ts';
import { applied, isNext, type QueueArrival, type QueueState } from './state.ts';

/** What the app hands in. `linesPerState`: after so many lines the state is written whole (1,000 unless given). */
export interface QueueOptions {
  readonly dir: string;
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly linesPerState?: number;
}

/** What opening found, for the audit: bytes of a torn last line, and why older files could not be believed. */
export interface QueueFound {
  readonly torn: number;
  readonly lost: string | null;
}

/** Which requests changed or left, after `revision` became the newest. */
export interface QueueChange {
  readonly revision: number;
  readonly changed: readonly string[];
  readonly left: readonly string[];
}

export interface Queue {
  readonly found: QueueFound;
  /** Grows by one with each change. */
  readonly revision: number;
  /** Everything that waits, oldest request first (ULIDs sort by time). */
  list(): readonly Queued[];
  get(requestId: string): Queued | undefined;
  /** The last sequence number applied of each tenant. */
  cursors(): readonly { readonly tenant: string; readonly seq: number }[];
  /**
   * Applies an arrival; resolves when it is on disk. One that came before, or before its time, changes nothing.
   * Rejects with the system's error when it cannot be written; then nothing was applied.
   */
  receive(arrival: QueueArrival): Promise<void>;
  /** Calls back after each change; returns the unsubscribe. */
  onChange(listener: (change: QueueChange) => void): () => void;
  close(): Promise<void>;
}

const LINES_PER_STATE = 1000;

class FileQueue implements Queue {
  readonly found: QueueFound;
  readonly #options: QueueOptions;
  readonly #listeners = new Set<(change: QueueChange) => void>();
  #state: QueueState;
  #generation: number;
  #lines: number;
  #file: AppendFile;
  #revision = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: QueueOptions, opened: Awaited<ReturnType<typeof openFiles>>) {
    this.#options = options;
    this.#state = opened.state;
    this.#generation = opened.generation;
    this.#lines = opened.lines;
    this.#file = opened.file;
    this.found = { torn: opened.torn, lost: opened.lost };
  }

  get revision(): number {
    return this.#revision;
  }

  list(): readonly Queued[] {
    return [...this.#state.queued.values()].sort((a, b) => (a.requestId < b.requestId ? -1 : 1));
  }

  get(requestId: string): Queued | undefined {
    return this.#state.queued.get(requestId);
  }

  cursors() {
    return [...this.#state.cursors].map(([tenant, seq]) => ({ tenant, seq }));
  }

  receive(arrival: QueueArrival): Promise<void> {
    const done = this.#turn.then(() => this.#apply(arrival));
    this.#turn = done.catch(() => undefined); // whoever asked hears of it; the next arrival has its own chance
    return done;
  }

  onChange(listener: (change: QueueChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
  }

  async #apply(arrival: QueueArrival): Promise<void> {
    if (!isNext(this.#state, arrival)) return;
    if (this.#lines >= (this.#options.linesPerState ?? LINES_PER_STATE)) await this.#compact();
    const at = this.#options.now().toISOString();
    await this.#file.appendDurable(lineOf(this.#options.crypto, arrival, at));
    const before = this.#state;
    this.#state = applied(before, arrival, at);
    this.#lines += 1;
    this.#tell(before);
  }

  /** A failed try may have changed what the disk names: the count of lines stays, so the next arrival tries again, anew. */
  async #compact(): Promise<void> {
    const { crypto, dir } = this.#options;
    this.#generation += 1;
    const old = this.#file;
    this.#file = await beginGeneration(crypto, dir, this.#state, this.#generation);
    this.#lines = 0;
    await old.close();
    await removeOthers(dir, this.#generation);
  }

  #tell(before: QueueState): void {
    const { queued } = this.#state;
    const changed = [...queued].filter(([id, entry]) => before.queued.get(id) !== entry).map(([id]) => id);
    const left = [...before.queued.keys()].filter((id) => !queued.has(id));
    if (changed.length + left.length === 0) return;
    this.#revision += 1;
    for (const listener of this.#listeners) listener({ revision: this.#revision, changed, left });
  }
}

/** Opens the queue in its directory (0700), or begins it. */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  await makePrivateDir(options.dir);
  const opened = await openFiles(options.crypto, options.dir, options.now());
  await removeOthers(options.dir, opened.generation);
  return new FileQueue(options, opened);
}
