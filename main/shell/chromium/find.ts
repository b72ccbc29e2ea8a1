// Finds the system's Chromium: the program that CHROMIUM_PATH names, then what PATH and the usual places have.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { LackFault } from '../../../core/fault/fault.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export type Env = Readonly<Record<string, string | undefined>>;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next one is asked
  }
}

/**
 * The program's path. LackFault `chromium_missing` when there is none; a CHROMIUM_PATH that cannot be run is not passed
 * over: whoever set it meant that one.
 */
export function findChromium(env: Env, usual: readonly string[] = places): string {
  const named = env['CHROMIUM_PATH'];
  if (named) {
    if (isAbsolute(named) && isProgram(named)) return named;
    throw new LackFault('chromium_missing', `CHROMIUM_PATH is ${named}`);
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [...onPath, ...usual].find(isProgram);
  if (found === undefined) throw new LackFault('chromium_missing');
  return found;
}

/** A display is there, as far as the environment tells; macOS has one always. */
export const hasDisplay = (env: Env, platform: NodeJS.Platform = process.platform): boolean =>
  platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
