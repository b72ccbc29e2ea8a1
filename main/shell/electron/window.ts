// One page as a window: its calls answered by its handlers, its events checked, its crash told.
import { BrowserWindow, screen, type IpcMainInvokeEvent, type WebContents } from 'electron';
import { join } from 'node:path';
import { CALL_CHANNEL, originOf, type EventName, type Frame } from '../../../contract/ipc/names.ts';
import type { Answer, Sender } from '../../../contract/ipc/sender.ts';
import { besides } from '../beside.ts';
import { checkedEvent } from '../event.ts';
import type { Page, PageOptions } from '../shell.ts';
import { preferences } from './preferences.ts';
import { sessionOf } from './sessions.ts';

/** What a window needs of the shell. `built`: the folder of the built app. `broken`: tells the person, once. */
export interface WindowDeps {
  readonly built: string;
  readonly log: (line: string) => void;
  readonly broken: (page: Page) => void;
  /** The open pages of a kind, oldest first. */
  readonly open: (frame: Frame) => readonly ElectronPage[];
}

export class ElectronPage implements Page {
  readonly frame: Frame;
  readonly closed: Promise<void>;
  readonly window: BrowserWindow;

  constructor(frame: Frame, window: BrowserWindow) {
    this.frame = frame;
    this.window = window;
    this.closed = new Promise((resolve) => {
      window.once('closed', () => resolve());
    });
  }

  send(name: EventName, value: unknown): void {
    const checked = checkedEvent(this.frame, name, value);
    if (!this.window.isDestroyed() && !this.window.webContents.isCrashed())
      this.window.webContents.send(name, checked);
  }

  focus(): void {
    if (this.window.isDestroyed()) return;
    if (this.window.isMinimized()) this.window.restore();
    this.window.show();
    this.window.focus();
  }

  close(): void {
    if (!this.window.isDestroyed()) this.window.close();
  }
}

/** Where the call came from. A frame that is gone, or was never the window's own, is nobody. */
function senderOf(frame: Frame, contents: WebContents, { senderFrame: from }: IpcMainInvokeEvent): Sender {
  if (!from) return { frame, origin: '', mainFrame: false };
  const own = contents.mainFrame;
  const mainFrame =
    from.parent === null && from.processId === own.processId && from.routingId === own.routingId;
  return { frame, origin: from.origin, mainFrame };
}

/** The first crash reloads, which starts from main's snapshot; the second is told. */
function watchCrashes(page: ElectronPage, deps: WindowDeps): void {
  let crashes = 0;
  const { webContents } = page.window;
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || page.window.isDestroyed()) return;
    crashes += 1;
    deps.log(`page ${page.frame}: ${reason}, exit code ${exitCode}, the ${crashes}. time`);
    if (crashes === 1) setImmediate(() => !page.window.isDestroyed() && webContents.reload());
    else deps.broken(page);
  });
  webContents.on('unresponsive', () => deps.log(`page ${page.frame}: does not answer`));
}

/** Where the window goes: next to the youngest page of the kind that it belongs beside; wherever the system likes otherwise. */
function placeOf(frame: Frame, { beside, size }: PageOptions, deps: WindowDeps): { x?: number; y?: number } {
  const anchor = beside && deps.open(beside).at(-1)?.window.getBounds();
  if (!anchor) return {};
  const { workArea } = screen.getDisplayMatching(anchor);
  const taken = deps.open(frame).map((page) => page.window.getBounds());
  const { x, y } = besides(anchor, size, workArea, taken);
  return { x, y };
}

/** A first frame can be lost, as when the GPU's process ends while it begins; nobody waits longer for a loaded page. */
const SHOWN_BY_MS = 1000;

/** Opens a window that is shown once it has drawn. Rejects when the built page cannot be loaded. */
export async function openWindow(
  frame: Frame,
  answer: Answer,
  options: PageOptions,
  deps: WindowDeps,
): Promise<ElectronPage> {
  const { title, size, resizable, parent, background } = options;
  const session = sessionOf(frame, join(deps.built, 'pages'));
  const window = new BrowserWindow({
    title,
    width: size.width,
    height: size.height,
    ...placeOf(frame, options, deps),
    useContentSize: true,
    resizable,
    fullscreenable: resizable,
    maximizable: resizable,
    show: false,
    autoHideMenuBar: true,
    ...(background === undefined ? {} : { backgroundColor: background }),
    ...(parent instanceof ElectronPage ? { parent: parent.window } : {}),
    webPreferences: { ...preferences(join(deps.built, 'preload', `${frame}.cjs`)), session },
  });
  const page = new ElectronPage(frame, window);
  const { webContents } = window;
  // No policy of a page stops WebRTC: without a proxy there is no UDP, and there is no proxy.
  webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  window.setContentProtection(options.protected === true);
  window.on('page-title-updated', (event) => event.preventDefault()); // the title is main's
  let shown = false;
  const show = (): void => {
    if (window.isDestroyed() || shown) return;
    shown = true;
    // whoever asked for it may have brought it to the front already, and given the focus on since
    if (!window.isVisible()) window.show();
    deps.log(`page ${frame}: shown`);
  };
  window.once('ready-to-show', show);
  webContents.ipc.handle(CALL_CHANNEL, (event, name: unknown, input: unknown) =>
    answer(senderOf(frame, webContents, event), name, input),
  );
  watchCrashes(page, deps);
  try {
    await window.loadURL(`${originOf(frame)}/`);
    setTimeout(show, SHOWN_BY_MS);
    return page;
  } catch (cause) {
    window.destroy();
    throw cause;
  }
}
