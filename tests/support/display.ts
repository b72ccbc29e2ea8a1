// A display of one's own: Xvfb on a number that nobody uses, ended by its process id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Display {
  /** What DISPLAY shall be. */
  readonly name: string;
  stop(): Promise<void>;
}

/** Starts one of 1600x1200, 24 bits. It says on a pipe which number it took, once it is ready. */
export async function startDisplay(): Promise<Display> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Xvfb ended: ${String(code)}`)));
    child.stdio[3]?.on('data', (part: Buffer) => {
      said += part.toString('utf8');
      if (said.endsWith('\n')) resolve(said.trim());
    });
  });
  return {
    name: `:${number}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
