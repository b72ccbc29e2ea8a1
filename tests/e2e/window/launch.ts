// Starts the built app in a real Electron window on a display of its own, and ends whatever it started.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { build } from 'vite';
import { originOf, type Frame } from '../../../contract/ipc/names.ts';
import { ensureBuilt } from '../../../scripts/built.ts';
import { findElectron } from '../../../scripts/electron.ts';
import { nodeBundle } from '../../../scripts/vite/node.ts';
import { startDisplay, type Display } from '../../support/display.ts';
import { root } from '../../layers/tree.ts';

/** `main`: what Electron runs, the checkout unless given. `program`: Electron unless given. */
export interface LaunchOptions {
  readonly main?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: string;
  /** The folder that stands for the user's own; a new one unless given. */
  readonly state?: string;
}

/** A running app. */
export interface Launched {
  readonly app: ElectronApplication;
  /** Everything that main wrote on stderr until now. */
  readonly said: () => string;
}

/** As root Chromium has no sandbox. */
export const isRoot = process.getuid?.() === 0;

const PATIENCE_MS = 20_000;

/** The window of this kind of page, once it is loaded. Rejects when none comes. */
export async function windowOf(
  { app, said }: Launched,
  frame: Frame,
  patienceMs = PATIENCE_MS,
): Promise<Page> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const found = app.windows().find((page) => page.url() === `${originOf(frame)}/`);
    if (found) {
      await found.waitForLoadState();
      return found;
    }
    if (Date.now() > until) throw new Error(`no window ${frame}; main said:\n${said()}`);
    await sleep(20);
  }
}

/** The fixture's window of this kind, opened if it is not open yet. */
export async function fixturePage(launched: Launched, frame: Frame): Promise<Page> {
  await windowOf(launched, 'app');
  await launched.app.evaluate((_electron, name) => globalThis.fixture.open(name), frame);
  return windowOf(launched, frame);
}

/** One test file's place: a display, a temporary folder, a fresh build, and the apps that run there. */
export class Stage {
  readonly folder: string;
  readonly built: string;
  readonly #display: Display;
  readonly #apps = new Set<ElectronApplication>();

  private constructor(folder: string, built: string, display: Display) {
    this.folder = folder;
    this.built = built;
    this.#display = display;
  }

  static async open(): Promise<Stage> {
    const { folder: built } = await ensureBuilt(join(root));
    return new Stage(mkdtempSync(join(tmpdir(), 'console-window-')), built, await startDisplay());
  }

  /** The environment of a person at this display; nothing of the tests' own. */
  env(state: string = join(this.folder, 'state')): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      LANG: 'en_US.UTF-8',
      DISPLAY: this.#display.name,
      XDG_STATE_HOME: state,
      XDG_RUNTIME_DIR: this.folder,
    };
  }

  async launch(options: LaunchOptions = {}): Promise<Launched> {
    const {
      main = root,
      args = [],
      env = {},
      program,
      state = mkdtempSync(join(this.folder, 'state-')),
    } = options;
    const sandboxed = program !== undefined || !isRoot;
    const electron = program ?? findElectron(root, process.env);
    if (electron === null) throw new Error('no Electron; the suite should have been skipped');
    const app = await _electron.launch({
      executablePath: electron,
      chromiumSandbox: sandboxed, // else Playwright takes the sandbox away
      args: [main, ...args, ...(sandboxed ? [] : ['--no-sandbox'])],
      env: { ...this.env(state), ...(sandboxed ? {} : { ELECTRON_DISABLE_SANDBOX: '1' }), ...env },
      cwd: this.folder,
    });
    this.#apps.add(app);
    let said = '';
    app.process().stderr?.on('data', (part: Buffer) => (said += part.toString('utf8')));
    app.on('close', () => this.#apps.delete(app));
    return { app, said: () => said };
  }

  /** Bundles `fixture.ts` and starts it in place of the app. */
  async launchFixture(options: Omit<LaunchOptions, 'main'> = {}): Promise<Launched> {
    const main = join(this.folder, 'fixture.cjs');
    if (!existsSync(main)) await build(nodeBundle(root, join(root, 'tests/e2e/window/fixture.ts'), main));
    return this.launch({ ...options, main, env: { FIXTURE_BUILT: this.built, ...options.env } });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#apps].map((app) => app.close()));
    await this.#display.stop();
    // what has just ended may still be writing its last
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
