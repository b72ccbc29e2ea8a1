// The Shell in Electron: windows, utility processes and the desktop behind the one interface.
import { app } from 'electron';
import { join } from 'node:path';
import type { Frame } from '../../../contract/ipc/names.ts';
import type { Serve } from '../../../contract/ipc/sender.ts';
import type { Page, Shell } from '../shell.ts';
import { appearance, ask, askWhere, copy, locale, notify, onSystemChange } from './desktop.ts';
import type { Ending } from './ending.ts';
import { runSecond } from './second.ts';
import { utilityPort } from './utility.ts';
import { openWindow, type ElectronPage } from './window.ts';

/** `built`: the folder of the built app. */
export interface ElectronDeps {
  readonly built: string;
  readonly serve: Serve;
  readonly ending: Ending;
  readonly log: (line: string) => void;
}

type Opened = (argv: readonly string[]) => void;

/** The window is the app: when the last one is gone, what stands beside it goes too. */
class Pages {
  readonly #open = new Set<ElectronPage>();
  readonly #lastGone: () => void;

  constructor(lastGone: () => void) {
    this.#lastGone = lastGone;
  }

  add(page: ElectronPage): void {
    this.#open.add(page);
    void page.closed.then(() => {
      this.#open.delete(page);
      if (page.frame === 'app' && !this.first('app')) this.#lastGone();
    });
  }

  of(frame: Frame): readonly ElectronPage[] {
    return [...this.#open].filter((page) => page.frame === frame);
  }

  first(frame: Frame): ElectronPage | undefined {
    return this.of(frame)[0];
  }
}

async function tellBroken(page: Page, log: (line: string) => void): Promise<void> {
  log(`page ${page.frame}: it stopped twice and is closed`);
  await ask({
    message: 'This window stopped working twice.',
    detail: 'It will be closed. Nothing was sent that had not been sent before.',
    buttons: ['Close'],
  });
  page.close();
}

/** After Electron is ready, in the process that holds the lock. */
export function electronShell({ built, serve, ending, log }: ElectronDeps): Shell {
  const listeners = new Set<Opened>();
  const pages = new Pages(() => ending.end(0));
  const opened: Opened = (argv) => {
    pages.first('app')?.focus();
    for (const listener of listeners) listener(argv);
  };
  app.on('second-instance', (_event, argv) => opened(argv));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    opened([url]);
  });
  const deps = {
    built,
    log,
    broken: (page: Page): void => void tellBroken(page, log),
    open: (frame: Frame) => pages.of(frame),
  };
  return {
    name: 'electron',
    system: { appearance, locale },
    onSystemChange,
    async open(frame, handlers, options) {
      const page = await openWindow(frame, serve(frame, handlers), options, deps);
      pages.add(page);
      return page;
    },
    driver: (env) =>
      utilityPort({ name: 'driver', entry: join(built, 'driver', 'host.cjs'), args: [], env, log }),
    second: (args, input) => runSecond(join(built, 'second', 'main.cjs'), args, input, log),
    notify,
    copy: (text) => copy(text, log),
    askWhere,
    ask,
    onOpened(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    quit: () => ending.end(0),
    onQuit: (listener) => ending.onQuit(listener),
  };
}
