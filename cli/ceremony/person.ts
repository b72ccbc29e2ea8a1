// The three people of a ceremony at one terminal: each types the PIN of their own device, or has it in a file.
import { join } from 'node:path';
import type { Person } from '../../ports/hand/person.ts';
import { readPin } from '../../ports/private-file.ts';
import { terminalPerson } from '../hand/person.ts';
import type { Terminal } from '../hand/terminal.ts';

/** A security key's PIN file is called by its id, an HSM's `hsm`. */
const fileOf = (device: string): string =>
  device.startsWith('pkcs11:') || device.startsWith('token ') ? 'hsm' : device;

/** `pins` is a folder of files that only this user may read; null where the PINs are typed. */
export function ceremonyPerson(terminal: Terminal, pins: string | null): Person {
  const typed = terminalPerson(terminal, { file: null });
  if (pins === null) return typed;
  return { ...typed, pin: (device) => readPin(join(pins, fileOf(device))) };
}
