// Opening a checkpoint: the log's own signature, and every cosignature on it, against the directory.
import { Refusal } from '../fault/fault.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import type { Directory } from '../directory/directory.ts';
import { keyFor, witnessName } from '../directory/lookup.ts';
import { ED25519, parseCheckpoint, verifyLogSignature } from '../log/checkpoint.ts';
import { COSIGNATURE, verifyCosignature } from '../log/cosignature.ts';
import { noteKeyHash, parseNote, type NoteSignature } from '../log/note.ts';
import { equalBytes } from '../bytes/bytes.ts';

/** A verified checkpoint. `cosigners` are names of witnesses with the time (Unix seconds) that each put beside its cosignature. */
export interface OpenCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly cosigners: readonly { readonly name: string; readonly time: number }[];
}

function witnesses(directory: Directory): Map<string, PublicKey> {
  const all = new Map(directory.witnesses.map((w) => [w.name, w.key]));
  for (const machine of directory.machines) all.set(witnessName(directory, machine.id), machine.witness);
  return all;
}

function openCosignature(crypto: Crypto, known: Map<string, PublicKey>, body: string, line: NoteSignature) {
  const key = known.get(line.name);
  if (!key || !equalBytes(line.keyHash, noteKeyHash(crypto, line.name, COSIGNATURE, key)))
    throw new Refusal('witness_unknown', line.name);
  const time = verifyCosignature(crypto, key, body, line.signature);
  if (time === undefined) throw new Refusal('signature_invalid', `cosignature of ${line.name}`);
  return { name: line.name, time };
}

/**
 * Opens a C2SP checkpoint (tlog-checkpoint; signed-note; tlog-cosignature) of this directory's log. Every signature line
 * must be the log's or a known witness's, each once: a line that does not fit refuses, it is never skipped.
 * Throws Refusal `checkpoint_invalid`, `signature_invalid`, `witness_unknown` or `witness_missing` (fewer than `least`).
 */
export function openCheckpoint(
  crypto: Crypto,
  directory: Directory,
  text: string,
  least = 0,
): OpenCheckpoint {
  const note = parseNote(text);
  const { origin, size, root } = parseCheckpoint(note.body);
  if (origin !== directory.origin) throw new Refusal('checkpoint_invalid', origin);
  const logKey = keyFor(directory, 'log').key;
  const known = witnesses(directory);
  const cosigners: { name: string; time: number }[] = [];
  let signed = 0;
  for (const line of note.signatures) {
    if (line.name === origin) {
      if (!equalBytes(line.keyHash, noteKeyHash(crypto, origin, ED25519, logKey)))
        throw new Refusal('checkpoint_invalid', 'log key');
      if (!verifyLogSignature(crypto, logKey, note.body, line.signature))
        throw new Refusal('signature_invalid', 'checkpoint');
      signed += 1;
    } else cosigners.push(openCosignature(crypto, known, note.body, line));
  }
  if (signed !== 1) throw new Refusal('checkpoint_invalid', `${signed} signatures of the log`);
  if (new Set(cosigners.map((c) => c.name)).size !== cosigners.length)
    throw new Refusal('checkpoint_invalid', 'a witness twice');
  if (cosigners.length < least) throw new Refusal('witness_missing', `${cosigners.length} of ${least}`);
  return { origin, size, root, cosigners };
}
