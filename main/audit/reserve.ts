// The reserve: room that was taken in advance, so that a denial can be recorded when the disk is full.
import { open, type FileHandle } from 'node:fs/promises';
import { equalBytes } from '../../core/bytes/bytes.ts';
import { readIfThere, writeAtomic } from '../../ports/files.ts';

/** Bytes of the reserve unless told otherwise. */
export const RESERVE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The whole lines at the beginning of the reserve, up to the first zero. */
export function reserveLines(bytes: Uint8Array): Uint8Array[] {
  const end = bytes.indexOf(0);
  const used = end < 0 ? bytes : bytes.subarray(0, end);
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let at = used.indexOf(NEWLINE); at >= 0; at = used.indexOf(NEWLINE, start)) {
    lines.push(used.subarray(start, at));
    start = at + 1;
  }
  return lines;
}

/** Lines from the file's beginning, zeros after them. Its blocks are on the medium, so writing takes no new ones. */
export class Reserve {
  readonly #handle: FileHandle;
  readonly #size: number;
  #used: number;

  private constructor(handle: FileHandle, size: number, used: number) {
    this.#handle = handle;
    this.#size = size;
    this.#used = used;
  }

  /** Opens the reserve, or takes it: `size` zeros, written and not just announced. Rejects with the system's error. */
  static async open(path: string, size: number): Promise<{ reserve: Reserve; lines: Uint8Array[] }> {
    let bytes = await readIfThere(path);
    if (!bytes || bytes.length < size) {
      const grown = new Uint8Array(size);
      grown.set(bytes ?? []);
      await writeAtomic(path, grown);
      bytes = grown;
    }
    const lines = reserveLines(bytes);
    const used = lines.reduce((sum, line) => sum + line.length + 1, 0);
    return { reserve: new Reserve(await open(path, 'r+'), bytes.length, used), lines };
  }

  /** Writes one line after the others and syncs it. Rejects when there is no room or the disk fails; then it is not there. */
  async append(line: Uint8Array): Promise<void> {
    const bytes = new Uint8Array(line.length + 1);
    bytes.set(line);
    bytes[line.length] = NEWLINE;
    if (this.#used + bytes.length >= this.#size) throw new Error('the reserve is full');
    try {
      await this.#put(bytes, this.#used);
    } catch (thrown) {
      await this.#put(new Uint8Array(bytes.length), this.#used).catch(() => undefined); // the caller hears of the first failure
      throw thrown;
    }
    this.#used += bytes.length;
  }

  /** Gives the room back after its lines went into the journal. */
  async clear(): Promise<void> {
    if (this.#used === 0) return;
    await this.#put(new Uint8Array(this.#used), 0);
    this.#used = 0;
  }

  /** Whether anything lies in it. */
  get isEmpty(): boolean {
    return this.#used === 0;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #put(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      const { bytesWritten } = await this.#handle.write(bytes, done, rest, position + done);
      done += bytesWritten;
    }
    await this.#handle.datasync();
  }
}

/**
 * Joins the journal's lines with those of the reserve, whose first stands at `from`. Lines of the journal that the
 * reserve repeats are the same ones, moved before a crash. `keep` is how many of the journal's own lines stay: where the
 * two differ the journal's were never acknowledged, which the caller checks against the signed head.
 */
export function joinLines(
  main: readonly Uint8Array[],
  reserve: readonly Uint8Array[],
  from: number,
): { keep: number; extra: readonly Uint8Array[] } {
  for (let i = 0; i < reserve.length; i++) {
    const own = main[from + i];
    const line = reserve[i];
    if (own === undefined || line === undefined || !equalBytes(own, line))
      return { keep: Math.min(from + i, main.length), extra: reserve.slice(i) };
  }
  return { keep: main.length, extra: [] };
}
