// Finds Electron's program without starting it: what the environment names, then what the packages brought.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const programs: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** The path, or null. ELECTRON_OVERRIDE_DIST_PATH names a folder that holds it, as the electron package reads it. */
export function findElectron(root: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const program = programs[process.platform] ?? 'electron';
  const folders = [env['ELECTRON_OVERRIDE_DIST_PATH'], join(root, 'node_modules', 'electron', 'dist')];
  const found = folders
    .map((folder) => (folder ? join(folder, program) : ''))
    .find((path) => path && existsSync(path));
  return found ?? null;
}
