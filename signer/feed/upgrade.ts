// The door: which upgrade requests may become a link, and what the others are told.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { LINK_PATH, SUBPROTOCOL } from '../../contract/wire/link.ts';

/** Why an upgrade is refused: an HTTP status and a stable code. */
export interface Refused {
  readonly status: 400 | 403 | 404 | 503;
  readonly code: 'origin_forbidden' | 'not_found' | 'message_invalid' | 'version' | 'busy';
}

const says = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' } as const;

/**
 * Judges one upgrade request (RFC 6455, 4.2.1; protocol.md 13). An `Origin` marks a browser: refused, whatever it says.
 * A query string is refused because tokens end up in them, and in logs. Exactly the one subprotocol must be asked for.
 */
export function judgeUpgrade(request: IncomingMessage): Refused | undefined {
  const { url = '', headers } = request;
  if (headers.origin !== undefined || headers['sec-websocket-origin'] !== undefined) {
    return { status: 403, code: 'origin_forbidden' };
  }
  if (url.split(/[?#]/, 1)[0] !== LINK_PATH) return { status: 404, code: 'not_found' };
  if (url !== LINK_PATH) return { status: 400, code: 'message_invalid' };
  if (headers['sec-websocket-protocol'] !== SUBPROTOCOL) return { status: 400, code: 'version' };
  return undefined;
}

/** Answers an upgrade with a problem (RFC 9457) and closes. */
export function refuseUpgrade(socket: Duplex, { status, code }: Refused): void {
  const body = JSON.stringify({ type: 'about:blank', title: says[status], status, code });
  const head = [
    `HTTP/1.1 ${status} ${says[status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
