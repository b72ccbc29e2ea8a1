// One bounded GET from the Signer: the pinned CA only, no redirect, no more bytes than asked for, one deadline.
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import { WireFault, isFault, type AnyFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import type { Endpoint } from './endpoint.ts';
import { asFault, faultFor } from '../../ports/peer-faults.ts';

/** `most` in bytes, `deadline` in milliseconds for everything together. */
export interface Wanted {
  readonly path: string;
  readonly most: number;
  readonly deadline: number;
  readonly authorization?: string;
}

const LARGEST_PROBLEM = 64 * 1024;
const Problem = z.object({ code: z.string().max(64), detail: z.string().max(2000).optional() });

function open(endpoint: Endpoint, { path, authorization }: Wanted): ClientRequest {
  const { hostname, port } = endpoint.http;
  const host = hostname.replace(/^\[|\]$/g, '');
  const headers = { accept: '*/*', ...(authorization === undefined ? {} : { authorization }) };
  const target = { host, port, path, method: 'GET', headers, agent: false as const };
  return endpoint.tls ? httpsRequest({ ...target, ...endpoint.tls }) : httpRequest(target);
}

/** Collects the body. Calls `done` once with the bytes, or the fault when there are more than `most` or it broke off. */
function collect(
  response: IncomingMessage,
  most: number,
  done: (result: Uint8Array | AnyFault) => void,
): void {
  const parts: Buffer[] = [];
  let length = 0;
  response.on('data', (part: Buffer) => {
    length += part.length;
    if (length > most) {
      done(new WireFault('message_too_large', `more than ${most} bytes`));
      response.destroy();
    } else parts.push(part);
  });
  response.on('end', () => done(Buffer.concat(parts)));
  response.on('error', (error) => done(asFault(error)));
  response.on('aborted', () => done(new WireFault('unreachable', 'broken off')));
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

/**
 * Gets a path. Rejects with the fault that the Signer's problem names (RFC 9457), WireFault `message_too_large`,
 * `timed_out` or `unreachable`.
 */
export function fetchBytes(endpoint: Endpoint, wanted: Wanted): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const request = open(endpoint, wanted);
    const timer = setTimeout(() => fail(new WireFault('timed_out', wanted.path)), wanted.deadline);
    const fail = (fault: AnyFault) => {
      clearTimeout(timer);
      reject(fault);
      request.destroy();
    };
    request.on('error', (error) => fail(asFault(error)));
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const coded = response.headers['content-encoding'] !== undefined;
      if (coded) return fail(new WireFault('message_invalid', 'a content encoding'));
      collect(response, status === 200 ? wanted.most : LARGEST_PROBLEM, (result) => {
        if (!(result instanceof Uint8Array)) return fail(result);
        if (status !== 200) return fail(problemOf(status, result));
        clearTimeout(timer);
        resolve(result);
      });
    });
    request.end();
  });
}
