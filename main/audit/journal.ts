// The journal: this machine's own append-only record, durable before anything leaves, locked when it was tampered with.
import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry, JournalRecord } from '../../contract/stored/console-journal.ts';
import { Refusal, isFault, type RefusalCode } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import type { Head } from '../../core/log/head.ts';
import { makePrivateDir, openAppend, writeAtomic, type AppendFile } from '../../ports/files.ts';
import { Fold } from './fold.ts';
import { headOver, lineHash, sealHead, type MachineSign } from './head.ts';
import { after, lineFor, noLink, type Link } from './line.ts';
import {
  HEAD_FILE,
  JOURNAL_FILE,
  RESERVE_FILE,
  readJournal,
  type JournalOf,
  type JournalRead,
} from './read.ts';
import { RESERVE_BYTES, Reserve } from './reserve.ts';
import { verifyJournal, type JournalVerdict } from './search.ts';
import { within } from './within.ts';

/** `slowMs`: a disk that takes longer counts as failing (2,000 unless given). `reserveBytes`: 16 MiB unless given. */
export interface JournalOptions extends JournalOf {
  readonly sign: MachineSign;
  readonly now: () => Date;
  readonly slowMs?: number;
  readonly reserveBytes?: number;
}

/** Why nothing may be approved on this machine. */
export interface JournalLock {
  readonly code: RefusalCode;
  readonly detail: string;
}

/** Where a record went. `memory`: nowhere durable on this machine; it is written as soon as the disk takes it. */
export type Place = 'journal' | 'reserve' | 'memory';

/** Whoever appends says what may happen when the disk fails: `must` refuses, `urgent` finds another place. */
export type Urgency = 'must' | 'urgent';

const SLOW_MS = 2000;

