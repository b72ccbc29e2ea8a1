// What runs below a process, as /proc tells it.
import { readdirSync, readFileSync } from 'node:fs';

function parentOf(pid: number): number | undefined {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1],
    );
  } catch {
    return undefined; // it is gone
  }
}

/** The ids of everything that this process started, and what that started. */
export function descendants(root: number): number[] {
  const all = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
  const found = new Set([root]);
  for (let grew = true; grew;) {
    const more = all.filter((pid) => !found.has(pid) && found.has(parentOf(pid) ?? -1));
    for (const pid of more) found.add(pid);
    grew = more.length > 0;
  }
  found.delete(root);
  return [...found];
}

/** Whether it runs. One that ended and was not waited for (a zombie) does not. */
export function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The first words of its command line. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
