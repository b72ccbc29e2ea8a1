// Looks at the machine before anything is started: programs, display, user, and what keeps a sandbox away.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Ground, ShellName } from './choose.ts';
import { findElectron } from './electron.ts';

type Env = Readonly<Record<string, string | undefined>>;

function onPath(names: readonly string[], path: string): string | null {
  for (const folder of path.split(delimiter).filter((one) => one !== ''))
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // not there: the next one
      }
    }
  return null;
}

const setting = (name: string): string | null => {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return null; // this kernel has no such setting, so it restricts nothing
  }
};

/** A helper that belongs to root and is setuid makes a sandbox without user namespaces. */
function hasHelper(electron: string): boolean {
  try {
    const { uid, mode } = statSync(join(dirname(electron), 'chrome-sandbox'));
    return uid === 0 && (mode & 0o4000) !== 0;
  } catch {
    return false;
  }
}

function namespaces(electron: string | null): Ground['namespaces'] {
  if (process.platform !== 'linux' || electron === null || hasHelper(electron)) return null;
  if (setting('kernel/unprivileged_userns_clone') === '0' || setting('user/max_user_namespaces') === '0')
    return 'clone';
  return setting('kernel/apparmor_restrict_unprivileged_userns') === '1' ? 'apparmor' : null;
}

/** Why the program does not even tell its version: most often a library of the system that is missing. */
function broken(electron: string | null): string | null {
  if (electron === null) return null;
  const { status, stderr, error } = spawnSync(electron, ['--no-sandbox', '--version'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status === 0) return null;
  const library = /([\w.+-]+\.so[\w.]*): cannot open shared object/.exec(stderr ?? '')?.[1];
  if (library !== undefined) return `the library ${library} is missing`;
  return error?.message ?? `it ends with ${String(status)}`;
}

const connects = (path: string): Promise<boolean> =>
  new Promise((settle) => {
    const socket = connect(path);
    const done = (answers: boolean) => (): void => {
      socket.destroy();
      settle(answers);
    };
    socket.setTimeout(2000, done(false));
    socket.once('connect', done(true));
    socket.once('error', done(false));
  });

/** Whether somebody answers at the display that the environment names. One on another computer is believed. */
export async function seesDisplay(env: Env): Promise<Ground['display']> {
  const { DISPLAY: x = '', WAYLAND_DISPLAY: wayland = '', XDG_RUNTIME_DIR: runtime = '' } = env;
  if (process.platform !== 'linux') return 'x';
  const number = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(x)?.[1];
  if (x !== '' && number === undefined) return 'x';
  const sockets = [`/tmp/.X11-unix/X${number}`, `\0/tmp/.X11-unix/X${number}`];
  if (number !== undefined) for (const path of sockets) if (await connects(path)) return 'x';
  if (wayland !== '' && (await connects(resolve(runtime, wayland)))) return 'wayland';
  return x === '' && wayland === '' ? null : 'dead';
}

/** What is seen now. On macOS and Windows there always is a display. */
export async function lookAround(root: string, env: Env, wanted: ShellName | null): Promise<Ground> {
  const electron = findElectron(root, env);
  const why = broken(electron);
  return {
    electron: why === null ? electron : null,
    broken: why,
    chromium: onPath(['chromium', 'chromium-browser', 'google-chrome'], env['PATH'] ?? ''),
    display: await seesDisplay(env),
    root: process.getuid?.() === 0,
    namespaces: namespaces(electron),
    wanted,
  };
}
