// The Shell in the system's Chromium: app windows over a debugging pipe, plain child processes; for the demo only.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from '../../../contract/ipc/names.ts';
import type { Serve } from '../../../contract/ipc/sender.ts';
import { pageFiles } from '../page-files.ts';
import type { Appearance, Shell } from '../shell.ts';
import { Browser, type BrowserOptions } from './browser.ts';
import { demoOnly } from './demo-only.ts';
import { Ending } from './ending.ts';
import { openPage, type ChromiumPage } from './page.ts';
import { driverPort, killDrivers, runSecond } from './processes.ts';
import { whereToSave } from './saved.ts';

/**
 * `root`: the checkout; `built`: the folder of the built Console; `state`: the user's folder; `folder`: this instance's
 * own, for Chromium's profile. `exit` ends the process; `last` is done just before.
 */
export interface ChromiumDeps {
  readonly root: string;
  readonly built: string;
  readonly state: string;
  readonly folder: string;
  readonly program: string;
  readonly headless: boolean;
  readonly serve: Serve;
  readonly log: (line: string) => void;
  readonly last: () => void;
  readonly exit: (status: number) => void;
}

/** A Shell, and what a test needs of it beside. */
export interface ChromiumShell extends Shell {
  readonly ending: Ending;
  /** The running browser, after the first page was opened. */
  readonly browser: () => Promise<Browser> | undefined;
}

/** Chromium is started with the first page, and once. */
class Windows {
  readonly #open = new Set<ChromiumPage>();
  readonly #options: BrowserOptions;
  #browser: Promise<Browser> | undefined;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  get browser(): Promise<Browser> | undefined {
    return this.#browser;
  }

  launched(): Promise<Browser> {
    this.#browser ??= Browser.launch(this.#options);
    return this.#browser;
  }

  /** The window is the app: `lastGone` is told when no such page is left. What stood above a page goes with it. */
  add(page: ChromiumPage, parent: unknown, lastGone: () => void): void {
    this.#open.add(page);
    if (parent) void (parent as ChromiumPage).closed.then(() => page.close());
    void page.closed.then(() => {
      this.#open.delete(page);
      if (page.frame === 'app' && !this.first('app')) lastGone();
    });
  }

  first(frame: Frame): ChromiumPage | undefined {
    return [...this.#open].find((page) => page.frame === frame);
  }

  async close(): Promise<void> {
    await (await this.#browser?.catch(() => undefined))?.close();
  }
}

function scriptsIn(built: string) {
  const script = (name: string) => readFileSync(join(built, 'preload', `chromium-${name}.js`), 'utf8');
  return { page: script('page'), world: script('world') };
}

/** What the desktop prefers, as its pages report it. */
class System {
  readonly #listeners = new Set<() => void>();
  #appearance: Appearance = 'light';

  appearance = (): Appearance => this.#appearance;
  locale = (): string => new Intl.DateTimeFormat().resolvedOptions().locale;

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  heard(appearance: Appearance): void {
    if (appearance === this.#appearance) return;
    this.#appearance = appearance;
    for (const listener of this.#listeners) listener();
  }
}

/** Nothing is started before the first page is opened. */
export function chromiumShell(deps: ChromiumDeps): ChromiumShell {
  const { root, built, state, folder, program, headless, serve, log } = deps;
  const windows = new Windows({ program, headless, log, folder });
  const system = new System();
  const ending = new Ending({
    log,
    exit: deps.exit,
    async last() {
      killDrivers();
      try {
        await windows.close();
      } finally {
        deps.last();
      }
    },
  });

  return {
    name: 'chromium',
    ending,
    browser: () => windows.browser,
    system: { appearance: system.appearance, locale: system.locale },
    onSystemChange: (listener) => system.onChange(listener),
    async open(frame, handlers, options) {
      const browser = await windows.launched();
      void browser.gone.then(() => ending.end(0));
      const page = await openPage(frame, await browser.open(), options, {
        log,
        scripts: scriptsIn(built),
        file: pageFiles(join(built, 'pages'), frame),
        answer: serve(frame, demoOnly(frame, handlers)),
        system: (appearance) => system.heard(appearance),
      });
      windows.add(page, options.parent, () => ending.end(0));
      return page;
    },
    driver: (env) => driverPort({ root, log }, env),
    second: (args, input) => runSecond({ root, log }, args, input),
    notify: () => undefined, // a page's notification could carry what the page likes; see docs/architecture.md
    copy: (text) => windows.first('app')?.copy(text),
    askWhere: ({ name }) => Promise.resolve(whereToSave(state, name)),
    ask: () => Promise.resolve(-1), // no dialog of main's own: the answer is that it was closed
    onOpened: () => () => undefined, // a second start is refused
    quit: () => ending.end(0),
    onQuit: (listener) => ending.onQuit(listener),
  };
}
