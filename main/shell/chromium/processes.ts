// Processes of ours under plain Node: drivers, and the second decoder. None outlives the app.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Refusal } from '../../../core/fault/fault.ts';
import type { Port } from '../../../contract/driver/port.ts';
import { childPort } from '../../../ports/driver-child.ts';

const PATIENCE_MS = 60_000;
const MOST_OUTPUT = 4096;

/** `root`: the checkout. */
export interface ProcessDeps {
  readonly root: string;
  readonly log: (line: string) => void;
}

const running = new Set<Port>();
let started = 0;

/** A driver process; `env` is its whole environment. */
export function driverPort({ root, log }: ProcessDeps, env: Readonly<Record<string, string>>): Port {
  started += 1;
  const name = `driver ${started}`;
  const port = childPort({
    entry: join(root, 'native', 'host', 'main.ts'),
    env,
    onLog: (line) => log(`${name}: ${line}`),
  });
  running.add(port);
  port.onExit(() => running.delete(port));
  return port;
}

/** Ends all drivers that still run, when the app ends. */
export function killDrivers(): void {
  for (const port of running) port.kill();
}

/** Bytes in, bytes out, once. Refusal `second_decoder` when it ends otherwise, takes too long or says too much. */
export function runSecond(
  { root, log }: ProcessDeps,
  args: readonly string[],
  input: Uint8Array,
): Promise<Uint8Array> {
  const refusal = (detail: string, cause?: unknown) => new Refusal('second_decoder', detail, cause);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'second', 'main.ts'), ...args], {
      env: {}, // nothing in it can change what it says
      stdio: 'pipe',
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    const parts: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (part: Buffer) => {
      length += part.length;
      parts.push(part);
      if (length > MOST_OUTPUT) child.kill('SIGKILL');
    });
    child.stderr.on('data', (part: Buffer) =>
      log(`second decoder: ${part.toString('utf8').slice(0, 1000).trim()}`),
    );
    child.on('error', (cause) => reject(refusal('it did not start', cause)));
    child.on('close', (code, signal) => {
      if (length > MOST_OUTPUT) reject(refusal('it answered something else'));
      else if (code === 0) resolve(new Uint8Array(Buffer.concat(parts)));
      else reject(refusal(`it ended: ${signal ?? `exit ${String(code)}`}`));
    });
    child.stdin.on('error', () => undefined); // a decoder that died early says so by its exit code
    child.stdin.end(input);
  });
}
