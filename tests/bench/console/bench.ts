// console: the app against a bare window of the same Electron (start, memory), and a full inbox against an empty one.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareGauges, type Bench, type Line } from '../harness.ts';
import { inboxLines } from './inbox.ts';
import { emptied, holding, usable } from './probe.ts';
import { memoryOf } from './processes.ts';
import { timeToUsable, Windows, type Open } from './windows.ts';
import { comeAndGo, flood, startWorld, type World } from './world.ts';

const START_RUNS = 7;
const MEMORY_RUNS = 3;
const INBOX_RUNS = 15;
/** As many as a quiet day brings. */
const FEW = 8;
const MANY = 1000;
/** Until caches and first collections have settled. */
const SETTLE_MS = 5000;
const MEBI = 1024 * 1024;

/** Resident memory of a window that has been open for a while, in MiB. */
export async function restingMemory(open: Open, settleMs = SETTLE_MS): Promise<number> {
  const opened = await open();
  try {
    await usable(opened.page);
    await sleep(settleMs);
    return memoryOf(opened.pid).bytes / MEBI;
  } finally {
    await opened.close();
  }
}

const startLine = (app: Open, bare: Open): Promise<Line> =>
  compareGauges(
    'console start',
    'ms',
    { name: 'to the first hold', measure: () => timeToUsable(app) },
    { name: 'a bare window', measure: () => timeToUsable(bare) },
    START_RUNS,
    1,
  );

const memoryLine = (app: Open, bare: Open): Promise<Line> =>
  compareGauges(
    'console memory',
    'MiB',
    { name: 'all processes of the app at rest', measure: () => restingMemory(app) },
    { name: 'a bare window', measure: () => restingMemory(bare) },
    MEMORY_RUNS,
    0,
  );

export const consoleBench: Bench = {
  name: 'console',
  async run(report) {
    await Windows.build();
    const windows = await Windows.open();
    const worlds: World[] = [];
    const worldIn = async (name: string): Promise<World> => {
      const state = join(windows.folder, name);
      mkdirSync(state, { mode: 0o700 });
      const world = await startWorld(state);
      worlds.push(world);
      return world;
    };
    try {
      const few = await worldIn('few');
      await flood(few, FEW);
      const app = windows.app(few.state);
      report(await startLine(app, windows.bare()));
      report(await memoryLine(app, windows.bare()));
      const [many, none] = [await worldIn('many'), await worldIn('none')];
      await flood(many, MANY);
      await comeAndGo(none);
      const full = await windows.app(many.state)();
      await holding(full.page, MANY);
      const empty = await windows.app(none.state)();
      await emptied(empty.page);
      await inboxLines({ full, empty }, INBOX_RUNS, report);
    } finally {
      // the windows first: they would show that their world is gone
      await windows.end();
      await Promise.all(worlds.map((world) => world.close()));
      windows.remove();
    }
  },
};
