// The user's folder for what the Console keeps: where each system wants it, readable by this user alone.
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { LackFault } from '../../core/fault/fault.ts';

/** The app's own; a test build has another, so that it never meets what an officer keeps. */
export type AppName = 'signer-console' | 'signer-console-test';

/** The path alone. A relative XDG_STATE_HOME counts as none, as the XDG base directory specification says. */
export function stateFolder(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform,
  name: AppName = 'signer-console',
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', name);
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), name);
  const given = env['XDG_STATE_HOME'];
  return join(given && isAbsolute(given) ? given : join(home, '.local', 'state'), name);
}

/**
 * Makes a folder that only this user can enter, also where it was there and open. LackFault `file_missing` when it cannot
 * be made, or belongs to somebody else: nothing of ours is written into another's folder.
 */
export function ownFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (process.getuid && statSync(path).uid !== process.getuid())
      throw new Error('it belongs to another user');
    chmodSync(path, 0o700);
    return path;
  } catch (cause) {
    throw new LackFault('file_missing', `the folder ${path}`, cause);
  }
}
