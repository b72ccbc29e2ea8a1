// One built page, one browser, and for each test a fresh page with its own main to talk to.
import type { Browser, Page } from 'playwright-core';
import type { Snapshot } from '../../contract/ipc/calls.ts';
import type { Frame } from '../../contract/ipc/names.ts';
import { openBrowser, openPage, type Look } from './browser.ts';
import { buildPage } from './build.ts';
import { FakeMain, type Answers } from './fake-main.ts';
import { hello, quiet } from './fixtures/status.ts';
import { serve } from './serve.ts';

/** A page that stands, with the main behind it and whatever it complained about. */
export interface Scene<F extends Frame> {
  readonly page: Page;
  readonly main: FakeMain<F>;
  readonly complaints: string[];
}

export interface Stage<F extends Frame> {
  open(answers: Answers<F>, look?: Look): Promise<Scene<F>>;
  close(): Promise<void>;
}

/** Builds and serves the page in `renderer/<folder>` and opens a browser for it. */
export async function raise<F extends Frame>(frame: F, folder: string): Promise<Stage<F>> {
  const built = await buildPage(folder);
  const server = await serve(built.folder);
  const browser: Browser = await openBrowser();
  return {
    async open(answers, look) {
      const { page, complaints } = await openPage(browser, look);
      const main = new FakeMain(page, frame, answers);
      await main.install();
      await page.goto(server.url);
      await page.evaluate('document.fonts.ready.then(() => undefined)');
      return { page, main, complaints };
    },
    async close() {
      await browser.close();
      await server.close();
      await built.remove();
    },
  };
}

/** The role of what has the focus, or its element's name. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.getAttribute("role") ?? document.activeElement.localName');

/** What the app page's main answers at the start. */
export function starting(snapshot: Partial<Snapshot> & Pick<Snapshot, 'queue'>): Answers<'app'> {
  return {
    'app/hello': () => hello,
    'app/snapshot': () => ({ ...quiet, ...snapshot }),
    'app/copy': () => ({}),
    'review/close': () => ({}),
    'authorize/open': () => ({}),
    'authorize/sign-held': () => ({}),
    'settings/set': () => ({}),
    'session/sign-in': () => ({}),
    'session/sign-out': () => ({}),
  };
}
