// How a session authenticates one HTTP request: the Authorization header's content.
import { z } from 'zod';
import { Base64 } from '../../core/bytes/form.ts';
import { Digest } from '../../core/json/digest.ts';
import { Bytes32, Time } from '../../core/name/names.ts';

/** `Authorization: Session <base64url of this, canonical>`; the session's key signed `sessionUseBytes` of its use (DER, base64). */
export const SessionHeader = z.strictObject({
  session: Digest,
  at: Time,
  nonce: Bytes32,
  signature: Base64.max(200),
});
export type SessionHeader = z.infer<typeof SessionHeader>;
