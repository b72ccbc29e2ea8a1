// The outbox: what was decided and must still reach the Signer, one fsynced file for each.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OutboxEntry } from '../../contract/stored/console-outbox.ts';
import { fromBase64Url } from '../../core/bytes/base64.ts';
import { utf8 } from '../../core/bytes/bytes.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { isFault } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import { makePrivateDir, readIfThere, removeDurable, writeAtomic } from '../../ports/files.ts';

/** What an entry is found by: a decision by its challenge, a held key's signature by its request. */
export function nameOf(entry: OutboxEntry): string {
  return entry.kind === 'decision' ? entry.sealed.decision.challenge : entry.requestId;
}

/** The request that an entry is about. */
export function requestOf(entry: OutboxEntry): string {
  return entry.kind === 'decision' ? entry.sealed.decision.requestId : entry.requestId;
}

// File systems may fold case, challenges do not: their bytes in hex never collide.
const fileOf = (entry: OutboxEntry): string =>
  entry.kind === 'decision'
    ? `${toHex(fromBase64Url(nameOf(entry)))}.json`
    : `${toHex(utf8(nameOf(entry)))}.json`;

export class Outbox {
  readonly #dir: string;
  readonly #entries: Map<string, OutboxEntry>;
  /** Files that say nothing readable: what they held is rebuilt from the journal. */
  readonly unreadable: readonly string[];

  constructor(dir: string, entries: Map<string, OutboxEntry>, unreadable: readonly string[]) {
    this.#dir = dir;
    this.#entries = entries;
    this.unreadable = unreadable;
  }

  /** Oldest first. */
  list(): readonly OutboxEntry[] {
    return [...this.#entries.values()].sort((a, b) => (a.storedAt < b.storedAt ? -1 : 1));
  }

  get(name: string): OutboxEntry | undefined {
    return this.#entries.get(name);
  }

  /**
   * Puts an entry in; resolves with whether it is on disk. False when the disk fails: it is kept in memory, and the
   * journal, which has the outcome already, makes the file again after a crash.
   */
  async put(entry: OutboxEntry): Promise<boolean> {
    this.#entries.set(nameOf(entry), entry);
    try {
      await writeAtomic(join(this.#dir, fileOf(entry)), canonical(entry));
      return true;
    } catch {
      return false; // the caller says so; nothing is lost, the outcome is in the journal
    }
  }

  /** Takes an entry out; the journal must say why before. False when the disk fails: the next `reconcile` removes it. */
  async remove(entry: OutboxEntry): Promise<boolean> {
    this.#entries.delete(nameOf(entry));
    try {
      await removeDurable(join(this.#dir, fileOf(entry)));
      return true;
    } catch {
      return false; // the journal has its end, so it will not be sent again
    }
  }

  /** Makes the outbox say what the journal says: what is owed and missing goes in, what has ended goes out. */
  async reconcile(owed: readonly OutboxEntry[]): Promise<void> {
    const names = new Set(owed.map(nameOf));
    for (const entry of this.list()) if (!names.has(nameOf(entry))) await this.remove(entry);
    for (const entry of owed) if (!this.#entries.has(nameOf(entry))) await this.put(entry);
  }
}

function parsed(bytes: Uint8Array, file: string): OutboxEntry | undefined {
  try {
    const entry = parseAs(OutboxEntry, parseCanonical(bytes));
    return fileOf(entry) === file ? entry : undefined;
  } catch (thrown) {
    if (isFault(thrown)) return undefined;
    throw thrown;
  }
}

/** Opens the outbox in its folder (0700). */
export async function openOutbox(dir: string): Promise<Outbox> {
  await makePrivateDir(dir);
  const entries = new Map<string, OutboxEntry>();
  const unreadable: string[] = [];
  for (const file of (await readdir(dir)).filter((name) => name.endsWith('.json')).sort()) {
    const bytes = await readIfThere(join(dir, file));
    const entry = bytes && parsed(bytes, file);
    if (entry) entries.set(nameOf(entry), entry);
    else unreadable.push(file);
  }
  return new Outbox(dir, entries, unreadable);
}
