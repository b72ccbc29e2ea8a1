// The transport in Electron: one channel for calls, one for each event; Electron's own event object stays here.
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { API_NAME } from '../contract/ipc/api.ts';
import { CALL_CHANNEL, type Frame } from '../contract/ipc/names.ts';
import { expose } from './expose.ts';
import type { Transport } from './transport.ts';

/** Main is gone, or the input cannot be cloned (a function, a page's own object). */
const undelivered = {
  ok: false,
  error: { code: 'internal', message: 'The call did not reach the Console.', trace: '' },
};

const transport: Transport = {
  invoke: (name, input) => ipcRenderer.invoke(CALL_CHANNEL, name, input).catch(() => undelivered),
  on(name, listener) {
    const heard = (_event: IpcRendererEvent, value: unknown): void => listener(value);
    ipcRenderer.on(name, heard);
    return () => void ipcRenderer.removeListener(name, heard);
  },
};

/** Gives the page its API; runs once, before any script of the page. */
export function give(frame: Frame): void {
  contextBridge.exposeInMainWorld(API_NAME, expose(frame, transport));
}
