// A peer over real HTTP on loopback that answers as a test tells it to.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where it is, how often it was asked, and its end, which cuts open connections. */
export interface Peer {
  readonly url: string;
  readonly asked: () => number;
  readonly close: () => Promise<void>;
}

/** Starts the peer on any free port. */
export async function serve(listener: RequestListener): Promise<Peer> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked, close };
}
