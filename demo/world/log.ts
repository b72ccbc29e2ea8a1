// What the world's parts log, in a file of its own: begun anew at each start, and never more than so much.
import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import type { Crew } from '../crew/crew.ts';

const MOST = 16 * 1024 * 1024;

/** Opens `path` (0600). What comes after 16 MiB is dropped, and so is everything once the file cannot be written. */
export function openLog(crew: Crew, path: string): Writable {
  const file = createWriteStream(path, { mode: 0o600 });
  let left = MOST;
  file.on('error', () => (left = 0)); // a world without a log is better than none
  crew.join(() => void file.end());
  return new Writable({
    write(part: Buffer, _encoding, done) {
      left -= part.length;
      if (left > 0 && !file.writableEnded) file.write(part);
      done();
    },
  });
}
