// The Signer's log: records appended with what they record, checkpoints signed by the log's key, proofs for all.
import { fromBase64 } from '../../core/bytes/base64.ts';
import { equalBytes, utf8 } from '../../core/bytes/bytes.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { keyFor, witnessName } from '../../core/directory/lookup.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { ED25519, checkpointBody, makeNote, noteSignatureLine } from '../../core/log/checkpoint.ts';
import type { Head } from '../../core/log/head.ts';
import { rootOfFrontier } from '../../core/log/merkle.ts';
import type { Leaf, LogRecord } from '../../core/log/record.ts';
import type { KeyProvider, LogReader } from '../desk/ports.ts';
import type { Db, Store } from '../store/store.ts';
import {
  bestCosigned,
  checkExtends,
  cosignaturesAt,
  keepCosignature,
  witnessOf,
  type SignedBody,
} from './cosigned.ts';
import {
  appendRecords,
  consistencyIn,
  inclusionIn,
  leafAt,
  leavesBetween,
  leavesOf,
  readFrontier,
  rootAt,
  type StoredLeaf,
  type TreeOptions,
} from './tree.ts';

export interface LogOptions {
  readonly store: Store;
  readonly crypto: Crypto;
  readonly keys: KeyProvider;
  /** The newest version. Its origin and log key never change while the Signer runs. */
  readonly directory: () => Directory;
  readonly random: (bytes: number) => Uint8Array;
}

const MOST_BODIES = 1024;

/** The log over a store. Methods that end in `In` run inside the caller's transaction. */
export class SignerLog implements LogReader {
  readonly #options: LogOptions;
  readonly #tree: TreeOptions;
  readonly #bodies = new Map<number, Promise<SignedBody>>();

  constructor(options: LogOptions) {
    this.#options = options;
    this.#tree = { origin: options.directory().origin, crypto: options.crypto, random: options.random };
  }

  /**
   * Checks that the stored frontier is the tree's, and that the tree extends the last cosigned checkpoint.
   * Throws Refusal `store_tampered`, `checkpoint_rolled_back` or `checkpoint_split`.
   */
  async check(): Promise<void> {
    await this.#options.store.read(async (db) => {
      const frontier = await readFrontier(db, this.#tree.origin);
      const root = await rootAt(db, this.#tree, frontier.size);
      if (!equalBytes(root, rootOfFrontier(this.#tree.crypto, frontier)))
        throw new Refusal('store_tampered', 'log frontier');
      if (frontier.size > 0) await leafAt(db, this.#tree, frontier.size - 1);
      await checkExtends(db, this.#tree);
    });
  }

  appendIn(db: Db, records: readonly LogRecord[]): Promise<StoredLeaf[]> {
    return appendRecords(db, this.#tree, records);
  }

  leafIn(db: Db, index: number): Promise<StoredLeaf> {
    return leafAt(db, this.#tree, index);
  }

  leavesIn(db: Db, about: string): Promise<StoredLeaf[]> {
    return leavesOf(db, this.#tree, about);
  }

  /** Leaves `from` to `to` (not included) with their records, each checked against the tree. */
  leaves(from: number, to: number): Promise<StoredLeaf[]> {
    return this.#options.store.read((db) => leavesBetween(db, this.#tree, from, to));
  }

  async sizeIn(db: Db): Promise<number> {
    return (await readFrontier(db, this.#tree.origin)).size;
  }

  /** Whether `head` was a head of this very log. */
  async isHeadIn(db: Db, head: Head): Promise<boolean> {
    const size = await this.sizeIn(db);
    if (head.origin !== this.#tree.origin || head.size > size) return false;
    return equalBytes(fromBase64(head.root), await rootAt(db, this.#tree, head.size));
  }

  async append(record: LogRecord): Promise<number> {
    const [leaf] = await this.#options.store.write((db) => this.appendIn(db, [record]));
    if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
    return leaf.index;
  }

  async size(): Promise<number> {
    return this.#options.store.read((db) => this.sizeIn(db));
  }

  inclusion(index: number, size: number): Promise<string[]> {
    return this.#options.store.read((db) => inclusionIn(db, this.#tree, index, size));
  }

  consistency(oldSize: number, newSize: number): Promise<string[]> {
    return this.#options.store.read((db) => consistencyIn(db, this.#tree, oldSize, newSize));
  }

  async #sign(size: number): Promise<SignedBody> {
    const { store, crypto, keys } = this.#options;
    const directory = this.#options.directory();
    const { origin } = directory;
    const root = await store.read((db) => rootAt(db, this.#tree, size));
    const body = checkpointBody({ origin, size, root });
    const key = keyFor(directory, 'log');
    const signature = await keys.sign(key.name, utf8(body));
    return {
      body,
      line: noteSignatureLine(crypto, { name: origin, type: ED25519, key: key.key }, signature),
    };
  }

  /** Ed25519 signs the same bytes the same way, so a checkpoint that was forgotten is made again as it was. */
  #signed(size: number): Promise<SignedBody> {
    const known = this.#bodies.get(size);
    if (known) return known;
    const made = this.#sign(size);
    if (this.#bodies.size >= MOST_BODIES) this.#bodies.clear();
    this.#bodies.set(size, made);
    made.catch(() => this.#bodies.delete(size)); // whoever waits for it sees the fault; the next one tries again
    return made;
  }

  /** The checkpoint of a size without cosignatures: always the same text. */
  async checkpointAt(size: number): Promise<string> {
    const { body, line } = await this.#signed(size);
    return makeNote(body, [line]);
  }

  async #cosigned(size: number): Promise<string> {
    const { store, crypto } = this.#options;
    const directory = this.#options.directory();
    const signed = await this.#signed(size);
    const lines = await store.read((db) => cosignaturesAt(db, crypto, directory, size, signed));
    return makeNote(signed.body, [signed.line, ...lines]);
  }

  /** The newest checkpoint and its size. */
  async newest(): Promise<{ text: string; size: number }> {
    const size = await this.size();
    return { text: await this.#cosigned(size), size };
  }

  async checkpoint(): Promise<string> {
    return (await this.newest()).text;
  }

  /** A checkpoint over at least `least` leaves: the best cosigned one, else the newest; and its size. */
  async covering(least: number): Promise<{ text: string; size: number }> {
    const best = await this.#options.store.read((db) => bestCosigned(db, this.#tree.origin, least));
    return best ? { text: await this.#cosigned(best.size), size: best.size } : this.newest();
  }

  /**
   * Keeps a machine's cosignature of the checkpoint of a size. Throws Refusal `witness_unknown` when the line is not
   * that machine's, `signature_invalid`, `checkpoint_invalid`; CallerFault `not_found` for a size the log never had.
   */
  async cosign(machine: string, size: number, text: string): Promise<void> {
    const { store, crypto } = this.#options;
    const directory = this.#options.directory();
    if (size < 1) throw new CallerFault('not_found', `log size ${size}`);
    const line = text.endsWith('\n') ? text : `${text}\n`;
    const signed = await this.#signed(size);
    const witness = witnessOf(crypto, directory, signed, line);
    if (witness !== witnessName(directory, machine))
      throw new Refusal('witness_unknown', `${witness} is not ${machine}`);
    await store.write((db) => keepCosignature(db, directory.origin, size, signed, witness, line));
  }

  /** A stored leaf with its proof in the tree of `size` leaves. */
  async withProof(leaf: StoredLeaf, size: number): Promise<Leaf> {
    return { ...leaf, proof: await this.inclusion(leaf.index, size) };
  }
}
