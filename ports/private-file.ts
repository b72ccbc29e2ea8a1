// Reading a file that only this user may read: a key, or the PIN of a token.
import { open } from 'node:fs/promises';
import { LackFault, isFault } from '../core/fault/fault.ts';

const OTHERS = 0o077;
const LARGEST = 64 * 1024;

/** The file's bytes. Throws LackFault `file_missing`, or `file_malformed` when others may read it or it is too large. */
export async function readPrivate(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      const exposed = process.platform !== 'win32' && (mode & OTHERS) !== 0;
      if (exposed) throw new LackFault('file_malformed', `${path} may be read by others`);
      if (size > LARGEST) throw new LackFault('file_malformed', `${path} has ${size} bytes`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (isFault(cause)) throw cause;
    throw new LackFault('file_missing', path, cause);
  }
}

/** The PIN in a file, without the line's end; the bytes are the caller's to zero. */
export async function readPin(path: string): Promise<Uint8Array> {
  const bytes = await readPrivate(path);
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  const pin = Uint8Array.prototype.slice.call(bytes, 0, end);
  bytes.fill(0);
  if (pin.length === 0) throw new LackFault('file_malformed', `${path} is empty`);
  return pin;
}