export class Journal {
  readonly fold = new Fold();
  readonly #options: JournalOptions;
  readonly #path: string;
  #link: Link;
  #hashes: Uint8Array[] = [];
  #records: JournalRecord[] = [];
  #file: AppendFile | undefined;
  #ownBytes = 0;
  #inReserve: Uint8Array[] = [];
  #reserve: Reserve | undefined;
  #memory: { readonly at: string; readonly entry: JournalEntry }[] = [];
  #lock: JournalLock | null = null;
  #headStale = false;
  #hung = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#path = join(options.dir, JOURNAL_FILE);
    this.#link = noLink(options.crypto);
  }

  /** Opens the journal, or begins it. What is broken is left as it is, and locks. Rejects when nothing can be written at all. */
  async open(): Promise<void> {
    const { dir, reserveBytes } = this.#options;
    await makePrivateDir(dir);
    const { reserve, lines } = await Reserve.open(join(dir, RESERVE_FILE), reserveBytes ?? RESERVE_BYTES);
    this.#reserve = reserve;
    try {
      await this.#begin(lines);
    } catch (thrown) {
      await reserve.close();
      throw thrown;
    }
  }

  async #begin(lines: readonly Uint8Array[]): Promise<void> {
    try {
      const read = await readJournal(this.#options, lines);
      if (read) await this.#adopt(read);
      else await this.#writeHead();
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      this.#lock = { code: thrown.code, detail: thrown.detail };
      return;
    }
    await this.#reopen();
  }

  /** How many records there are, and the root over them. */
  head(): Head {
    return this.headAt(this.#link.size);
  }

  /** The head as it was after `size` records. */
  headAt(size: number): Head {
    return headOver(this.#options.crypto, this.#options.origin, this.#hashes, size);
  }

  /** Every record, oldest first. */
  records(): readonly JournalRecord[] {
    return this.#records;
  }

  /** Why approving is locked here; null when it is not. */
  get lock(): JournalLock | null {
    return this.#lock;
  }

  /** What is recorded nowhere durable on this machine: a person must be told. */
  get unrecorded(): readonly JournalEntry[] {
    return this.#memory.map(({ entry }) => entry);
  }

  /** Compares with the head that the Signer remembers of this machine; locks with `journal_shorter` or `journal_broken`. */
  compare(remembered: Head | null): JournalLock | null {
    if (!remembered || remembered.size === 0 || this.#lock) return this.#lock;
    const detail = `the Signer remembers ${remembered.size} records, here are ${this.#link.size}`;
    if (remembered.size > this.#link.size) this.#lock = { code: 'journal_shorter', detail };
    else if (
      this.headAt(remembered.size).root !== remembered.root ||
      remembered.origin !== this.#options.origin
    )
      this.#lock = {
        code: 'journal_broken',
        detail: `the Signer remembers other records up to ${remembered.size}`,
      };
    return this.#lock;
  }

  /**
   * Appends one record; resolves when it is durable. `must`: Refusal `journal_unwritable` when it cannot be, or the code
   * of the lock; then there is no such record. `urgent` (denials and what only makes safer): goes to the reserve, and
   * when that fails too stays in memory; it never refuses.
   */
  append(entry: JournalEntry, urgency: Urgency): Promise<Place> {
    return this.#inTurn(() => this.#append(entry, urgency));
  }

  /**
   * Reads the files again and checks all of them, between two records. Refusal `journal_broken` when they are not what was
   * written, `journal_shorter` when they are, but of an earlier time than this process remembers.
   */
  verify(): Promise<JournalVerdict> {
    return this.#inTurn(async () => {
      const verdict = await verifyJournal(this.#options);
      const { size } = this.#link;
      if (verdict.head.size < size)
        throw new Refusal('journal_shorter', `${verdict.head.size} records on disk, ${size} were written`);
      if (this.#lock === null && verdict.head.root !== this.headAt(size).root)
        throw new Refusal('journal_broken', 'the records on disk are not those that were written');
      return verdict;
    });
  }

  /** The whole journal for a file: its signed head as the first line, then every record's line. */
  exported(): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const head = await sealHead(this.#options.sign, this.head());
      const lines = [head, ...this.#records.map((record) => canonical(record))];
      return Buffer.concat(lines.flatMap((line) => [line, Uint8Array.of(0x0a)]));
    });
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.then(
      () => undefined,
      () => undefined, // whoever asked hears of it
    );
    return done;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file?.close();
    await this.#reserve?.close();
  }

  async #append(entry: JournalEntry, urgency: Urgency): Promise<Place> {
    const at = this.#options.now().toISOString();
    if (this.#lock && urgency === 'must') throw new Refusal(this.#lock.code, this.#lock.detail);
    if (this.#lock?.code === 'journal_broken') return this.#keep(at, entry);
    try {
      await this.#settle();
      await this.#write(at, entry);
      return 'journal';
    } catch (cause) {
      if (isFault(cause)) throw cause;
      if (urgency === 'must') throw new Refusal('journal_unwritable', reasonOf(cause), cause);
      return this.#useReserve(at, entry);
    }
  }

  #keep(at: string, entry: JournalEntry): Place {
    this.#memory.push({ at, entry });
    this.fold.apply({ at, entry });
    return 'memory';
  }

  /** Brings journal file and head up to date with what lies in the reserve and in memory. Rejects while the disk fails. */
  async #settle(): Promise<void> {
    if (this.#hung) throw new Error('the disk does not answer');
    if (!this.#file) await this.#disk(this.#reopen());
    while (this.#inReserve[0]) {
      await this.#put(this.#inReserve[0]);
      this.#inReserve.shift();
    }
    if (this.#reserve && !this.#reserve.isEmpty) await this.#disk(this.#reserve.clear());
    while (this.#memory[0]) {
      const { at, entry } = this.#memory[0];
      const { record, line } = lineFor(this.#link, at, entry);
      await this.#put(line);
      this.#advance(record, line);
      this.#memory.shift();
    }
    if (this.#headStale) await this.#disk(this.#writeHead());
  }

  async #write(at: string, entry: JournalEntry): Promise<void> {
    const { record, line } = lineFor(this.#link, at, entry);
    await this.#put(line);
    this.#advance(record, line);
    this.fold.apply(record);
    this.#headStale = true;
    // The record is durable. A head that lags only delays finding a cut, and the next record waits until it is written.
    await this.#disk(this.#writeHead()).catch(() => undefined);
  }

  async #useReserve(at: string, entry: JournalEntry): Promise<Place> {
    try {
      if (this.#hung || this.#memory.length > 0 || !this.#reserve) throw new Error('no reserve');
      const { record, line } = lineFor(this.#link, at, entry);
      await this.#disk(this.#reserve.append(line));
      this.#inReserve.push(line);
      this.#advance(record, line);
      this.fold.apply(record);
      return 'reserve';
    } catch {
      return this.#keep(at, entry); // shown to the person, and written as soon as the disk takes it
    }
  }

  async #put(line: Uint8Array): Promise<void> {
    const file = this.#file;
    if (!file) throw new Error('the journal is not open');
    try {
      await this.#disk(file.appendDurable(line));
      this.#ownBytes += line.length + 1;
    } catch (thrown) {
      this.#file = undefined; // reopened, and cut to what was acknowledged, before the next record
      void file.close().catch(() => undefined); // never waited for: a disk that hangs would hang this, too
      throw thrown;
    }
  }

  #advance(record: JournalRecord, line: Uint8Array): void {
    const { crypto } = this.#options;
    this.#link = after(crypto, this.#link, line);
    this.#hashes.push(lineHash(crypto, line));
    this.#records.push(record);
  }

  async #adopt(read: JournalRead): Promise<void> {
    this.#link = read.link;
    this.#hashes = [...read.hashes];
    this.#records = [...read.records];
    this.#ownBytes = read.ownBytes;
    this.#inReserve = [...read.extra];
    for (const record of read.records) this.fold.apply(record);
    this.#headStale = true;
  }

  /** Cuts the file to what was acknowledged and opens it again. */
  async #reopen(): Promise<void> {
    const made = await open(this.#path, 'a', 0o600);
    await made.close();
    await truncate(this.#path, this.#ownBytes);
    const { file } = await openAppend(this.#path);
    this.#file = file;
  }

  async #writeHead(): Promise<void> {
    const bytes = await sealHead(this.#options.sign, this.head());
    await writeAtomic(join(this.#options.dir, HEAD_FILE), bytes);
    this.#headStale = false;
  }

  /** One step on the disk, with a deadline: a disk that hangs is worse than one that fails. */
  #disk<T>(step: Promise<T>): Promise<T> {
    return within(step, this.#options.slowMs ?? SLOW_MS, (hung) => {
      this.#hung = true;
      void hung.finally(() => (this.#hung = false)).catch(() => undefined); // its failure was reported as slowness
    });
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : 'unknown';
}

/** Opens the journal in its folder (0700). */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const journal = new Journal(options);
  await journal.open();
  return journal;
}
