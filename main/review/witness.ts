// This machine as a witness: remembers the newest checkpoint, refuses a shorter or another history, cosigns what extends it.
import { SeenCheckpoint } from '../../contract/stored/console-seen.ts';
import { fromBase64, toBase64 } from '../../core/bytes/base64.ts';
import { equalBytes } from '../../core/bytes/bytes.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { witnessName } from '../../core/directory/lookup.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { noteSignatureLine, parseNote } from '../../core/log/checkpoint.ts';
import { COSIGNATURE, cosignatureBytes, cosignatureMessage } from '../../core/log/cosignature.ts';
import type { Head } from '../../core/log/head.ts';
import { verifyConsistency } from '../../core/log/merkle.ts';
import { openCheckpoint, type OpenCheckpoint } from '../../core/trust/checkpoint.ts';
import { readIfThere, writeAtomic } from '../../ports/files.ts';

/** What a witness needs. `sign` is its Ed25519 key over a whole message; `consistency` fetches a proof (base64 hashes). */
export interface WitnessOptions {
  readonly crypto: Crypto;
  readonly path: string;
  readonly machine: string;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly consistency: (oldSize: number, newSize: number) => Promise<readonly string[]>;
  readonly now: () => Date;
}

/** A line for the checkpoint of that size, with its newline (C2SP signed-note). */
export interface CosignatureLine {
  readonly size: number;
  readonly line: string;
}

/** A checkpoint that was verified and fits what this machine saw. `cosignature` is null where it bears ours already. */
export interface Observed {
  readonly opened: OpenCheckpoint;
  readonly head: Head;
  readonly note: string;
  readonly cosignature: CosignatureLine | null;
}

/** Reads what was last seen; what cannot be read counts as nothing seen, and then the journal's own heads are the floor. */
async function readSeen(path: string): Promise<SeenCheckpoint | null> {
  const bytes = await readIfThere(path);
  if (!bytes) return null;
  try {
    return parseAs(SeenCheckpoint, parseCanonical(bytes));
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}

export class Witness {
  readonly #options: WitnessOptions;
  #seen: SeenCheckpoint | null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: WitnessOptions, seen: SeenCheckpoint | null) {
    this.#options = options;
    this.#seen = seen;
  }

  /** What was last seen and kept, or null before the first. */
  get seen(): SeenCheckpoint | null {
    return this.#seen;
  }

  /** The newest head that was verified, or null before the first. */
  get head(): Head | null {
    return this.#seen?.head ?? null;
  }

  /**
   * Fetches the log's newest checkpoint and takes it in. Refusal `checkpoint_rolled_back` when it is shorter than what
   * was seen, `checkpoint_split` when it is another history; `checkpoint_invalid`, `signature_invalid`,
   * `witness_unknown` when it is none; `journal_unwritable` when it cannot be kept; WireFault when it, or the proof,
   * cannot be had. What it answers for is on disk.
   */
  newest(directory: Directory, fetch: () => Promise<string>): Promise<Observed> {
    return this.#inTurn(async () => {
      const note = await fetch();
      const opened = openCheckpoint(this.#options.crypto, directory, note);
      const seen = this.#seen?.head;
      if (seen && opened.size < seen.size)
        throw new Refusal('checkpoint_rolled_back', `${opened.size}, ${seen.size} was seen`);
      return this.#take(directory, note, opened);
    });
  }

  /** Takes in a checkpoint that came with an answer or was pushed: it may be older than the newest, never another history. */
  told(directory: Directory, note: string): Promise<Observed> {
    return this.#inTurn(() =>
      this.#take(directory, note, openCheckpoint(this.#options.crypto, directory, note)),
    );
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined); // whoever asked hears of it
    return done;
  }

  async #take(directory: Directory, note: string, opened: OpenCheckpoint): Promise<Observed> {
    if (this.#seen?.split) throw new Refusal('checkpoint_split', `seen at ${this.#seen.split.at}`);
    const head: Head = { origin: opened.origin, size: opened.size, root: toBase64(opened.root) };
    await this.#compare(note, opened);
    if (opened.size < (this.#seen?.head.size ?? 0)) return { opened, head, note, cosignature: null };
    if (opened.size > (this.#seen?.head.size ?? -1) || !this.#seen?.note)
      await this.#keep({ v: 1, head, note, at: this.#time(), split: null });
    return { opened, head, note, cosignature: await this.#cosign(directory, note, opened) };
  }

  /** Both must be states of one log, whichever is the older. */
  async #compare(note: string, opened: OpenCheckpoint): Promise<void> {
    const seen = this.#seen?.head;
    if (!seen) return;
    const seenRoot = fromBase64(seen.root);
    if (seen.size === opened.size) {
      if (seen.origin === opened.origin && equalBytes(seenRoot, opened.root)) return;
      await this.#keepSplit(note);
      throw new Refusal('checkpoint_split', `two roots at ${opened.size}`);
    }
    const [older, newer] =
      seen.size < opened.size
        ? [{ size: seen.size, root: seenRoot }, opened]
        : [opened, { size: seen.size, root: seenRoot }];
    const sizes = { oldSize: older.size, newSize: newer.size, oldRoot: older.root, newRoot: newer.root };
    const proof = (await this.#options.consistency(older.size, newer.size)).map(fromBase64);
    if (!verifyConsistency(this.#options.crypto, { ...sizes, proof }))
      throw new Refusal('checkpoint_split', `${newer.size} does not extend ${older.size}`);
  }

  /** Two roots for one size, both signed by the log: proof enough to lock until a person has looked. */
  async #keepSplit(note: string): Promise<void> {
    if (this.#seen) await this.#keep({ ...this.#seen, split: { note, at: this.#time() } });
  }

  async #keep(seen: SeenCheckpoint): Promise<void> {
    try {
      await writeAtomic(this.#options.path, canonical(seen));
    } catch (cause) {
      throw new Refusal('journal_unwritable', 'the checkpoint that was seen', cause);
    }
    this.#seen = seen;
  }

  /** C2SP tlog-cosignature, by this machine's witness key; only ever after the checkpoint is on disk. */
  async #cosign(directory: Directory, note: string, opened: OpenCheckpoint): Promise<CosignatureLine | null> {
    const { crypto, machine, sign, now } = this.#options;
    const name = witnessName(directory, machine);
    const entry = directory.machines.find((m) => m.id === machine);
    if (!entry || opened.cosigners.some((c) => c.name === name)) return null;
    const { body } = parseNote(note);
    const time = Math.floor(now().getTime() / 1000);
    const signature = await sign(cosignatureMessage(body, time));
    const key = { name, type: COSIGNATURE, key: entry.witness } as const;
    return { size: opened.size, line: noteSignatureLine(crypto, key, cosignatureBytes({ time, signature })) };
  }

  #time(): string {
    return this.#options.now().toISOString();
  }
}

/** Opens the witness. `floor` is the largest head that this machine's journal knows: removing the file forgets nothing. */
export async function openWitness(options: WitnessOptions, floor: Head | null): Promise<Witness> {
  const seen = await readSeen(options.path);
  if (!floor || (seen && seen.head.size >= floor.size)) return new Witness(options, seen);
  const at = options.now().toISOString();
  return new Witness(options, { v: 1, head: floor, note: null, at, split: seen?.split ?? null });
}
