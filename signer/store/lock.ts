// One process for each data directory: a lock that the kernel lets go of when the process dies, however it dies.
import { DatabaseSync } from 'node:sqlite';
import { LackFault } from '../../core/fault/fault.ts';

/**
 * Takes the lock at `path` and returns the function that lets it go. SQLite's own file lock is used, because Node has
 * no other that survives kill -9 without leaving a trace. Throws LackFault `data_locked`.
 */
export function takeLock(path: string): () => void {
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    throw new LackFault('data_locked', path, cause);
  }
  return () => file.close();
}
