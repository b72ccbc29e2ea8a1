// Opens the window of the Console. Every call is answered that the Console is starting; nothing else runs yet.
import type { Handlers } from '../../contract/ipc/calls.ts';
import { callNames } from '../../contract/ipc/names.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Places } from '../shell/places.ts';
import type { Shell } from '../shell/shell.ts';

const busy = (): never => {
  throw new CallerFault('busy', 'the Console is starting');
};

/** Runs until the shell quits. */
export async function startApp(shell: Shell, _argv: readonly string[], _places: Places): Promise<void> {
  const handlers = Object.fromEntries(
    callNames.app.map((name) => [name, busy]),
  ) as unknown as Handlers<'app'>;
  await shell.open('app', handlers, {
    title: 'Signer Console',
    size: { width: 1280, height: 800 },
    resizable: true,
  });
}
