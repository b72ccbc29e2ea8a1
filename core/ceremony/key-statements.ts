// What the keys themselves say: the new one that somebody holds it, the old one that it gives way to the new.
import { makeEnvelope, payloadOf, type Envelope } from '../dsse/envelope.ts';
import { pae } from '../dsse/pae.ts';
import { equalBytes } from '../bytes/bytes.ts';
import { fromBase64 } from '../bytes/base64.ts';
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import { kindOf, type Opening } from './transcript.ts';

/** `possession` is signed by the new key (RFC 4211, 4), `endorsement` by the old one. */
export type Saying = 'possession' | 'endorsement';

/** A statement's payload and the type under which a key signs it. A rehearsal's types are its own. */
export interface KeyStatement {
  readonly payloadType: string;
  readonly payload: Uint8Array;
}

/** What is said in this ceremony of the new key `key` by its name `name`. */
export function keyStatement(opening: Opening, saying: Saying, name: string, key: PublicKey): KeyStatement {
  const what = `${kindOf(opening) === 'real' ? 'key' : 'rehearsal-key'}-${saying}`;
  const { signer, ceremony, key: replaces } = opening;
  const body = { _type: `https://stella.ops/signer/${what}/v1`, signer, ceremony, name, key, replaces };
  return { payloadType: `application/vnd.stella.${what}+json`, payload: canonical(body) };
}

/** The bytes that the key signs. */
export const statementBytes = ({ payloadType, payload }: KeyStatement): Uint8Array =>
  pae(payloadType, payload);

/** Statement and signature (DER) as an envelope. */
export function sealStatement(
  crypto: Crypto,
  statement: KeyStatement,
  by: PublicKey,
  signature: Uint8Array,
): Envelope {
  return makeEnvelope(statement.payloadType, statement.payload, [{ keyid: keyId(crypto, by), signature }]);
}

/** Checks that the envelope is exactly this statement, signed once, by this key. Throws Refusal `ceremony_output`. */
export function checkStatement(
  crypto: Crypto,
  statement: KeyStatement,
  by: PublicKey,
  envelope: Envelope,
): void {
  const fail = (why: string) => new Refusal('ceremony_output', `${statement.payloadType}: ${why}`);
  const [signature, ...more] = envelope.signatures;
  if (envelope.payloadType !== statement.payloadType || !equalBytes(payloadOf(envelope), statement.payload))
    throw fail('another statement');
  if (!signature || more.length > 0 || signature.keyid !== keyId(crypto, by))
    throw fail('signed by another key');
  if (!crypto.verify(by, statementBytes(statement), fromBase64(signature.sig))) throw fail('signature');
}
