// A process of ours that Electron starts: a port to it, how it ended, and every one of its lines.
import { app, utilityProcess, type UtilityProcess } from 'electron';
import type { Exit, Port } from '../../../contract/driver/port.ts';

/** `entry`: a built file. `env`: the whole environment. `log` is told each line of its stderr. */
export interface UtilityOptions {
  readonly name: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

const LONGEST_LINE = 1000;
/** A crash is told by the app and comes after `exit`, which then says 0; so an exit waits this long for it. */
const CRASH_COMES_MS = 250;

const running = new Set<UtilityProcess>();
let started = 0;

function logLines(child: UtilityProcess, log: (line: string) => void): void {
  let open = '';
  child.stderr?.on('data', (part: Buffer) => {
    const lines = (open + part.toString('utf8')).split('\n');
    open = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) log(line.slice(0, LONGEST_LINE));
  });
}

function killHard(child: UtilityProcess): void {
  if (child.pid === undefined) {
    child.once('spawn', () => killHard(child));
    return;
  }
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    child.kill(); // it is gone already, or this system has no such signal
  }
}

/** How it ended: its exit code, or in place of a signal what Chromium calls its end (`crashed`, `killed`, `oom`, ...). */
function ended(child: UtilityProcess, serviceName: string, tell: (exit: Exit) => void): void {
  const gone = (_event: unknown, details: { readonly name?: string; readonly reason: string }): void => {
    if (details.name === serviceName && details.reason !== 'clean-exit')
      end({ code: null, signal: details.reason });
  };
  let told = false;
  const end = (exit: Exit): void => {
    if (told) return;
    told = true;
    app.off('child-process-gone', gone);
    running.delete(child);
    tell(exit);
  };
  app.on('child-process-gone', gone);
  child.once('exit', (code) => void setTimeout(() => end({ code, signal: null }), CRASH_COMES_MS));
}

/** Starts the process. Messages that are posted before it runs wait for it. */
export function utilityPort({ name, entry, args, env, log }: UtilityOptions): Port {
  started += 1;
  const serviceName = `${name} ${started}`;
  const child = utilityProcess.fork(entry, [...args], {
    serviceName,
    env: { SIGNER_CONSOLE_PROCESS: name, ...env }, // Electron takes an empty one for none, and hands on its own
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  logLines(child, (line) => log(`${serviceName}: ${line}`));
  let exit: Exit | undefined;
  const listeners = new Set<(exit: Exit) => void>();
  ended(child, serviceName, (how) => {
    exit = how;
    for (const listener of listeners) listener(how);
  });
  return {
    post(message) {
      if (!exit) child.postMessage(message, []);
    },
    onMessage(listener) {
      child.on('message', listener);
      return () => void child.off('message', listener);
    },
    onExit(listener) {
      if (exit) queueMicrotask(() => exit && listener(exit));
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    kill: () => killHard(child),
  };
}

/** Ends all that still run, when the app ends. */
export function killUtilities(): void {
  for (const child of running) killHard(child);
}
