// The Console's own copy of bypass grants: what is in force and what was, on disk before the sequence moves on.
import { join } from 'node:path';
import { StoredGrants } from '../../contract/stored/grants.ts';
import { concat, equalBytes, utf8 } from '../../core/bytes/bytes.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { isFault, Refusal } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import type { Granted, Resynced } from '../../core/stage/stages.ts';
import { makePrivateDir, readIfThere, writeAtomic } from '../../ports/files.ts';
import { applied, type Grants } from './state.ts';

export interface GrantStoreOptions {
  readonly dir: string;
  readonly crypto: Crypto;
}

export interface GrantStore {
  /** Why the file could not be believed; then nothing is known until the Signer tells it again. */
  readonly lost: string | null;
  /** In force first, then the newest. */
  list(): readonly Grant[];
  get(id: string): Grant | undefined;
  /**
   * Takes an arrival in; resolves when it is on disk, with the ids of grants of which the Signer contradicted itself. What came
   * before changes nothing. Rejects with the system's error when it cannot be written; then nothing was taken in.
   */
  receive(arrival: Granted | Resynced): Promise<readonly string[]>;
  /** Calls back after each change; returns the unsubscribe. */
  onChange(listener: () => void): () => void;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

const LARGEST = 64 * 1024 * 1024;
const SUM_BYTES = 17; // sixteen hex digits and a space

const byAge = (a: Grant, b: Grant): number => {
  if (a.state !== b.state) return a.state === 'live' ? -1 : 1;
  return a.from < b.from ? 1 : -1;
};

function summed(crypto: Crypto, body: Uint8Array): Uint8Array {
  return concat(utf8(`${toHex(crypto.sha256(body)).slice(0, SUM_BYTES - 1)} `), body);
}

function parse(crypto: Crypto, bytes: Uint8Array): Grants {
  const body = bytes.subarray(SUM_BYTES);
  if (!equalBytes(summed(crypto, body), bytes)) throw new Refusal('journal_broken', 'the file of grants');
  const { grants } = parseAs(StoredGrants, parseStrict(body, { maxBytes: LARGEST }));
  return new Map(grants.map((grant) => [grant.id, grant]));
}

class FileGrants implements GrantStore {
  readonly lost: string | null;
  readonly #crypto: Crypto;
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #grants: Grants;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ dir, crypto }: GrantStoreOptions, found: { grants: Grants; lost: string | null }) {
    this.#crypto = crypto;
    this.#path = fileIn(dir);
    this.#grants = found.grants;
    this.lost = found.lost;
  }

  list(): readonly Grant[] {
    return [...this.#grants.values()].sort(byAge);
  }

  get(id: string): Grant | undefined {
    return this.#grants.get(id);
  }

  receive(arrival: Granted | Resynced): Promise<readonly string[]> {
    const done = this.#turn.then(() => this.#apply(arrival));
    this.#turn = done.catch(() => undefined); // whoever asked hears of it; the next arrival has its own chance
    return done;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#turn;
  }

  async #apply(arrival: Granted | Resynced): Promise<readonly string[]> {
    const { grants, contradicted } = applied(this.#crypto, this.#grants, arrival);
    const body = (of: Grants) => utf8(JSON.stringify({ v: 1, grants: [...of.values()] }));
    const bytes = body(grants);
    if (equalBytes(bytes, body(this.#grants))) return contradicted;
    await writeAtomic(this.#path, summed(this.#crypto, bytes));
    this.#grants = grants;
    for (const listener of this.#listeners) listener();
    return contradicted;
  }
}

const fileIn = (dir: string): string => join(dir, 'grants.json');

/** Opens the grants of a directory (0700), or begins it. Damage never stops the Console: it is only a copy. */
export async function openGrants(options: GrantStoreOptions): Promise<GrantStore> {
  await makePrivateDir(options.dir);
  const bytes = await readIfThere(fileIn(options.dir));
  if (!bytes) return new FileGrants(options, { grants: new Map(), lost: null });
  try {
    return new FileGrants(options, { grants: parse(options.crypto, bytes), lost: null });
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return new FileGrants(options, { grants: new Map(), lost: thrown.message });
  }
}
