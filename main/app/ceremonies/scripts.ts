// The scripts that this build brings: read once at the start; one that is not sound is left out and told of.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readScript } from '../../../ceremony/script-file.ts';
import type { Script } from '../../../core/ceremony/script.ts';

/** In a checkout, and in a build. */
const folders = (root: string): string[] => [
  join(root, 'assets', 'ceremonies'),
  join(root, 'dist', 'console', 'ceremonies'),
];

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}

/** All of them, by name. `failed` is told of one that is not sound, and of a folder that cannot be read. */
export async function readScripts(root: string, failed: (thrown: unknown) => void): Promise<Script[]> {
  const found: Script[] = [];
  for (const folder of folders(root)) {
    try {
      for (const name of await filesIn(folder)) found.push(readScript(await readFile(join(folder, name))));
    } catch (thrown) {
      failed(thrown);
    }
    if (found.length > 0) return found;
  }
  return found;
}
