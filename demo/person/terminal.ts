// A person at this terminal: asked for a line, or for a secret that is not shown while it is typed.
import type { ReadStream } from 'node:tty';
import { PartFailed } from '../crew/failed.ts';

const ENTER = [0x0a, 0x0d];
const BACKSPACE = [0x08, 0x7f];
const INTERRUPT = 0x03;
const END = 0x04;
const LONGEST = 255;

/** What a terminal can be asked. `interrupt` is called for Ctrl-C, which raw mode keeps from the system. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly say: (text: string) => void;
  readonly interrupt: () => void;
}

const isTty = (input: NodeJS.ReadStream): input is ReadStream => input.isTTY;

const asFailure = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new PartFailed('person', String(thrown));

/** One byte of what is typed; true when the line is done. The buffer is changed in place. */
function take(typed: number[], byte: number, { interrupt }: Terminal): boolean {
  if (ENTER.includes(byte)) return true;
  if (byte === INTERRUPT) {
    interrupt();
    throw new PartFailed('person', 'interrupted');
  }
  if (byte === END) throw new PartFailed('person', 'nobody answered');
  if (BACKSPACE.includes(byte)) typed.pop();
  else if (byte >= 0x20 && typed.length < LONGEST) typed.push(byte);
  return false;
}

/**
 * Asks, and returns the bytes that were typed before Enter; on a terminal they are not shown. Rejects with PartFailed when
 * nobody answers (the input ends, or the signal aborts).
 */
export function askHidden(terminal: Terminal, question: string, signal: AbortSignal): Promise<Uint8Array> {
  const { input, say } = terminal;
  return new Promise((resolve, reject) => {
    const typed: number[] = [];
    const done = (end: () => void): void => {
      input.off('data', onData).off('end', onEnd);
      signal.removeEventListener('abort', onEnd);
      if (isTty(input)) input.setRawMode(false);
      input.pause();
      say('\n');
      end();
    };
    const onEnd = (): void => done(() => reject(new PartFailed('person', 'nobody answered')));
    const onData = (bytes: Buffer): void => {
      try {
        for (const [at, byte] of bytes.entries()) {
          if (!take(typed, byte, terminal)) continue;
          const rest = bytes.subarray(at + 1);
          done(() => resolve(Uint8Array.from(typed)));
          if (rest.length > 0) input.unshift(rest);
          typed.fill(0);
          return;
        }
      } catch (thrown) {
        done(() => reject(asFailure(thrown)));
      }
    };
    if (isTty(input)) input.setRawMode(true); // before the question: a quick answer must not show either
    say(question);
    input.on('data', onData).on('end', onEnd);
    signal.addEventListener('abort', onEnd);
    input.resume();
    if (signal.aborted) onEnd();
  });
}
