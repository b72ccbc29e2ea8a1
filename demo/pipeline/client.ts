// HTTPS to the Signer with the demo's CA pinned: each request with its own proof, once more when the nonce was stale.
import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.ts';

export interface ClientOptions {
  readonly caller: Caller;
  /** PEM of the only CA that is trusted. */
  readonly ca: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Client {
  /** One request, authorized. Rejects with the system's error when the Signer cannot be reached. */
  send(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  close(): void;
}

const DEADLINE_MS = 20_000;
const LARGEST = 32 * 1024 * 1024;

type Raw = Answer & { readonly headers: IncomingHttpHeaders };

function sendOnce(
  agent: Agent,
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, agent, headers, signal: AbortSignal.timeout(DEADLINE_MS) },
      (incoming) => {
        const parts: Buffer[] = [];
        let size = 0;
        incoming.on('data', (part: Buffer) => {
          size += part.length;
          if (size > LARGEST) incoming.destroy(new Error('the answer is too large'));
          parts.push(part);
        });
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            body: Buffer.concat(parts),
            headers: incoming.headers,
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const text = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A client that keeps the newest nonce. TLS 1.3, the pinned CA and no other. */
export function openClient({ caller, ca }: ClientOptions): Client {
  const agent = new Agent({ ca, minVersion: 'TLSv1.3', keepAlive: true });
  let nonce: string | undefined;

  async function attempt(
    method: string,
    url: string,
    body: object | undefined,
    extra: Readonly<Record<string, string>>,
  ): Promise<Raw> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ...extra,
      authorization: `DPoP ${caller.accessToken}`,
      dpop: await caller.proof(method, url, nonce),
      ...(bytes === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
    };
    const answer = await sendOnce(agent, method, url, headers, bytes);
    nonce = text(answer.headers['dpop-nonce']) ?? nonce;
    return answer;
  }

  return {
    async send(method, url, body, headers = {}) {
      const first = await attempt(method, url, body, headers);
      // RFC 9449, 9: the server says which nonce it wants, and the same request is made with a new proof
      const stale =
        first.status === 401 && (text(first.headers['www-authenticate']) ?? '').includes('use_dpop_nonce');
      return stale ? attempt(method, url, body, headers) : first;
    },
    close: () => agent.destroy(),
  };
}
