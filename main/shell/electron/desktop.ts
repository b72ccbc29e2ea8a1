// The desktop's own means: what it prefers, notifications, the clipboard, and questions in native dialogs.
import { app, BrowserWindow, clipboard, dialog, nativeTheme, Notification } from 'electron';
import type { Appearance, Question, SaveOptions } from '../shell.ts';

/** Linux tells only light and dark; contrast comes from Windows and macOS. */
export function appearance(): Appearance {
  if (nativeTheme.shouldUseHighContrastColors) return 'contrast';
  return nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
}

export const locale = (): string => app.getLocale() || 'en';

export function onSystemChange(listener: () => void): () => void {
  nativeTheme.on('updated', listener);
  return () => void nativeTheme.off('updated', listener);
}

/** Shown ones are kept: a collected notification's click goes nowhere. */
const shown = new Set<Notification>();

export function notify(title: string, body: string, clicked: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body, silent: true });
  const done = (): void => void shown.delete(notification);
  shown.add(notification);
  notification.on('click', () => {
    done();
    clicked();
  });
  notification.on('close', done);
  notification.show();
}

/** Newer Electrons answer with a promise, older ones at once. */
export function copy(text: string, log: (line: string) => void): void {
  Promise.resolve(clipboard.writeText(text)).catch((cause: unknown) => log(`clipboard: ${String(cause)}`));
}

export async function askWhere({ title, name }: SaveOptions): Promise<string | null> {
  const options = { title, defaultPath: name };
  const over = BrowserWindow.getFocusedWindow();
  const { canceled, filePath } = await (over
    ? dialog.showSaveDialog(over, options)
    : dialog.showSaveDialog(options));
  return canceled || !filePath ? null : filePath;
}

export async function ask({ message, detail, buttons }: Question): Promise<number> {
  // an index that no button has: what the system reports when the dialog was closed instead
  const closed = buttons.length;
  const options = { message, detail, buttons: [...buttons], cancelId: closed, noLink: true };
  const over = BrowserWindow.getFocusedWindow();
  const { response } = await (over ? dialog.showMessageBox(over, options) : dialog.showMessageBox(options));
  return response < closed ? response : -1;
}
