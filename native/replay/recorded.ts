// Recording what passes over a HID connection, and playing it back. Only what CTAP encrypts anyway is recorded.
import type { HidConnection } from '../ctaphid/connection.ts';

/** One thing that happened on the wire; bytes as hex. `idle` is a read that found nothing. */
export type Recorded =
  | { readonly do: 'write'; readonly hex: string }
  | { readonly do: 'read'; readonly hex: string }
  | { readonly do: 'idle' }
  | { readonly do: 'gone' };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Passes everything on and notes it in `tape`. */
export function recording(inner: HidConnection, tape: Recorded[]): HidConnection {
  const noted = async <T>(io: Promise<T>): Promise<T> => {
    try {
      return await io;
    } catch (cause) {
      tape.push({ do: 'gone' });
      throw cause;
    }
  };
  return {
    write(report) {
      tape.push({ do: 'write', hex: hex(report) });
      return noted(inner.write(report));
    },
    async read(timeoutMs) {
      const report = await noted(inner.read(timeoutMs));
      tape.push(report && report.length > 0 ? { do: 'read', hex: hex(report) } : { do: 'idle' });
      return report;
    },
    close: () => inner.close(),
  };
}

/** Plays a tape: a write that differs from the recorded one, or comes out of turn, breaks the connection. */
export function replaying(tape: readonly Recorded[]): HidConnection {
  let at = 0;
  const next = (): Recorded | undefined => tape[at];
  return {
    async write(report) {
      while (next()?.do === 'idle') at++;
      const event = next();
      if (event?.do !== 'write' || event.hex !== hex(report))
        throw new Error(`the tape has something else at ${at}`);
      at++;
      return report.length;
    },
    async read() {
      const event = next();
      if (event?.do === 'read') {
        at++;
        return new Uint8Array(Buffer.from(event.hex, 'hex'));
      }
      if (event?.do === 'gone') throw new Error('the device is gone');
      if (event?.do === 'idle') at++;
      else if (event === undefined) throw new Error('the tape is over');
      return undefined;
    },
    close: async () => undefined,
  };
}
