// One process for each data folder: a lock file that names its process, and counts for nothing when that one is gone.
import { open, readFile, rm } from 'node:fs/promises';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LackFault } from '../core/fault/fault.ts';

/** Where the system tells when a process began, so that a number used again is not taken for the old process. */
function beganAt(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return fields[19] ?? '';
  } catch {
    return ''; // not Linux, or no such process
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

const mark = (pid: number): string => `${pid} ${beganAt(pid)}\n`;

async function isHeld(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(/^(\d{1,10}) /.exec(text)?.[1] ?? 0);
  if (pid <= 0 || !isAlive(pid)) return false;
  return text === mark(pid);
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(mark(process.pid));
    await file.close();
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw thrown;
  }
}

/** Takes the lock of a data folder; returns the function that gives it back. Throws LackFault `data_locked`. */
export async function lockData(dir: string): Promise<() => void> {
  const path = join(dir, 'lock');
  if (!(await take(path))) {
    if (await isHeld(path)) throw new LackFault('data_locked', dir);
    await rm(path, { force: true });
    if (!(await take(path))) throw new LackFault('data_locked', dir);
  }
  return () => rmSync(path, { force: true });
}
