// The entry of a driver process: its IPC channel, served by the real drivers, until the parent is done with it.
import { randomBytes } from 'node:crypto';
import { openers } from './openers.ts';
import { processPort } from './process-port.ts';
import { serve } from './serve.ts';

const deps = {
  clock: () => performance.now(),
  random: (length: number) => new Uint8Array(randomBytes(length)),
};

/** Lets the last message reach the parent before the process ends. */
const flushed = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 20);
  });

if (process.send === undefined) {
  process.stderr.write('This is a driver process; the Console, the Signer or stella starts it.\n');
  process.exit(2);
}
await serve(processPort(process), openers, deps);
await flushed();
process.exit(0);
