// A small HTTP server on 127.0.0.1 for the stand-ins beside the Signer: no web page can use it, bodies are strict JSON.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseStrict, type Json } from '../../core/json/parse.ts';
import { isFault } from '../../core/fault/fault.ts';

/** What came: the path without the query, the body's bytes (64 KiB at most), and the one Authorization header. */
export interface Incoming {
  readonly authorization: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
}

/** What goes back: a status and a JSON value. */
export interface Outgoing {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that listens. */
export interface Loopback {
  readonly origin: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

const LARGEST = 65_536;

/** A refusal of a stand-in, with its status and a word. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, code: string) {
    super(code);
    this.name = 'Refused';
    this.status = status;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > LARGEST) throw new Refused(413, 'too_large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** A body as strict JSON. Throws Refused 400. */
export function jsonOf(body: Uint8Array): Json {
  try {
    return parseStrict(body);
  } catch (thrown) {
    if (isFault(thrown)) throw new Refused(400, thrown.code);
    throw thrown;
  }
}

function checkHost(request: IncomingMessage, port: number): void {
  const hosts = request.headersDistinct['host'] ?? [];
  const ours =
    hosts.length === 1 && [`127.0.0.1:${port}`, `localhost:${port}`].includes(hosts[0]?.toLowerCase() ?? '');
  if (!ours || request.headers.origin !== undefined) throw new Refused(403, 'host_forbidden');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function outcome(
  request: IncomingMessage,
  port: number,
  handle: (incoming: Incoming) => Promise<Outgoing>,
): Promise<Outgoing> {
  try {
    checkHost(request, port);
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const { authorization } = request.headers;
    return await handle({
      method: request.method ?? '',
      path,
      authorization,
      body: await bodyOf(request),
    });
  } catch (thrown) {
    if (thrown instanceof Refused) return { status: thrown.status, body: { error: thrown.message } };
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    return { status: 500, body: { error: 'internal' } };
  }
}

/** Listens on 127.0.0.1 at `port` (0: any free one). Rejects with the system's error when the port is taken. */
export function listen(port: number, handle: (incoming: Incoming) => Promise<Outgoing>): Promise<Loopback> {
  const server = createServer((request, response) => {
    void outcome(request, portOf(server), handle).then(({ status, body, headers }) => {
      const text = JSON.stringify(body);
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        'cache-control': 'no-store',
        ...headers,
      });
      response.end(text);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const bound = portOf(server);
      const close = (): Promise<void> =>
        new Promise((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ origin: `http://127.0.0.1:${bound}`, port: bound, close });
    });
  });
}
