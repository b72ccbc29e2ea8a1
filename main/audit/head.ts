// The journal's head: the RFC 6962 root over its lines, signed by the machine, so that a cut end is found.
import { JournalHead } from '../../contract/stored/console-journal.ts';
import { fromBase64, toBase64 } from '../../core/bytes/base64.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { pae } from '../../core/dsse/pae.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto, PublicKey } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import { leafHash, rootOf } from '../../core/log/merkle.ts';

/** Signs a whole message with the machine's key (DER). */
export type MachineSign = (message: Uint8Array) => Promise<Uint8Array>;

function headMessage(head: Head): Uint8Array {
  return pae('application/vnd.stella.journal-head+json', canonical(head));
}

/** The head over the first `size` lines, by their leaf hashes. */
export function headOver(
  crypto: Crypto,
  origin: string,
  hashes: readonly Uint8Array[],
  size = hashes.length,
): Head {
  return { origin, size, root: toBase64(rootOf(crypto, hashes.slice(0, size))) };
}

/** The leaf hash of one line (RFC 9162, 2.1.1). */
export function lineHash(crypto: Crypto, line: Uint8Array): Uint8Array {
  return leafHash(crypto, line);
}

/** The bytes of the head file. */
export async function sealHead(sign: MachineSign, head: Head): Promise<Uint8Array> {
  return canonical({ v: 1, head, signature: toBase64(await sign(headMessage(head))) });
}

/** Reads a head file. Refusal `journal_broken` unless it is this journal's, signed by this machine's key. */
export function openHead(crypto: Crypto, key: PublicKey, origin: string, bytes: Uint8Array): Head {
  try {
    const { head, signature } = parseAs(JournalHead, parseCanonical(bytes));
    if (head.origin !== origin) throw new Refusal('journal_broken', `head of ${head.origin}`);
    if (!crypto.verify(key, headMessage(head), fromBase64(signature)))
      throw new Refusal('journal_broken', 'signature of the head');
    return head;
  } catch (cause) {
    if (isFault(cause) && cause.code !== 'journal_broken') throw new Refusal('journal_broken', 'head', cause);
    throw cause;
  }
}
