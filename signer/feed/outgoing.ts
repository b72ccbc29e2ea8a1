// What waits for one Console: messages go out as fast as it reads them, and no faster are they read from the desk.
import type { WebSocket } from 'ws';
import { LARGEST_MESSAGE, type FromSigner } from '../../contract/wire/link.ts';
import { WireFault } from '../../core/fault/fault.ts';

export interface Outgoing {
  /**
   * Hands over one message; resolves at once while little waits, else when it has left. Rejects WireFault `unreachable`,
   * or `message_too_large` for what the protocol has no room for: then nothing was sent.
   */
  send(message: FromSigner): Promise<void>;
  /** Hands over a heartbeat, unless much waits: then the Console has enough to read. True when it went. */
  beat(message: FromSigner): boolean;
  /** Bytes that wait in this process. */
  readonly waiting: number;
}

/** Wraps a socket. `most` is how many bytes may wait before `send` makes its caller wait. */
export function outgoing(ws: WebSocket, most: number): Outgoing {
  return {
    get waiting() {
      return ws.bufferedAmount;
    },
    send(message) {
      const text = JSON.stringify(message);
      const bytes = Buffer.byteLength(text);
      if (bytes > LARGEST_MESSAGE)
        return Promise.reject(new WireFault('message_too_large', `${message.type}, ${bytes} bytes`));
      if (ws.readyState !== ws.OPEN) return Promise.reject(new WireFault('unreachable'));
      return new Promise((resolve, reject) => {
        ws.send(text, (error) => {
          if (error) reject(new WireFault('unreachable', '', error));
          else resolve();
        });
        if (ws.bufferedAmount <= most) resolve();
      });
    },
    beat(message) {
      if (ws.readyState !== ws.OPEN || ws.bufferedAmount > most) return false;
      ws.send(JSON.stringify(message));
      return true;
    },
  };
}
