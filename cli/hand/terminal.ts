// A person at this terminal: told things on stderr, asked for a secret that is not shown, or for the Enter key.
import type { ReadStream } from 'node:tty';
import { DeviceFault } from '../../core/fault/fault.ts';

const ENTER = [0x0a, 0x0d];
const BACKSPACE = [0x08, 0x7f];
const INTERRUPT = 0x03;
const END = 0x04;
const LONGEST = 2000;

/** Where a person is asked and told. `interrupt` is called for Ctrl-C, which raw mode keeps from the system. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly say: (text: string) => void;
  readonly interrupt: () => void;
}

export const isTty = (input: NodeJS.ReadStream): input is ReadStream => input.isTTY;

const nobody = (): DeviceFault => new DeviceFault('cancelled', 'nobody answered');

/** One byte of what is typed; true when the line is done. The buffer is changed in place. */
function take(typed: number[], byte: number, { interrupt }: Terminal): boolean {
  if (ENTER.includes(byte)) return true;
  if (byte === INTERRUPT) {
    interrupt();
    throw new DeviceFault('cancelled', 'interrupted');
  }
  if (byte === END) throw nobody();
  if (BACKSPACE.includes(byte)) typed.pop();
  else if (byte >= 0x20 && typed.length < LONGEST) typed.push(byte);
  return false;
}

/**
 * Asks, and returns the bytes that were typed before Enter; on a terminal they are not shown. Rejects with DeviceFault
 * `cancelled` when nobody answers: Ctrl-C or Ctrl-D, the input ends, or the signal aborts.
 */
export function askHidden(terminal: Terminal, question: string, signal: AbortSignal): Promise<Uint8Array> {
  return ask(terminal, question, signal, true);
}

/** Asks for one line, shown while it is typed; without the blanks around it. Rejects as `askHidden` does, also for what is not UTF-8. */
export async function askLine(terminal: Terminal, question: string, signal: AbortSignal): Promise<string> {
  const bytes = await ask(terminal, question, signal, false);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch (cause) {
    throw new DeviceFault('cancelled', 'what was typed is not UTF-8', undefined, cause);
  }
}

function ask(
  terminal: Terminal,
  question: string,
  signal: AbortSignal,
  hidden: boolean,
): Promise<Uint8Array> {
  const { input, say } = terminal;
  return new Promise((resolve, reject) => {
    const typed: number[] = [];
    const done = (end: () => void): void => {
      input.off('data', onData).off('end', onEnd);
      signal.removeEventListener('abort', onEnd);
      if (hidden && isTty(input)) input.setRawMode(false);
      input.pause();
      if (hidden || !isTty(input)) say('\n'); // a terminal that shows what is typed shows Enter, too
      end();
      typed.fill(0);
    };
    const onEnd = (): void => done(() => reject(nobody()));
    const onData = (bytes: Buffer): void => {
      try {
        for (const [at, byte] of bytes.entries()) {
          if (!take(typed, byte, terminal)) continue;
          const rest = Buffer.from(bytes.subarray(at + 1));
          done(() => resolve(Uint8Array.from(typed)));
          if (rest.length > 0) input.unshift(rest); // what was piped in answers the next question as well
          return;
        }
      } catch (thrown) {
        done(() => reject(thrown instanceof Error ? thrown : nobody()));
      } finally {
        bytes.fill(0);
      }
    };
    if (hidden && isTty(input)) input.setRawMode(true); // before the question: a quick answer must not show either
    say(question);
    input.on('data', onData).on('end', onEnd);
    signal.addEventListener('abort', onEnd);
    input.resume();
    if (signal.aborted || input.readableEnded) onEnd();
  });
}
