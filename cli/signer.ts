// A Signer that the command line speaks to: its address, the CA that is pinned for it, one bounded request at a time.
import { X509Certificate } from 'node:crypto';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import { caller, refusal } from '../core/fault/codes.ts';
import {
  CallerFault,
  LackFault,
  Refusal,
  WireFault,
  isFault,
  type CallerCode,
  type RefusalCode,
} from '../core/fault/fault.ts';
import { parseStrict, type Json } from '../core/json/parse.ts';
import { readBytes } from './files.ts';

/** Where to connect, and the only CA that is trusted for it: none for plain HTTP on loopback. */
export interface Signer {
  readonly url: URL;
  readonly ca: string | null;
}

const loopback = ['127.0.0.1', '[::1]', 'localhost'];
const DEADLINE = 20_000;
const LARGEST = 64 * 1024 * 1024;

/**
 * Checks address and CA together. Throws LackFault `usage` for an address with more than scheme, host and port, for TLS without
 * `--ca`, and for plain HTTP to another machine; `file_*` for the CA.
 */
export async function signerAt(address: string | undefined, caFile: string | undefined): Promise<Signer> {
  const usage = (why: string, cause?: unknown) => new LackFault('usage', why, cause);
  let url: URL;
  try {
    url = new URL(address ?? '');
  } catch (cause) {
    throw usage('--signer wants the address of the Signer', cause);
  }
  const extra = [url.username, url.password, url.search, url.hash].join('');
  if (extra !== '' || url.pathname !== '/') throw usage('--signer is scheme, host and port only');
  if (url.protocol === 'http:' && caFile === undefined && loopback.includes(url.hostname))
    return { url, ca: null };
  if (url.protocol !== 'https:' || caFile === undefined)
    throw usage('https with --ca, or http on a loopback address');
  const bytes = await readBytes(caFile);
  try {
    return { url, ca: new X509Certificate(bytes).toString() };
  } catch (cause) {
    throw new LackFault('file_malformed', `${caFile}: no certificate`, cause);
  }
}

const Problem = z.object({ code: z.string().max(64), detail: z.string().max(4000).optional() });

/** The fault that the Signer answered with. */
function faultOf(status: number, body: Uint8Array): Error {
  const strange = new WireFault('message_invalid', `HTTP ${status}`);
  try {
    const problem = Problem.safeParse(parseStrict(body, { maxBytes: 64 * 1024 }));
    if (!problem.success) return strange;
    const { code, detail = '' } = problem.data;
    if (Object.hasOwn(refusal, code)) return new Refusal(code as RefusalCode, detail);
    if (Object.hasOwn(caller, code)) return new CallerFault(code as CallerCode, detail);
    return strange;
  } catch (thrown) {
    if (isFault(thrown)) return strange;
    throw thrown;
  }
}

function open({ url, ca }: Signer, path: string, body: Uint8Array | null): ClientRequest {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const headers = {
    accept: '*/*',
    ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
  };
  const target = {
    host,
    port: url.port,
    path,
    method: body ? 'POST' : 'GET',
    headers,
    agent: false as const,
  };
  return ca === null ? httpRequest(target) : httpsRequest({ ...target, ca: [ca], minVersion: 'TLSv1.3' });
}

async function read(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST) throw new WireFault('message_too_large', `more than ${LARGEST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * One question, `body` posted or nothing got: the strict JSON that came back. Rejects with the fault that the Signer's problem
 * names (RFC 9457), WireFault `unreachable`, `timed_out`, `message_*`. No redirect is followed, and nothing is tried again.
 */
export function askSigner(signer: Signer, path: string, body: Uint8Array | null = null): Promise<Json> {
  return new Promise((resolve, reject) => {
    const asked = open(signer, path, body);
    const timer = setTimeout(() => {
      reject(new WireFault('timed_out', path));
      asked.destroy();
    }, DEADLINE);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    const failed = (thrown: unknown): void =>
      end(() => reject(isFault(thrown) ? thrown : new WireFault('unreachable', String(thrown), thrown)));
    asked.on('error', failed);
    asked.on('response', (response) => {
      read(response)
        .then((bytes) => {
          if (response.statusCode !== 200) throw faultOf(response.statusCode ?? 0, bytes);
          const value = parseStrict(bytes, { maxBytes: LARGEST });
          end(() => resolve(value));
        })
        .catch(failed);
    });
    asked.end(body ?? undefined);
  });
}
