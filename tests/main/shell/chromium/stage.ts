// A built Console with tiny pages of its own, opened by the real shell in the real Chromium; everything is ended again.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import type { Page as Tab } from 'playwright-core';
import { callNames, type Frame } from '../../../../contract/ipc/names.ts';
import type { Handlers } from '../../../../contract/ipc/calls.ts';
import { serve, type Failed } from '../../../../main/ipc/serve.ts';
import { findChromium } from '../../../../main/shell/chromium/find.ts';
import type { ChromiumPage } from '../../../../main/shell/chromium/page.ts';
import { chromiumShell, type ChromiumShell } from '../../../../main/shell/chromium/shell.ts';
import { injectedBundle } from '../../../../scripts/vite/injected.ts';
import { root } from '../../../layers/tree.ts';
import { only } from './handlers.ts';

const INDEX = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title>
<script src="/first.js"></script></head><body><p>drawn</p></body></html>`;
/** What the page's first script finds, before anything else can have changed it. */
const FIRST = `globalThis.found = { names: Object.getOwnPropertyNames(globalThis), api: typeof globalThis.signerConsole };`;

/** A folder as `npm run build` makes it, with tiny pages. */
export async function buildTiny(folder: string): Promise<string> {
  const built = join(folder, 'built');
  for (const name of ['page', 'world'])
    await build(
      injectedBundle(
        root,
        join(root, 'preload', 'chromium', `${name}.ts`),
        join(built, 'preload', `chromium-${name}.js`),
      ),
    );
  writeFileSync(join(built, 'build.json'), JSON.stringify({ digest: 'sha256:0', version: '0.0.0' }));
  for (const frame of Object.keys(callNames)) {
    mkdirSync(join(built, 'pages', frame), { recursive: true });
    writeFileSync(join(built, 'pages', frame, 'index.html'), INDEX);
    writeFileSync(join(built, 'pages', frame, 'first.js'), FIRST);
  }
  return built;
}

export interface Stage {
  readonly shell: ChromiumShell;
  readonly state: string;
  readonly failed: Failed[];
  readonly logged: string[];
  /** The status that the app ended with. */
  readonly ended: Promise<number>;
  open<F extends Frame>(frame: F, given: Partial<Handlers<F>>, parent?: ChromiumPage): Promise<ChromiumPage>;
  close(): Promise<void>;
}

/** `headless` unless told otherwise. */
export async function openStage(headless = true): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'chromium-shell-'));
  const state = join(folder, 'state');
  const failed: Failed[] = [];
  const logged: string[] = [];
  let exit: (status: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    exit = resolve;
  });
  const shell = chromiumShell({
    root,
    built: await buildTiny(folder),
    state,
    folder: join(state, 'chromium'),
    program: findChromium(process.env),
    headless,
    serve: (frame, handlers) => serve(frame, handlers, { log: (one) => failed.push(one) }),
    log: (line) => logged.push(line),
    last: () => undefined,
    exit,
  });
  return {
    shell,
    state,
    failed,
    logged,
    ended,
    open: async (frame, given, parent) =>
      (await shell.open(frame, only(frame, given), {
        title: `The ${frame}`,
        size: { width: 640, height: 480 },
        resizable: true,
        ...(parent === undefined ? {} : { parent }),
      })) as ChromiumPage,
    async close() {
      shell.quit();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs an expression in the page's own world, as its own script would. */
export const inPage = (page: { readonly tab: Tab }, expression: string): Promise<unknown> =>
  page.tab.evaluate(expression);
