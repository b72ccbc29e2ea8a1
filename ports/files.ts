// Files that survive a crash: append-only ones that are synced before an answer, and small ones replaced whole.
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const PRIVATE_FILE = 0o600;
const PRIVATE_DIR = 0o700;
const NEWLINE = 0x0a;

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}

/** Makes a directory, and those above it, that only this user may enter (0700). */
export async function makePrivateDir(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIR });
}

/** A file's bytes, or undefined when there is no such file. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

/** Makes the names in a directory durable. Windows cannot open a directory, and keeps names with the file. */
async function syncDir(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const dir = await open(path, constants.O_RDONLY);
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}

/**
 * Replaces a file whole (0600): whoever opens it, after a crash too, sees the old bytes or the new ones and no others.
 * Temporary file beside it, fsync, rename, fsync of the directory. One writer for each path at a time.
 */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', PRIVATE_FILE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncDir(dirname(path));
}

/** Removes a file, durably; a file that is not there is removed already. */
export async function removeDurable(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncDir(dirname(path));
}

/** What opening an append-only file found: its whole lines, and how many bytes of a torn last one were cut off. */
export interface OpenedAppend {
  readonly lines: readonly Uint8Array[];
  readonly torn: number;
  readonly file: AppendFile;
}

function wholeLines(bytes: Uint8Array): { lines: Uint8Array[]; length: number } {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, length: start };
}

/**
 * Opens or makes (0600) an append-only file of lines. Bytes after the last newline were never acknowledged: a crash
 * tore them, and they are cut off. Whether a whole line says what was written is its owner's to check.
 */
export async function openAppend(path: string): Promise<OpenedAppend> {
  const bytes = await readIfThere(path);
  const { lines, length } = wholeLines(bytes ?? new Uint8Array());
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, PRIVATE_FILE);
  try {
    const torn = (bytes?.length ?? 0) - length;
    if (torn > 0) {
      await handle.truncate(length);
      await handle.sync();
    }
    if (!bytes) await syncDir(dirname(path));
    return { lines, torn, file: new AppendFile(handle, length) };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

interface Waiting {
  readonly bytes: Uint8Array;
  resolve(): void;
  reject(reason: unknown): void;
}

/** An open append-only file. Appends that wait together are written and synced together. */
export class AppendFile {
  readonly #handle: FileHandle;
  #size: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #broken: Error | undefined;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  /** Bytes that are on disk. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends one line, newline added, and resolves when it is on disk (fdatasync). Rejects with the system's error when it
   * cannot be written; then nothing of it stays. When even that cannot be made sure, every later append rejects too.
   */
  async appendDurable(line: Uint8Array): Promise<void> {
    if (line.includes(NEWLINE)) throw new TypeError('a line contains a newline');
    const bytes = new Uint8Array(line.length + 1);
    bytes.set(line);
    bytes[line.length] = NEWLINE;
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
    });
    this.#running ??= this.#drain();
    return done;
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // lets appends of the same moment join the first batch
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(Buffer.concat(batch.map((one) => one.bytes)));
        for (const one of batch) one.resolve();
      } catch (thrown) {
        for (const one of batch) one.reject(thrown);
      }
    }
    this.#running = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#broken) throw this.#broken;
    try {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          done,
          bytes.length - done,
          this.#size + done,
        );
        done += bytesWritten;
      }
      await this.#handle.datasync();
      this.#size += bytes.length;
    } catch (thrown) {
      await this.#undo(thrown);
      throw thrown;
    }
  }

  /** After a failed sync nobody knows what is on disk, so only a truncation that is itself synced makes it known again. */
  async #undo(reason: unknown): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
      await this.#handle.sync();
    } catch {
      this.#broken = new Error('the file cannot be trusted any more', { cause: reason });
    }
  }

  /** Waits for what is being written, then closes. */
  async close(): Promise<void> {
    await this.#running;
    await this.#handle.close();
  }
}
