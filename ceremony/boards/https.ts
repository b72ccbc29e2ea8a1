// One bounded request to a Signer: the given CA only, no redirect, no more bytes than asked for, one deadline.
import { X509Certificate } from 'node:crypto';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import { LackFault, WireFault, isFault, type AnyFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { asFault, faultFor } from '../../ports/peer-faults.ts';

/** Where the Signer is. `tls` is undefined for plain HTTP on loopback. */
export interface Endpoint {
  readonly url: URL;
  readonly tls: { readonly ca: string[]; readonly minVersion: 'TLSv1.3' } | undefined;
}

/** `body` is sent as JSON; without one it is a GET. `most` in bytes, `deadline` in milliseconds for everything together. */
export interface Wanted {
  readonly path: string;
  readonly body?: Uint8Array;
  readonly most: number;
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

const LARGEST_PROBLEM = 64 * 1024;
const Problem = z.object({ code: z.string().max(64), detail: z.string().max(2000).optional() });
const loopback = ['127.0.0.1', '[::1]', 'localhost'];

function pem(certificate: string): string {
  try {
    return new X509Certificate(certificate).toString();
  } catch (cause) {
    throw new LackFault('file_malformed', "the certificate of the Signer's CA", cause);
  }
}

/** Throws LackFault `usage` for an address that is more than scheme, host and port, or that nobody could trust. */
export function endpointOf(address: string, ca: readonly string[] | null): Endpoint {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new LackFault('usage', 'the address of the Signer', cause);
  }
  const { protocol, hostname, username, password, search, hash, pathname } = url;
  if (username + password + search + hash !== '' || pathname !== '/')
    throw new LackFault('usage', 'the address of the Signer is scheme, host and port only');
  if (protocol === 'https:' && ca !== null && ca.length > 0)
    return { url, tls: { ca: ca.map(pem), minVersion: 'TLSv1.3' } };
  if (protocol === 'http:' && ca === null && loopback.includes(hostname)) return { url, tls: undefined };
  throw new LackFault('usage', 'https with a CA, or http on a loopback address');
}

function open({ url, tls }: Endpoint, { path, body, signal }: Wanted): ClientRequest {
  const target = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path,
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: '*/*',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    },
    agent: false as const,
    ...(signal === undefined ? {} : { signal }),
  };
  return tls ? httpsRequest({ ...target, ...tls }) : httpRequest(target);
}

function problemOf(status: number, body: Uint8Array): AnyFault {
  const unreadable = new WireFault('unreachable', `HTTP ${status}`);
  try {
    const problem = Problem.safeParse(parseStrict(body, { maxBytes: LARGEST_PROBLEM }));
    return problem.success ? faultFor(problem.data.code, problem.data.detail ?? '') : unreadable;
  } catch (thrown) {
    if (isFault(thrown)) return unreadable;
    throw thrown;
  }
}

async function bodyOf(response: IncomingMessage, most: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) throw new WireFault('message_too_large', `more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function answerOf(response: IncomingMessage, { most }: Wanted): Promise<Uint8Array> {
  const status = response.statusCode ?? 0;
  if (response.headers['content-encoding'] !== undefined)
    throw new WireFault('message_invalid', 'a content encoding');
  const body = await bodyOf(response, status === 200 ? most : LARGEST_PROBLEM);
  if (status !== 200) throw problemOf(status, body);
  return body;
}

/**
 * Asks, once. Rejects with the fault that the Signer's problem names (RFC 9457), WireFault `message_too_large`, `timed_out`
 * or `unreachable`.
 */
export function ask(endpoint: Endpoint, wanted: Wanted): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const request = open(endpoint, wanted);
    const settled = (end: () => void): void => {
      clearTimeout(timer);
      end();
      request.destroy();
    };
    const fail = (thrown: unknown): void => settled(() => reject(asFault(thrown)));
    const timer = setTimeout(() => fail(new WireFault('timed_out', wanted.path)), wanted.deadline);
    request.on('error', fail);
    request.on('response', (response) => {
      answerOf(response, wanted).then((body) => settled(() => resolve(body)), fail);
    });
    request.end(wanted.body);
  });
}
