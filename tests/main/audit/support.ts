// A journal of a test machine, with a head key of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../../../contract/stored/console-journal.ts';
import { openJournal, type Journal, type JournalOptions } from '../../../main/audit/journal.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { softKey, type SoftKey } from '../../support/keys.ts';
import { newFolder } from '../../support/seat.ts';
import { NOW } from '../../support/world.ts';

export interface Desk {
  readonly dir: string;
  readonly key: SoftKey;
  readonly options: JournalOptions;
  open(overrides?: Partial<JournalOptions>): Promise<Journal>;
  /** The journal's lines as text, without newlines. */
  lines(): string[];
  write(lines: readonly string[]): void;
}

export function newDesk(): Desk {
  const dir = newFolder();
  const key = softKey();
  const path = join(dir, 'journal.lines');
  const options: JournalOptions = {
    crypto: nodeCrypto,
    dir,
    origin: 'sha256:test/console/ana-machine',
    key: key.key,
    sign: async (message) => new Uint8Array(key.sign(message)),
    now: () => new Date(NOW),
    reserveBytes: 64 * 1024,
  };
  return {
    dir,
    key,
    options,
    open: (overrides = {}) => openJournal({ ...options, ...overrides }),
    lines: () => readFileSync(path, 'utf8').split('\n').slice(0, -1),
    write: (lines) => writeFileSync(path, lines.map((line) => `${line}\n`).join('')),
  };
}

/** A small entry that can be told from others. */
export const note = (about: string): JournalEntry => ({ event: 'alarm', code: 'test', about });

/** A journal with `n` records, closed again. */
export async function filled(n: number): Promise<Desk> {
  const desk = newDesk();
  const journal = await desk.open();
  for (let i = 0; i < n; i++) await journal.append(note(`entry ${i}`), 'must');
  await journal.close();
  return desk;
}
