// A folder that one process at a time uses: a lock that the system lets go of however the process dies.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Somebody else uses the folder. */
export class InUse extends Error {
  override readonly name = 'InUse';
}

/**
 * Takes a folder's lock; returns what lets it go. `by` says who else may have it. SQLite's file lock, because it is the
 * one in Node that survives no process. Throws InUse.
 */
export function takeFolder(folder: string, by: string): () => void {
  const file = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    file.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (thrown) {
    file.close();
    throw new InUse(`${folder} is in use by ${by}`, { cause: thrown });
  }
  return () => file.close();
}
