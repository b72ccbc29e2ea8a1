// A Signer that the command line speaks to: its address and the CA that is pinned for it, one bounded question at a time.
import { ask, endpointOf, type Endpoint } from '../ceremony/boards/https.ts';
import { fromUtf8 } from '../core/bytes/bytes.ts';
import { parseStrict, type Json } from '../core/json/parse.ts';
import { readBytes } from './files.ts';

const DEADLINE_MS = 20_000;
const LARGEST = 64 * 1024 * 1024;

/**
 * Checks address and CA together; without a CA only plain HTTP on a loopback address will do. Throws LackFault `usage`, and `file_*`
 * for the CA.
 */
export async function signerAt(address: string, caFile: string | undefined): Promise<Endpoint> {
  return endpointOf(address, caFile === undefined ? null : [fromUtf8(await readBytes(caFile))]);
}

/**
 * One question, `body` posted or nothing got: the strict JSON that came back. Rejects as `ask` does, and with Refusal `json_*` for
 * what is none. No redirect is followed, and nothing is tried again.
 */
export async function askSigner(signer: Endpoint, path: string, body?: Uint8Array): Promise<Json> {
  const sent = body === undefined ? {} : { body };
  const bytes = await ask(signer, { path, ...sent, most: LARGEST, deadline: DEADLINE_MS });
  return parseStrict(bytes, { maxBytes: LARGEST });
}
