// Starts Electron as this app wants it, once for each state folder, and hands over the shell.
import { app, session } from 'electron';
import type { Serve } from '../../../contract/ipc/sender.ts';
import type { Places } from '../places.ts';
import type { Shell } from '../shell.ts';
import { Ending } from './ending.ts';
import { guardContents } from './guards.ts';
import { electronPlaces, isWithoutSandbox, ownArguments, prepare } from './prepare.ts';
import { hush } from './sessions.ts';
import { electronShell } from './shell.ts';

/** `built`: the folder of the built app. `run` is the app itself; when it rejects, the app says why and ends. */
export interface StartOptions {
  readonly built: string;
  readonly serve: Serve;
  readonly log: (line: string) => void;
  readonly run: (shell: Shell, argv: readonly string[], places: Places) => Promise<void>;
}

async function begin({ built, serve, log, run }: StartOptions): Promise<void> {
  const ending = new Ending(log);
  guardContents(log);
  await app.whenReady();
  ending.obeySignals();
  hush(session.defaultSession); // no page has it, but it is there
  const shell = electronShell({ built, serve, ending, log });
  try {
    await run(shell, ownArguments(process.argv, app.isPackaged), await electronPlaces(built));
  } catch (cause) {
    log(
      `the app could not start: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
    );
    ending.end(1);
  }
}

/** Called at once when main starts, before Electron is ready. */
export function startElectron(options: StartOptions): void {
  const prepared = prepare();
  if (isWithoutSandbox())
    options.log('the sandbox of the pages is off: --no-sandbox or ELECTRON_DISABLE_SANDBOX');
  if (prepared === 'ready') void begin(options);
  else if (prepared === 'held') app.exit(0);
  else {
    options.log(`the packaged app does not take --${prepared.refused}`);
    app.exit(2);
  }
}
