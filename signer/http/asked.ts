// What a request says of itself before anything is believed: its host, its URL, its credentials, each header once.
import type { AddressInfo } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { CallerFault } from '../../core/fault/fault.ts';
import type { SessionHeader } from '../../contract/wire/session.ts';
import { parseSessionHeader } from '../feed/header.ts';
import type { Asked } from '../gates/optok.ts';
import type { ServerOptions } from './options.ts';

/** The path under which the API lies. */
export const API = '/api/v1/signer';

/** Every value of a header, where Node's `headers` would join them or keep the first. */
export function valuesOf(request: FastifyRequest, name: string): readonly string[] {
  return request.raw.headersDistinct[name] ?? [];
}

function loopback(request: FastifyRequest): readonly string[] {
  const { port } = request.server.server.address() as AddressInfo;
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** The Host of a request, lower case. Throws CallerFault `host_forbidden` for another one, or where a browser named an Origin. */
export function hostOf(request: FastifyRequest, hosts: ServerOptions['hosts']): string {
  const [host, second] = valuesOf(request, 'host');
  if (host === undefined || second !== undefined) throw new CallerFault('host_forbidden', 'not one Host');
  const served = hosts === 'loopback' ? loopback(request) : hosts;
  if (!served.includes(host.toLowerCase())) throw new CallerFault('host_forbidden', 'Host');
  if (valuesOf(request, 'origin').length > 0) throw new CallerFault('host_forbidden', 'Origin');
  // A target in absolute form names a host of its own, which would count instead (RFC 9112, 3.2.2); nobody needs it here.
  if (!request.raw.url?.startsWith('/')) throw new CallerFault('host_forbidden', 'target');
  return host.toLowerCase();
}

/** Where the request came to, absolute, without a path. Call it after `hostOf` accepted the Host. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${(valuesOf(request, 'host')[0] ?? '').toLowerCase()}`;
}

/** The path as it was sent, without the query. */
export function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?', 1)[0] ?? '';
}

/** What the gate `optok` looks at. */
export function askedOf(request: FastifyRequest): Asked {
  return {
    method: request.method,
    url: `${originOf(request)}${pathOf(request)}`,
    authorization: valuesOf(request, 'authorization'),
    dpop: valuesOf(request, 'dpop'),
  };
}

/** True when the credentials offered are an officer's session. */
export function isSession(request: FastifyRequest): boolean {
  return valuesOf(request, 'authorization').some((value) => /^Session(?: |$)/.test(value));
}

/** The session header, decoded (contract/wire/session.ts). Throws CallerFault `session_invalid`. */
export function sessionOf(request: FastifyRequest): SessionHeader {
  const [only, second] = valuesOf(request, 'authorization');
  if (second !== undefined) throw new CallerFault('session_invalid', 'header');
  return parseSessionHeader(only);
}
