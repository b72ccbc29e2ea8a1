// The port to a driver process under plain Node: a child with a clean environment and an IPC channel.
import { fork, type ChildProcess } from 'node:child_process';
import type { Exit, Port } from '../contract/driver/port.ts';

/** How a driver process is started. */
export interface ChildOptions {
  /** The entry file, `native/host/main.ts` or what a build made of it. */
  readonly entry: string;
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Told each line that the driver or its library writes to stderr, cut at 1,000 characters. */
  readonly onLog?: ((line: string) => void) | undefined;
}

const LONGEST_LINE = 1000;
const LATE_CLOSE_MS = 500;

function logLines(child: ChildProcess, onLog: ((line: string) => void) | undefined): void {
  let open = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (!onLog) return;
    const lines = (open + text).split('\n');
    open = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) onLog(line.slice(0, LONGEST_LINE));
  });
}

/** A child process as a port, and its process id. */
export interface ChildPort extends Port {
  readonly pid: number | undefined;
}

/** Starts the process. It is not ready before it answered `hello`. */
export function childPort(options: ChildOptions): ChildPort {
  const child = fork(options.entry, [], {
    serialization: 'advanced', // structured clone, so that bytes cross as bytes
    execArgv: [],
    env: { ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  logLines(child, options.onLog);
  let gone: Exit | undefined;
  const listeners = new Set<(exit: Exit) => void>();
  const end = (exit: Exit): void => {
    if (gone) return;
    gone = exit;
    for (const listener of listeners) listener(exit);
  };
  // 'close' comes after the last message was read; 'exit' may come before it
  child.on('close', (code, signal) => end({ code, signal }));
  child.on('exit', (code, signal) => void setTimeout(() => end({ code, signal }), LATE_CLOSE_MS));
  child.on('error', () => {
    // a child that could not be started never exits; one that could not be sent to is about to
    if (child.pid === undefined) end({ code: null, signal: null });
  });
  return {
    pid: child.pid,
    post(message) {
      // a failed send means that the child is going; its exit says so to whoever waits
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage(listener) {
      child.on('message', listener);
      return () => void child.off('message', listener);
    },
    onExit(listener) {
      if (gone) queueMicrotask(() => gone && listener(gone));
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
