// Starts what is compared: the app in demo mode, and a bare window of the same Electron, on one display of their own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { build } from 'vite';
import { findElectron } from '../../../scripts/electron.ts';
import { buildConsole } from '../../../scripts/vite/console.ts';
import { nodeBundle } from '../../../scripts/vite/node.ts';
import { root } from '../../layers/tree.ts';
import { startDisplay, type Display } from '../../support/display.ts';
import { usable } from './probe.ts';

export interface Opened {
  readonly page: Page;
  readonly pid: number;
  close(): Promise<void>;
}

/** One side of a comparison: opens its window, which is usable when this resolves. */
export type Open = () => Promise<Opened>;

const isRoot = process.getuid?.() === 0;

/** A place for all runs: display, folder, and what is started there. */
export class Windows {
  readonly folder: string;
  readonly #electron: string;
  readonly #display: Display;
  readonly #running = new Set<ElectronApplication>();

  private constructor(folder: string, electron: string, display: Display) {
    this.folder = folder;
    this.#electron = electron;
    this.#display = display;
  }

  /** Builds the bare window. Error when there is no Electron. */
  static async open(): Promise<Windows> {
    const electron = findElectron(root, process.env);
    if (electron === null)
      throw new Error('there is no Electron: npm ci, or ELECTRON_OVERRIDE_DIST_PATH names one');
    const folder = mkdtempSync(join(tmpdir(), 'bench-console-'));
    await build(nodeBundle(root, join(import.meta.dirname, 'bare.ts'), join(folder, 'bare.cjs')));
    return new Windows(folder, electron, await startDisplay());
  }

  /** A bare window; with `rows` one that holds a list, for trying the probes. */
  bare(rows?: number): Open {
    const env = rows === undefined ? {} : { BARE_ROWS: String(rows) };
    return () => this.#launch([join(this.folder, 'bare.cjs')], env);
  }

  /** The app over the demo's world in this state folder. Each state folder has one window at a time. */
  app(state: string): Open {
    return () => this.#launch([root, '--demo', '--data', state], { XDG_STATE_HOME: `${state}-user` });
  }

  /** The app as it is now. */
  static async build(): Promise<void> {
    await buildConsole(root, join(root, 'dist', 'console'));
  }

  async #launch(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Opened> {
    const app = await _electron.launch({
      executablePath: this.#electron,
      args: [...args, ...(isRoot ? ['--no-sandbox'] : [])],
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder,
        LANG: 'en_US.UTF-8',
        DISPLAY: this.#display.name,
        XDG_STATE_HOME: join(this.folder, 'user'),
        ...(isRoot ? { ELECTRON_DISABLE_SANDBOX: '1' } : {}),
        ...env,
      },
    });
    this.#running.add(app);
    const page = await app.firstWindow();
    return {
      page,
      pid: app.process().pid ?? 0,
      close: async () => {
        this.#running.delete(app);
        await app.close();
      },
    };
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running].map((app) => app.close()));
    await this.#display.stop();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Opens, waits until a person could begin, and gives the milliseconds. The window is closed again. */
export async function timeToUsable(open: Open): Promise<number> {
  const begun = performance.now();
  const opened = await open();
  try {
    await usable(opened.page);
    return performance.now() - begun;
  } finally {
    await opened.close();
  }
}
