// One page as an app window of Chromium: its calls answered by its handlers, its files served, its wanderings ended.
import type { CDPSession, Page as Tab } from 'playwright-core';
import { chromiumOrigin } from '../../../contract/ipc/chromium-origin.ts';
import type { EventName, Frame } from '../../../contract/ipc/names.ts';
import type { Answer } from '../../../contract/ipc/sender.ts';
import { checkedEvent } from '../event.ts';
import type { PageFile } from '../page-files.ts';
import type { Appearance, Page, PageOptions } from '../shell.ts';
import { Bridge, type Scripts } from './bridge.ts';
import { checkEvent } from './demo-only.ts';
import { fulfil } from './files.ts';

export interface PageDeps {
  readonly scripts: Scripts;
  readonly answer: Answer;
  readonly file: (path: string) => PageFile | undefined;
  readonly system: (appearance: Appearance) => void;
  readonly log: (line: string) => void;
}

/** A document that leaves its place more often than this is not ours any more. */
const MOST_WANDERINGS = 3;

const home = (frame: Frame): string => `${chromiumOrigin(frame)}/`;
const said = (cause: unknown): string =>
  cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);

export class ChromiumPage implements Page {
  readonly frame: Frame;
  readonly closed: Promise<void>;
  readonly tab: Tab;
  readonly #bridge: Bridge;
  readonly #log: (line: string) => void;

  constructor(frame: Frame, tab: Tab, bridge: Bridge, log: (line: string) => void) {
    this.frame = frame;
    this.tab = tab;
    this.#bridge = bridge;
    this.#log = log;
    this.closed = new Promise((resolve) => {
      if (tab.isClosed()) resolve();
      tab.on('close', () => resolve());
    });
  }

  send(name: EventName, value: unknown): void {
    const checked = checkedEvent(this.frame, name, value);
    checkEvent(name, checked);
    if (!this.tab.isClosed()) this.#bridge.send(name, checked);
  }

  focus(): void {
    this.#quietly(this.tab.bringToFront());
  }

  close(): void {
    if (!this.tab.isClosed()) this.#quietly(this.tab.close());
  }

  /** Onto the clipboard, which takes it only while this window has the focus. */
  copy(text: string): void {
    this.#quietly(this.#bridge.copy(text));
  }

  /** A window that went away meanwhile wants no more of this. */
  #quietly(done: Promise<unknown>): void {
    done.catch((cause: unknown) => {
      if (!this.tab.isClosed()) this.#log(`page ${this.frame}: ${said(cause)}`);
    });
  }
}

/** Requests that fail are stopped by `fulfil`; what needs no request (about:, blob:, a dropped file) is led back here. */
function keepHome(page: ChromiumPage, log: (line: string) => void): void {
  const { tab, frame } = page;
  let wanderings = 0;
  tab.on('framenavigated', (moved) => {
    if (moved !== tab.mainFrame() || moved.url().split(/[?#]/, 1)[0] === home(frame)) return;
    wanderings += 1;
    log(`refused: page ${frame} went to ${moved.url().slice(0, 200)}`);
    if (wanderings > MOST_WANDERINGS) page.close();
    else tab.goto(home(frame)).catch((cause: unknown) => log(`page ${frame}: ${said(cause)}`));
  });
}

/** A page that crashed cannot be loaded again over the pipe: it is closed, and nothing that was decided is lost by that. */
function watchCrashes(page: ChromiumPage, log: (line: string) => void): void {
  page.tab.on('crash', () => {
    log(`page ${page.frame}: it crashed`);
    page.close();
  });
}

/** `size` is that of the page, without the window's frame; the window system may have its own will. */
async function resize(tab: Tab, cdp: CDPSession, size: PageOptions['size']): Promise<void> {
  const { windowId } = await cdp.send('Browser.getWindowForTarget');
  const { result } = await cdp.send('Runtime.evaluate', {
    expression: '[outerWidth - innerWidth, outerHeight - innerHeight]',
    returnByValue: true,
  });
  const [across = 0, down = 0] = result.value as number[];
  await cdp.send('Browser.setWindowBounds', {
    windowId,
    bounds: { width: size.width + across, height: size.height + down },
  });
}

/** Makes an empty window into this page. Rejects, and closes it, when the page cannot be loaded. */
export async function openPage(
  frame: Frame,
  tab: Tab,
  options: PageOptions,
  deps: PageDeps,
): Promise<ChromiumPage> {
  const { log } = deps;
  try {
    const cdp = await tab.context().newCDPSession(tab);
    const bridge = await Bridge.into(frame, cdp, deps);
    const page = new ChromiumPage(frame, tab, bridge, log);
    await tab.route('**/*', (route) => fulfil(route, frame, deps.file, log));
    // nothing asks the person but main; and what would hold a window back from closing is told yes
    tab.on('dialog', (dialog) => {
      const done = dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss();
      done.catch(() => undefined); // it went with its window
    });
    watchCrashes(page, log);
    await resize(tab, cdp, options.size);
    await tab.goto(home(frame));
    keepHome(page, log);
    await tab.evaluate(`document.title = ${JSON.stringify(options.title)}`);
    return page;
  } catch (cause) {
    await tab.close().catch(() => undefined); // gone already: that is why
    throw cause;
  }
}
