// What this officer approved, kept on this machine by digest, so that the next statement can be compared with the last.
import { lstat, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalRecord } from '../../contract/stored/console-journal.ts';
import { digestBytes } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { makePrivateDir, readIfThere, removeDurable, writeAtomic } from '../../ports/files.ts';

/** The last approved statement of a subject. `at`: when its leaf was verified, by this machine's clock. */
export interface Baseline {
  readonly requestId: string;
  readonly payloadDigest: string;
  readonly at: string;
}

const NAME = /^[0-9a-f]{64}\.payload$/;
const MOST_FILES = 1000;
const MOST_BYTES = 256 * 1024 * 1024;

const fileOf = (digest: string): string => `${digest.slice('sha256:'.length)}.payload`;

/** Payloads in a folder (0700, files 0600). A disk that fails keeps nothing: a comparison is missed, never a decision. */
export class ApprovedPayloads {
  readonly #crypto: Crypto;
  readonly #dir: string;
  readonly #mostFiles: number;
  readonly #mostBytes: number;

  constructor(crypto: Crypto, dir: string, mostFiles = MOST_FILES, mostBytes = MOST_BYTES) {
    this.#crypto = crypto;
    this.#dir = dir;
    this.#mostFiles = mostFiles;
    this.#mostBytes = mostBytes;
  }

  /** Keeps a payload; false when the disk did not take it. */
  async keep(payload: Uint8Array): Promise<boolean> {
    if (payload.length > this.#mostBytes) return false;
    try {
      await makePrivateDir(this.#dir);
      await writeAtomic(join(this.#dir, fileOf(digestBytes(this.#crypto, payload))), payload);
      await this.#makeRoom();
      return true;
    } catch {
      return false; // shown as "nothing to compare with"; what was decided does not depend on it
    }
  }

  /** The payload with this digest; undefined when it is not there, cannot be read, or is not what it was. */
  async get(digest: string): Promise<Uint8Array | undefined> {
    const path = join(this.#dir, fileOf(digest));
    try {
      const bytes = await readIfThere(path);
      if (!bytes || digestBytes(this.#crypto, bytes) !== digest) return undefined;
      const now = new Date();
      await utimes(path, now, now); // what is compared with stays longest
      return bytes;
    } catch {
      return undefined; // as when it is not there
    }
  }

  async #makeRoom(): Promise<void> {
    const files = (await readdir(this.#dir)).filter((name) => NAME.test(name));
    const found = await Promise.all(
      files.map(async (name) => {
        const { size, mtimeMs } = await lstat(join(this.#dir, name));
        return { name, size, mtimeMs };
      }),
    );
    found.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let bytes = 0;
    for (const [at, { name, size }] of found.entries()) {
      bytes += size;
      if (at >= this.#mostFiles || bytes > this.#mostBytes) await removeDurable(join(this.#dir, name));
    }
  }
}

/** What makes two statements comparable: the first subject's name and the predicate type, as the journal keeps them. */
export function subjectKey(predicateType: string, name: string): string {
  return JSON.stringify([predicateType, name]);
}

/** Follows the journal and knows, for each subject, what was approved last and recorded; and what before that, for a request that is looked at again. */
export class Baselines {
  readonly #last = new Map<string, readonly Baseline[]>();
  readonly #shown = new Map<string, string>();
  readonly #decided = new Map<string, { readonly requestId: string; readonly payloadDigest: string }>();
  #read = 0;

  /** Takes in the records that are new since the last time, and finds the baseline of a subject. A request is never its own: `requestId`. */
  find(records: readonly JournalRecord[], key: string, requestId: string): Baseline | undefined {
    for (; this.#read < records.length; this.#read += 1) {
      const record = records[this.#read];
      if (record) this.#apply(record);
    }
    return this.#last.get(key)?.find((one) => one.requestId !== requestId);
  }

  #apply({ at, entry }: JournalRecord): void {
    if (entry.event === 'shown') {
      const [first] = entry.headline.subjects;
      if (first) this.#shown.set(entry.requestId, subjectKey(entry.headline.predicateType, first.name));
    } else if (entry.event === 'outcome' && entry.sealed.decision.verdict === 'approve') {
      const { challenge, requestId, payloadDigest } = entry.sealed.decision;
      this.#decided.set(challenge, { requestId, payloadDigest });
    } else if (entry.event === 'evidenced') {
      const decided = this.#decided.get(entry.challenge);
      const key = decided && this.#shown.get(decided.requestId);
      if (!decided || key === undefined) return;
      const before = this.#last.get(key)?.find((one) => one.requestId !== decided.requestId);
      this.#last.set(key, [{ ...decided, at }, ...(before ? [before] : [])]);
    }
  }
}
