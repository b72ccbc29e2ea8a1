// The port of a driver process under Electron: what utilityProcess gives it in place of an IPC channel.
import type { Port } from '../../contract/driver/port.ts';

/** The parts of Electron's `process.parentPort` that carry messages. */
export interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  off(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * A port to the parent. There is no event for a parent that is gone: Chromium ends a utility process whose parent ended,
 * so `onExit` never calls.
 */
export function parentPort(port: ParentPort, exit: (code: number) => never): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      const heard = ({ data }: { readonly data: unknown }): void => listener(data);
      port.on('message', heard);
      return () => void port.off('message', heard);
    },
    onExit: () => () => undefined,
    kill: () => exit(0),
  };
}
