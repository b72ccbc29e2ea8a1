// Listens on this machine, TCP and UDP, and counts whoever comes: a page that reaches out is heard here.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Ears {
  readonly port: number;
  readonly heard: string[];
  close(): Promise<void>;
}

/** One port number, TCP and UDP, on 127.0.0.1. */
export async function listen(): Promise<Ears> {
  const heard: string[] = [];
  const tcp = createServer((socket) => {
    heard.push('tcp');
    socket.on('error', () => undefined); // whoever came may leave as it likes
    socket.on('data', (data) => heard.push(`tcp ${data.toString('latin1').slice(0, 40)}`));
  }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const address = tcp.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const udp = createSocket('udp4').bind(port, '127.0.0.1');
  udp.on('message', () => heard.push('udp'));
  await once(udp, 'listening');
  return {
    port,
    heard,
    async close() {
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}
