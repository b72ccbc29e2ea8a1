// What both entries of a driver process do: serve the port with the real drivers, then end.
import { randomBytes } from 'node:crypto';
import type { Port } from '../../contract/driver/port.ts';
import { openers } from './openers.ts';
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

/** Runs until the parent is done with the driver. */
export async function run(port: Port): Promise<never> {
  await serve(port, openers, deps);
  await flushed();
  process.exit(0);
}
