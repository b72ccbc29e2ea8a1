// Signed notes (C2SP signed-note): text, and lines of signatures by named keys.
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { concat, equalBytes, isWellFormed, utf8 } from '../bytes/bytes.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { Refusal } from '../fault/fault.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import { ed25519Spki, rawKey } from '../key/spki.ts';

/** Signature types that we make and check: an Ed25519 signature over the text, and a timestamped Ed25519 cosignature. */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
export type SignatureType = typeof ED25519 | typeof COSIGNATURE;

/** A key that signs notes: its name, an Ed25519 key, and what its signatures are. */
export interface NoteKey {
  readonly name: string;
  readonly type: SignatureType;
  readonly key: PublicKey;
}

/** One signature line: `keyHash` has four bytes, `signature` what follows them. */
export interface NoteSignature {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note, taken apart; the body ends in a newline. */
export interface Note {
  readonly body: string;
  readonly signatures: readonly NoteSignature[];
}

const LONGEST = 256 * 1024;
const MOST_SIGNATURES = 64;
const KEY_HASH_BYTES = 4;
const NAME = /^[^\s\u0085+]+$/u; // no Unicode spaces, no plus
// eslint-disable-next-line no-control-regex -- the specification forbids exactly these
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

function refuse(what: string): never {
  throw new Refusal('checkpoint_invalid', what);
}

function isText(text: string): boolean {
  return isWellFormed(text) && !CONTROL.test(text);
}

/**
 * The four bytes that, with the name, say which key signed: SHA-256(name || "\n" || type || raw key)[:4].
 * Refusal `checkpoint_invalid` for a key that is not Ed25519.
 */
export function noteKeyHash(crypto: Crypto, name: string, type: SignatureType, key: PublicKey): Uint8Array {
  if (key.alg !== 'ed25519') refuse(`a note key of ${key.alg}`);
  const named = concat(utf8(`${name}\n`), Uint8Array.of(type), rawKey(key));
  return crypto.sha256(named).subarray(0, KEY_HASH_BYTES);
}

function keyHashOf(crypto: Crypto, { name, type, key }: NoteKey): Uint8Array {
  return noteKeyHash(crypto, name, type, key);
}

/** A signature line with its newline. Refusal `checkpoint_invalid` for a name or key that notes cannot have. */
export function noteSignatureLine(crypto: Crypto, key: NoteKey, signature: Uint8Array): string {
  if (!NAME.test(key.name) || !isText(key.name)) refuse('key name');
  return `\u2014 ${key.name} ${toBase64(concat(keyHashOf(crypto, key), signature))}\n`;
}

/** The note of a body and its signature lines. Refusal `checkpoint_invalid` for a body that notes cannot have. */
export function makeNote(body: string, lines: readonly string[]): string {
  const note = `${body}\n${lines.join('')}`;
  parseNote(note);
  return note;
}

function parseLine(line: string): NoteSignature {
  const [dash, name, text, ...more] = line.split(' ');
  if (dash !== '\u2014' || !name || !text || more.length > 0 || !NAME.test(name))
    return refuse('signature line');
  const bytes = fromBase64(text);
  if (bytes.length <= KEY_HASH_BYTES) refuse('short signature');
  return { name, keyHash: bytes.subarray(0, KEY_HASH_BYTES), signature: bytes.subarray(KEY_HASH_BYTES) };
}

function sameKey(a: NoteSignature, b: NoteSignature): boolean {
  return a.name === b.name && equalBytes(a.keyHash, b.keyHash);
}

/**
 * Takes a note apart. Refusal `checkpoint_invalid` for another form, a key that signs twice, more than 64
 * signatures or 256 Ki characters; `encoding` for a signature that is not base64. Checks no signature.
 */
export function parseNote(text: string): Note {
  if (text.length > LONGEST || !isText(text) || !text.endsWith('\n')) refuse('not a note');
  const blank = text.lastIndexOf('\n\n');
  const body = text.slice(0, blank + 1);
  const lines = text.slice(blank + 2, -1).split('\n');
  if (blank < 1 || lines.length > MOST_SIGNATURES) refuse('not a note');
  const signatures = lines.map(parseLine);
  signatures.forEach((one, i) => {
    if (signatures.slice(0, i).some((other) => sameKey(one, other))) refuse('a key signs twice');
  });
  return { body, signatures };
}

/** The signature line by this key, if the note has one: name and key hash are both the key's. */
export function signatureBy(crypto: Crypto, note: Note, key: NoteKey): NoteSignature | undefined {
  const keyHash = keyHashOf(crypto, key);
  return note.signatures.find((line) => line.name === key.name && equalBytes(line.keyHash, keyHash));
}

/** The key in text (C2SP signed-note, verifier keys): name+hash+base64(type || raw key). */
export function vkey(crypto: Crypto, key: NoteKey): string {
  const material = concat(Uint8Array.of(key.type), rawKey(key.key));
  return `${key.name}+${toHex(keyHashOf(crypto, key))}+${toBase64(material)}`;
}

/** Reads a verifier key. Refusal `checkpoint_invalid` for another form or type, or a hash that is not the key's. */
export function parseVkey(crypto: Crypto, text: string): NoteKey {
  const [name = '', hash = '', ...rest] = text.split('+');
  const material = fromBase64(rest.join('+')); // base64 may hold a plus of its own
  const type = material[0];
  if (!NAME.test(name) || (type !== ED25519 && type !== COSIGNATURE)) return refuse('verifier key');
  const spki = ed25519Spki(material.subarray(1));
  const key: NoteKey = { name, type, key: { alg: 'ed25519', spki: toBase64(spki) } };
  if (!equalBytes(fromHex(hash), keyHashOf(crypto, key))) refuse('key hash');
  return key;
}
