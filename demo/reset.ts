// `npm run demo:reset`: takes away what the demo's world keeps, so that the next start begins with a new installation.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isFault } from '../core/fault/fault.ts';
import { lockData } from '../ports/data-lock.ts';
import { InUse, takeFolder } from './crew/lock.ts';
import { officerIds } from './setup/people.ts';
import { readArgs, UsageError } from './world/args.ts';

const UNUSABLE = 2;
/** What a world makes in its folder, installations that were moved aside too; nothing else is touched. */
const OURS = /^(installation(-[0-9TZ-]+)?|builds|world\.json|port|parts\.log)$/;

/** Nobody may sit at one of its Consoles. Throws LackFault `data_locked`. */
async function checkConsoles(state: string, there: readonly string[]): Promise<void> {
  if (!there.includes('installation')) return;
  const folders = await readdir(join(state, 'installation'));
  for (const officer of officerIds) {
    if (!folders.includes(officer)) continue;
    const release = await lockData(join(state, 'installation', officer, 'console'));
    release();
  }
}

async function reset(state: string): Promise<string> {
  const all = await readdir(state).catch(() => []);
  const ours = all.filter((name) => OURS.test(name));
  if (ours.length === 0) return `there is nothing to reset in ${state}`;
  const release = takeFolder(state, 'a world that runs; close its windows first');
  try {
    await checkConsoles(state, ours);
    for (const name of ours) await rm(join(state, name), { recursive: true, force: true });
  } finally {
    release();
  }
  return `the demo in ${state} begins afresh`;
}

try {
  const { state } = readArgs(process.argv.slice(2), process.env);
  process.stdout.write(`${await reset(state)}\n`);
} catch (thrown) {
  const ours = thrown instanceof UsageError || thrown instanceof InUse || isFault(thrown);
  if (!ours) throw thrown;
  const said = isFault(thrown) ? `${thrown.says} ${thrown.detail} ${thrown.next}` : thrown.message;
  process.stderr.write(`demo:reset: ${said}\n`);
  process.exitCode = UNUSABLE;
}
