// The session: what a device signs at sign-in, and what the session's own key signs afterwards (protocol.md 8).
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { fromBase64 } from '../bytes/base64.ts';
import { pae } from '../dsse/pae.ts';
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import { Digest } from '../json/digest.ts';
import { PublicKey, type Crypto } from '../key/crypto.ts';
import { Bytes32, Id, Time } from '../name/names.ts';
import type { Directory } from '../directory/directory.ts';
import { deviceOf, machineOf, officerOf } from '../directory/lookup.ts';
import { countersignatureBytes } from './countersignature.ts';
import { Proof, verifyProof } from './proof.ts';
import { signable } from './signable.ts';

/** The longest that a session lasts, in milliseconds. */
export const SESSION_LONGEST = 12 * 60 * 60 * 1000;

/** A session reads and carries; it never decides. Its id is its digest. */
export const Session = z.strictObject({
  _type: z.literal(signable.session.type),
  signer: Digest,
  officer: Id,
  device: Id,
  machine: Id,
  sessionKey: PublicKey,
  nonce: Bytes32,
  versions: z
    .array(z.string().regex(/^\d{1,6}$/))
    .min(1)
    .max(4),
  expires: Time,
});
export type Session = z.infer<typeof Session>;

/** A session as it is sent: with the device's proof and the machine's countersignature (base64). */
export const SealedSession = z.strictObject({
  session: Session,
  proof: Proof,
  countersignature: Base64.min(8).max(200),
});
export type SealedSession = z.infer<typeof SealedSession>;

/** Checks a sign-in against the directory, the nonce that was given, and the checker's clock (`now`, Unix milliseconds). Throws Refusal. */
export function verifySession(
  crypto: Crypto,
  directory: Directory,
  expected: { signer: string; nonce: string; now: number },
  sealed: SealedSession,
): void {
  const { session, proof, countersignature } = sealed;
  if (session.signer !== expected.signer) throw new Refusal('signer_mismatch', 'session');
  if (session.nonce !== expected.nonce) throw new Refusal('challenge_unknown', 'session');
  const device = deviceOf(officerOf(directory, session.officer), session.device);
  const machine = machineOf(directory, session.machine);
  verifyProof(crypto, directory.rpId, device, 'session', session, proof);
  if (
    !crypto.verify(machine.key, countersignatureBytes(crypto, session, proof), fromBase64(countersignature))
  )
    throw new Refusal('machine_proof', machine.id);
  const left = Date.parse(session.expires) - expected.now;
  if (!(left > 0 && left <= SESSION_LONGEST) || session.sessionKey.alg !== 'ecdsa-p256-sha256')
    throw new Refusal('expired', 'session');
}

/** What a session's key signs: a fresh nonce at a reconnect, or one HTTP request. */
export type SessionUse =
  | { readonly session: string; readonly use: 'resume'; readonly nonce: string }
  | {
      readonly session: string;
      readonly use: 'fetch';
      readonly method: 'GET';
      readonly path: string;
      readonly at: string;
      readonly nonce: string;
    };

/** The bytes that a session's key signs for one use. */
export function sessionUseBytes(use: SessionUse): Uint8Array {
  return pae('application/vnd.stella.session-use+json', canonical(use));
}
