// Checkpoints (C2SP tlog-checkpoint): a log's size and root, signed by the log as a note.
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { isWellFormed, utf8 } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import { HASH_BYTES } from './hash.ts';
import { ED25519, parseNote, signatureBy, type Note } from './note.ts';

export { ED25519, makeNote, noteKeyHash, noteSignatureLine, parseNote, parseVkey, vkey } from './note.ts';
export type { Note, NoteKey, NoteSignature } from './note.ts';

/** A log head: which log, how many leaves, and the 32 bytes of the root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
// eslint-disable-next-line no-control-regex -- an origin is one line of a note
const ORIGIN = /^[^\u0000-\u001f]{1,200}$/u;

function refuse(what: string): never {
  throw new Refusal('checkpoint_invalid', what);
}

/** The text that is signed: three lines, origin, size and root in base64. Refusal `checkpoint_invalid` if it has no such text. */
export function checkpointBody({ origin, size, root }: Checkpoint): string {
  const whole = Number.isSafeInteger(size) && size >= 0;
  if (!ORIGIN.test(origin) || !isWellFormed(origin) || !whole || root.length !== HASH_BYTES)
    refuse('checkpoint');
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads the signed text. Refusal `checkpoint_invalid` for another form; extension lines, which nobody checks, too. */
export function parseCheckpoint(body: string): Checkpoint {
  const [origin = '', size = '', root = '', end, ...more] = body.split('\n');
  if (end !== '' || more.length > 0 || !SIZE.test(size)) refuse('not three lines');
  const checkpoint = { origin, size: Number(size), root: fromBase64(root) };
  if (checkpointBody(checkpoint) !== body) refuse('not as a log writes it');
  return checkpoint;
}

/** True when this is the log's Ed25519 signature over the body. */
export function verifyLogSignature(
  crypto: Crypto,
  key: PublicKey,
  body: string,
  signature: Uint8Array,
): boolean {
  return key.alg === 'ed25519' && crypto.verify(key, utf8(body), signature);
}

/** A checkpoint whose log signature was verified, with the note it came in. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note;
}

/**
 * Reads a signed checkpoint and verifies the log's own signature: Ed25519 over the body, under the origin's name.
 * Refusal `checkpoint_invalid` for another form or no signature by this key, `signature_invalid` for a wrong one.
 * Other signature lines are left to whoever knows their keys.
 */
export function verifyCheckpoint(crypto: Crypto, text: string, key: PublicKey): SignedCheckpoint {
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note.body);
  const line = signatureBy(crypto, note, { name: checkpoint.origin, type: ED25519, key });
  if (!line) return refuse('no signature by the log');
  if (!verifyLogSignature(crypto, key, note.body, line.signature)) {
    throw new Refusal('signature_invalid', 'checkpoint');
  }
  return { ...checkpoint, note };
}
