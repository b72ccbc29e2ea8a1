// The parts' logs on their way to stderr: dropped, never waited for, when nobody reads them.
import { Writable } from 'node:stream';

const MOST_WAITING = 1024 * 1024;

/**
 * A stream that hands on to `to` while less than 1 MiB waits there. A part whose stderr is not read would stand still
 * at its next log line, and a sandbox that stops signing because nobody looks at its log helps no one.
 */
export function lossy(to: Writable): Writable {
  return new Writable({
    write(part: Buffer, _encoding, done) {
      if (to.writableLength < MOST_WAITING) to.write(part);
      done();
    },
  });
}
