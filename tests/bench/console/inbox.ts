// inbox-1000: painting and filtering a full inbox, against an empty one; and the long tasks of both.
import { compareGauges, type Gauge, type Line } from '../harness.ts';
import { filter, longTasks, paint, probe } from './probe.ts';
import type { Opened } from './windows.ts';

const BENCH = 'console inbox-1000';
/** What a person types letter by letter, and takes back. */
const typed = ['s', 'st', 'ste', 'stel', 'stell', 'stella', ''];

/** Full and empty, each already open. */
export interface Inboxes {
  readonly full: Opened;
  readonly empty: Opened;
}

async function filtered({ page }: Opened): Promise<number> {
  let worst = 0;
  for (const text of typed) worst = Math.max(worst, await filter(page, text));
  return worst;
}

async function counted({ page }: Opened): Promise<number> {
  await paint(page);
  for (const text of typed) await filter(page, text);
  return (await longTasks(page)).length;
}

/** Three lines: first paint after a load, the slowest letter of a filter, long tasks over both. */
export async function inboxLines(
  { full, empty }: Inboxes,
  runs: number,
  report: (line: Line) => void,
): Promise<void> {
  const sides = (measure: (opened: Opened) => Promise<number>, what: string): [Gauge, Gauge] => [
    { name: `${what}, full`, measure: () => measure(full) },
    { name: `${what}, empty`, measure: () => measure(empty) },
  ];
  for (const { page } of [full, empty]) await probe(page);
  const painted = (opened: Opened): Promise<number> => paint(opened.page);
  report(await compareGauges(BENCH, 'ms', ...sides(painted, 'first paint'), runs, 2));
  report(await compareGauges(BENCH, 'ms', ...sides(filtered, 'slowest letter of a filter'), runs, 2));
  report(await compareGauges(BENCH, 'long tasks', ...sides(counted, 'a load and a filter'), runs, 0));
}
