// A Signer in a process of its own that does one thing and kills itself at a step, over a world that lies on disk.
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step } from '../../../signer/desk/context.ts';
import { makeWorld, type World } from '../../support/world.ts';
import { saveWorld } from './child-world.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** A new world, saved in a folder that the caller removes. */
export async function worldOnDisk(): Promise<{ readonly world: World; readonly dir: string }> {
  const world = makeWorld();
  const dir = await mkdtemp(join(tmpdir(), 'signer-kill-'));
  await saveWorld(world, dir);
  return { world, dir };
}

/** Runs the child until it kills itself; resolves with the signal that ended it. Nobody else may have the store open. */
export async function dieAt(dir: string, step: Step, act: object): Promise<string | null> {
  await writeFile(join(dir, 'act.json'), JSON.stringify(act));
  const child = spawn(process.execPath, [CHILD, dir, step], { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('exit', (_code, by) => resolve(by));
    child.on('error', reject);
  });
}
