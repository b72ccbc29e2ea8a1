// Noticing that `npm run` is gone: npm ends without a word to what its shell started, which would then run for ever.
import { readFileSync } from 'node:fs';

const LOOK_MS = 500;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // no /proc here, or the process is gone: either way there is nothing to read
  }
}

/** The parent of a process (proc_pid_stat(5), field 4; the name before it is in brackets and may hold anything). */
function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[1] === undefined ? undefined : Number(fields[1]);
}

/** The pids whose change means that npm is gone: our parent, and when that is npm's `sh -c`, the shell's parent too. */
function line(): readonly (number | undefined)[] {
  const { ppid } = process;
  const [shell, flag] = (read(`/proc/${ppid}/cmdline`) ?? '').split('\0');
  return shell?.endsWith('sh') && flag === '-c' ? [ppid, parentOf(ppid)] : [ppid];
}

/** Calls `end` once npm, or the shell between, is gone. Does nothing for a process that npm did not start. */
export function watchNpm(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const before = line().join();
  setInterval(() => {
    if (line().join() !== before) end();
  }, LOOK_MS).unref();
}
