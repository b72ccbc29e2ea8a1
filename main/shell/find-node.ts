// Finds a Node that runs our own sources: the one that the packages brought, then what PATH has.
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LEAST = 24;
const PATIENCE_MS = 5000;

/** True when this program says `v24` or later. */
async function isNewEnough(program: string): Promise<boolean> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: PATIENCE_MS, env: {} });
    const [, major] = /^v(\d+)\.\d+\.\d+\s*$/.exec(stdout) ?? [];
    return Number(major) >= LEAST;
  } catch {
    return false; // not there, or no Node: the next one is asked
  }
}

/** The path of the first Node 24 or later, or null. `path` is PATH; empty entries of it are passed over. */
export async function findNode(root: string, path: string): Promise<string | null> {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = [join(root, 'node_modules', '.bin'), ...path.split(delimiter)].filter(
    (folder) => folder !== '',
  );
  for (const folder of folders) {
    const program = join(folder, name);
    if (await isNewEnough(program)) return program;
  }
  return null;
}
