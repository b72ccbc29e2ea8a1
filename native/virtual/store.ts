// The file in which a virtual key keeps what a real one keeps in silicon. For tests and demos only: it says so.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { DeviceFault } from '../../core/fault/fault.ts';

const NOTICE = 'Virtual security key for tests and demos: these private keys protect nothing.';
const base64 = z.base64();

const Credential = z.strictObject({
  id: base64,
  rpId: z.string(),
  userId: base64,
  userName: z.string(),
  /** PKCS#8 (RFC 5958), DER. */
  privateKey: base64,
  counter: z.int().min(0),
});
export type StoredCredential = z.infer<typeof Credential>;

const State = z.strictObject({
  notice: z.literal(NOTICE),
  /** Goes up by one with each write: two processes on one file are found out. */
  revision: z.int().min(0),
  pinHash: base64.optional(),
  pinRetries: z.int().min(0).max(8),
  credentials: z.array(Credential),
});
export type State = z.infer<typeof State>;

export const MOST_RETRIES = 8;

const fresh = (): State => ({ notice: NOTICE, revision: 0, pinRetries: MOST_RETRIES, credentials: [] });

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Keeps the state in memory and in the file; each change is on disk before it counts. */
export class Store {
  readonly #path: string;
  #state: State;

  /** DeviceFault `driver_failed` when the file is there and not ours. */
  constructor(path: string) {
    this.#path = path;
    this.#state = this.#read() ?? fresh();
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** As it lies in the file now: it may have been in another machine since. */
  reload(): void {
    this.#state = this.#read() ?? fresh();
  }

  /** Changes members, and returns when they are on disk. `device_busy` when another process changed the file. */
  update(change: Partial<Omit<State, 'notice' | 'revision'>>): void {
    const onDisk = this.#read();
    if ((onDisk?.revision ?? 0) !== this.#state.revision) {
      throw new DeviceFault('device_busy', 'another process uses this virtual key');
    }
    const next: State = { ...this.#state, ...change, revision: this.#state.revision + 1 };
    this.#write(next);
    this.#state = next;
  }

  #read(): State | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw new DeviceFault('driver_failed', `cannot read ${this.#path}`, undefined, cause);
    }
    try {
      return State.parse(JSON.parse(text));
    } catch {
      // the cause could quote the file, and the file holds private keys
      throw new DeviceFault('driver_failed', `${this.#path} is not a virtual key's file`);
    }
  }

  #write(state: State): void {
    const directory = dirname(this.#path);
    const draft = `${this.#path}.new`;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = openSync(draft, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(state, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, this.#path);
    syncDirectory(directory);
  }
}
