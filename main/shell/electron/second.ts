// The second decoder in a process of its own under Electron: bytes in, bytes out, once.
import { Refusal } from '../../../core/fault/fault.ts';
import { utilityPort } from './utility.ts';

const PATIENCE_MS = 60_000;
const MOST_OUTPUT = 4096;

/** `entry`: the built decoder. `patienceMs`: a minute unless given. Refusal `second_decoder` when it ends without an answer, takes too long or says too much. */
export function runSecond(
  entry: string,
  args: readonly string[],
  input: Uint8Array,
  log: (line: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<Uint8Array> {
  const port = utilityPort({ name: 'second decoder', entry, args, env: {}, log });
  return new Promise<Uint8Array>((resolve, reject) => {
    const refuse = (detail: string): void => reject(new Refusal('second_decoder', detail));
    const late = setTimeout(() => refuse('it took too long'), patienceMs);
    port.onMessage((message) => {
      clearTimeout(late);
      if (message instanceof Uint8Array && message.length <= MOST_OUTPUT) resolve(message);
      else refuse('it answered something else');
    });
    port.onExit(({ code, signal }) => {
      clearTimeout(late);
      refuse(`it ended: ${signal ?? `exit ${String(code)}`}`);
    });
    port.post(input);
  }).finally(() => port.kill());
}
