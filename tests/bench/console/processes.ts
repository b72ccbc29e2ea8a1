// How much memory a program has, with all that it started: resident sets, summed over the tree of its processes.
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory counts pages that processes share once for each of them; so it does on both sides of a comparison. */
export interface Memory {
  readonly processes: number;
  readonly bytes: number;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly bytes: number;
}

const PAGE = 4096;

/** `/proc/PID/stat` (proc_pid_stat(5)): parent is field 4, resident pages field 24; the name before them may hold spaces. */
function read(pid: number): Process | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { pid, parent: Number(fields[1]), bytes: Number(fields[21]) * PAGE };
  } catch {
    return undefined; // it ended while we looked
  }
}

/** The process and all its descendants, as they are now. Linux only. */
export function memoryOf(root: number): Memory {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)))
    .filter((one) => one !== undefined);
  const family = new Set([root]);
  for (let grown = true; grown;) {
    const young = all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const { pid } of young) family.add(pid);
    grown = young.length > 0;
  }
  const members = all.filter(({ pid }) => family.has(pid));
  return { processes: members.length, bytes: members.reduce((sum, { bytes }) => sum + bytes, 0) };
}
