// The options by which a command's user names their device, the same for every command that has one sign.
import { LackFault } from '../../core/fault/fault.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { openHands, type Hands, type Reach } from './hand.ts';
import { asksForPin, terminalPerson } from './person.ts';
import type { Terminal } from './terminal.ts';

/** For `readArgs`. */
export const handOptions = {
  device: { type: 'string' },
  virtual: { type: 'string' },
  module: { type: 'string' },
  'pin-file': { type: 'string' },
} as const;

/** For a command's help. */
export const HAND_HELP = `  --device ID        which of the officer's devices, where several could be meant (of an HSM also its key's URI)
  --virtual FOLDER   virtual security keys in this folder, for a demo's directory only
  --module FILE      the PKCS#11 library of an HSM; otherwise security keys that are plugged in
  --pin-file FILE    the PIN, in a file that only you may read; otherwise it is asked for and not shown
`;

export interface HandArgs {
  readonly device?: string | undefined;
  readonly virtual?: string | undefined;
  readonly module?: string | undefined;
  readonly 'pin-file'?: string | undefined;
}

/** SoftHSM is told by this where its tokens lie; nothing else of the environment crosses into a driver. */
function moduleEnv(): Record<string, string> {
  const conf = process.env['SOFTHSM2_CONF'];
  return conf === undefined ? {} : { SOFTHSM2_CONF: conf };
}

/** Throws LackFault `usage` for a module without an absolute path. */
export function reachOf({ virtual, module }: HandArgs): Reach {
  if (module !== undefined && !module.startsWith('/'))
    throw new LackFault('usage', '--module wants an absolute path');
  return {
    hid: virtual === undefined && module === undefined,
    virtual: virtual ?? null,
    modules: module === undefined ? [] : [{ module, env: moduleEnv() }],
  };
}

/** The devices that the arguments reach, their person at the terminal. Throws what `openHands` throws. */
export function handsAt(terminal: Terminal, directory: Directory, args: HandArgs): Promise<Hands> {
  const pin = { file: args['pin-file'] ?? null };
  return openHands({
    directory,
    reach: reachOf(args),
    person: terminalPerson(terminal, pin),
    asksAgain: asksForPin(pin),
    say: terminal.say,
  });
}

/** This process's terminal, and a signal that Ctrl-C aborts. `release` gives the interrupt back to the system. */
export function ownTerminal(): { terminal: Terminal; signal: AbortSignal; release: () => void } {
  const over = new AbortController();
  const interrupt = (): void => over.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const say = (text: string): void => void process.stderr.write(text);
  return {
    terminal: { input: process.stdin, say, interrupt },
    signal: over.signal,
    release: () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt),
  };
}
