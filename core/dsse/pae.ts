// DSSE's pre-authentication encoding: the exact bytes that a DSSE signature covers.
import { concat, utf8 } from '../bytes/bytes.ts';

/**
 * PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body (DSSE v1.0.2, protocol.md);
 * lengths are of bytes, in decimal. Refusal `encoding` for a type that UTF-8 cannot write.
 */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload);
}
