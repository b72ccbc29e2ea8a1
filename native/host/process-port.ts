// The port of a driver process under plain Node: its IPC channel to the parent.
import type { Port } from '../../contract/driver/port.ts';

/** The parts of `process` that carry messages. */
export interface IpcProcess {
  send?(message: unknown): boolean;
  on(event: 'message' | 'disconnect', listener: (message?: unknown) => void): unknown;
  off(event: 'message' | 'disconnect', listener: (message?: unknown) => void): unknown;
  readonly connected?: boolean;
  exit(code: number): never;
}

/** A port to the parent; when the parent is gone the driver has nobody to work for. */
export function processPort(process: IpcProcess): Port {
  const listen = (event: 'message' | 'disconnect', listener: (message?: unknown) => void): (() => void) => {
    process.on(event, listener);
    return () => void process.off(event, listener);
  };
  return {
    post(message) {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => listen('message', listener),
    onExit: (listener) => listen('disconnect', () => listener({ code: null, signal: null })),
    kill: () => process.exit(0),
  };
}
