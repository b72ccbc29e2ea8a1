// What stella needs beside its own code: the driver process and the stock script, in a checkout and beside a build.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DriverName } from '../contract/driver/messages.ts';
import { LackFault } from '../core/fault/fault.ts';
import { startDriver, type ProcessDriver, type StartOptions } from '../ports/driver.ts';

/** Sources are .ts; a build is one .mjs file, with a folder of its parts beside it (scripts/vite/stella.ts). */
const built = !import.meta.url.endsWith('.ts');

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Throws LackFault `part_missing` where somebody took the one file without its folder. */
function part(inBuild: string, inCheckout: string): string {
  const path = beside(built ? `./stella/${inBuild}` : `../${inCheckout}`);
  if (!existsSync(path)) throw new LackFault('part_missing', path);
  return path;
}

/** The script that comes with stella. Throws LackFault `part_missing`. */
export const stockScript = (): string =>
  part('rotate-signing-key.yaml', 'assets/ceremonies/rotate-signing-key.yaml');

/** The entry of the driver process. Throws LackFault `part_missing`. */
export const driverEntry = (): string => part('driver.mjs', 'native/host/main.ts');

/** `startDriver`, with the driver process that belongs to this stella. Rejects with LackFault `part_missing` too. */
export async function startOwnDriver<D extends DriverName>(
  options: Omit<StartOptions<D>, 'entry'>,
): Promise<ProcessDriver<D>> {
  return startDriver<D>({ ...options, entry: driverEntry() });
}
