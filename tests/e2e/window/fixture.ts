// An app of three pages over the real shell, whose handlers answer with fixed examples: for tests of the shell itself.
import '../../../main/shell/electron/shims.ts';
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { callNames, type CallName, type Frame } from '../../../contract/ipc/names.ts';
import { serve } from '../../../main/ipc/serve.ts';
import { runSecond } from '../../../main/shell/electron/second.ts';
import { startElectron } from '../../../main/shell/electron/start.ts';
import { utilityPort } from '../../../main/shell/electron/utility.ts';
import type { Places } from '../../../main/shell/places.ts';
import type { Page, Shell } from '../../../main/shell/shell.ts';
import { connectDriver } from '../../../ports/driver-client.ts';
import { samples } from '../../support/ipc-samples.ts';

/** What tests reach through `app.evaluate`. Bytes of a PIN are kept as numbers. */
export interface Fixture {
  readonly shell: Shell;
  readonly argv: readonly string[];
  readonly places: Places;
  readonly pages: Record<string, Page>;
  readonly reached: { name: CallName; input: unknown }[];
  readonly opened: (readonly string[])[];
  open(frame: Frame): Promise<void>;
  readonly connectDriver: typeof connectDriver;
  readonly runSecond: typeof runSecond;
  readonly utilityPort: typeof utilityPort;
  readonly log: (line: string) => void;
}

declare global {
  var fixture: Fixture;
}

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const parts = { connectDriver, runSecond, utilityPort, log };
const reached: Fixture['reached'] = [];

const handlersOf = <F extends Frame>(frame: F): Handlers<F> =>
  Object.fromEntries(
    callNames[frame].map((name: CallName) => [
      name,
      (input: unknown) => {
        const bytes: unknown = (input as { bytes?: unknown }).bytes;
        reached.push({ name, input: bytes instanceof Uint8Array ? { bytes: [...bytes] } : input });
        return samples[name].output;
      },
    ]),
  ) as unknown as Handlers<F>;

async function run(shell: Shell, argv: readonly string[], places: Places): Promise<void> {
  const pages: Record<string, Page> = {};
  const openNow = async (frame: Frame): Promise<void> => {
    pages[frame] = await shell.open(frame, handlersOf(frame), {
      title: `fixture ${frame}`,
      size: { width: 800, height: 600 },
      resizable: frame === 'app',
      protected: frame === 'authorize',
      ...(frame !== 'app' && pages['app'] ? { parent: pages['app'] } : {}),
    });
  };
  // asked twice, also while the first is still opening, it opens one
  const opening: Partial<Record<Frame, Promise<void>>> = {};
  const open = (frame: Frame): Promise<void> => (opening[frame] ??= openNow(frame));
  const opened: Fixture['opened'] = [];
  shell.onOpened((argv) => opened.push(argv));
  shell.onQuit(async () => {
    log('fixture: ending');
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    log('fixture: ended');
  });
  globalThis.fixture = { ...parts, shell, argv, places, pages, reached, opened, open };
  await open('app');
}

const built = process.env['FIXTURE_BUILT'];
if (built === undefined) throw new Error('FIXTURE_BUILT names the built app');
startElectron({
  built,
  log,
  run,
  serve: (frame, handlers) =>
    serve(frame, handlers, {
      log: ({ name, cause }) => log(`failed ${frame} ${name ?? '?'}: ${String(cause)}`),
    }),
});
