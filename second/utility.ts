// The second decoder as a process of Electron's: one message with the payload in, one with the digest out.
import { answer } from './answer.ts';

/** The part of Electron's `process.parentPort` that is used here. */
interface ParentPort {
  postMessage(message: Uint8Array): void;
  once(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

function fail(thrown: unknown): never {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
}

const port = (process as { readonly parentPort?: ParentPort }).parentPort;
if (port === undefined) fail(new Error('the Console starts this'));
else {
  port.once('message', ({ data }) => {
    try {
      if (!(data instanceof Uint8Array)) throw new Error('the input is not bytes');
      port.postMessage(new Uint8Array(Buffer.from(answer(Buffer.from(data)), 'utf8')));
    } catch (thrown) {
      fail(thrown);
    }
  });
}
