// What must be so before Electron is ready: scheme, sandbox, switches, the state folder, and one instance for each.
import { app, Menu, protocol } from 'electron';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SCHEME } from '../../../contract/ipc/names.ts';
import { LINK_SCHEME } from '../deep-link.ts';
import { findNode } from '../find-node.ts';
import type { Places } from '../places.ts';
import { ownFolder, stateFolder } from '../state-folder.ts';
import { instanceFolder } from './instance.ts';
import { refusedSwitch } from './switches.ts';

/** Electron takes the variable for set also when it is empty. */
export const isWithoutSandbox = (): boolean =>
  app.commandLine.hasSwitch('no-sandbox') || process.env['ELECTRON_DISABLE_SANDBOX'] !== undefined;

/** As root Chromium runs without its sandbox only, and every child would abort if it were asked for all the same. */
function secure(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
  if (!isWithoutSandbox()) app.enableSandbox();
  // Text needs no GPU; where its process fails while it begins, as on a display without one, a window may never draw
  app.disableHardwareAcceleration();
  app.commandLine.appendSwitch('disable-http-cache');
  // pages have no network; this holds for whatever else of Chromium would look for one
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('disable-component-update');
  app.commandLine.appendSwitch('no-pings');
}

const isTestBuild = (): boolean => app.isPackaged && app.getName().endsWith(' TEST');

const state = (): string =>
  stateFolder(
    process.env,
    homedir(),
    process.platform,
    isTestBuild() ? 'signer-console-test' : 'signer-console',
  );

/**
 * `held`: another instance holds this officer's part of the state folder; it was told our arguments and comes to the front. A switch that a
 * packaged app does not take is named.
 */
export function prepare(): 'ready' | 'held' | { readonly refused: string } {
  const refused = refusedSwitch();
  if (refused !== undefined) return { refused };
  secure();
  if (!isTestBuild()) app.setName('Signer Console');
  const own = join(ownFolder(state()), instanceFolder(process.argv));
  ownFolder(own);
  app.setPath('userData', own);
  app.setPath('sessionData', own);
  if (!app.requestSingleInstanceLock()) return 'held';
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  // Linux and Windows need no menu; macOS needs one to copy, paste and quit
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }])
      : null,
  );
  return 'ready';
}

interface Build {
  readonly digest: string;
  readonly version: string;
}

/** `built`: the folder of the built app, two below the checkout's root. */
export async function electronPlaces(built: string): Promise<Places> {
  const { digest, version } = JSON.parse(readFileSync(join(built, 'build.json'), 'utf8')) as Build;
  const root = app.isPackaged ? process.resourcesPath : join(built, '..', '..');
  return {
    root,
    state: state(),
    build: digest,
    version,
    node: await findNode(root, process.env['PATH'] ?? ''),
    packaged: app.isPackaged,
  };
}

/** Our own arguments: without the program, the app's path, and switches that are Electron's. */
export function ownArguments(argv: readonly string[], packaged: boolean): string[] {
  const theirs = /^--(no-sandbox|inspect|remote-debugging|disable-|enable-|force-|ozone-|lang|user-data-dir)/;
  const rest = argv.slice(1);
  const at = packaged ? -1 : rest.findIndex((arg) => !arg.startsWith('-'));
  return rest.slice(at + 1).filter((arg) => !theirs.test(arg));
}
