// The state folder of the demo's world: what lies where in it, and the file that tells others of the world that runs.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WorldReady } from '../../contract/demo/world.ts';
import { isFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { readIfThere, writeAtomic } from '../../ports/files.ts';

/** Absolute paths: the installation, what the pipeline built, the file of the running world, the Signer's port, its parts' logs. */
export const placesOf = (state: string) => ({
  installation: join(state, 'installation'),
  builds: join(state, 'builds'),
  world: join(state, 'world.json'),
  port: join(state, 'port'),
  log: join(state, 'parts.log'),
});

/** Whether a process of this number is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** Tells others (0600): what `readWorld` gives them. */
export async function writeWorld(state: string, ready: WorldReady): Promise<void> {
  await writeAtomic(placesOf(state).world, canonical(ready));
}

/** The world that runs on this folder; undefined when none does, or what is there was left by one that is gone. */
export async function readWorld(state: string): Promise<WorldReady | undefined> {
  const bytes = await readIfThere(placesOf(state).world);
  if (!bytes) return undefined;
  try {
    const ready = parseAs(WorldReady, parseStrict(bytes));
    return isAlive(ready.pid) ? ready : undefined;
  } catch (thrown) {
    if (isFault(thrown)) return undefined; // nothing that a world of today wrote
    throw thrown;
  }
}

/** Nobody is told any more. */
export async function forgetWorld(state: string): Promise<void> {
  await rm(placesOf(state).world, { force: true });
}

/** The Signer's port of the last time, or 0: Consoles that are still open find it again. */
export async function lastPort(state: string): Promise<number> {
  const text = await readFile(placesOf(state).port, 'utf8').catch(() => '');
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port <= 65_535 ? port : 0;
}

export async function keepPort(state: string, port: number): Promise<void> {
  await writeAtomic(placesOf(state).port, new Uint8Array(Buffer.from(String(port))));
}
