// Reads a journal from its files and checks all of it: chain, signed head, reserve. Changes nothing.
import { join } from 'node:path';
import type { JournalRecord } from '../../contract/stored/console-journal.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import type { Crypto, PublicKey } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import { readIfThere } from '../../ports/files.ts';
import { headOver, lineHash, openHead } from './head.ts';
import { after, noLink, recordOf, type Link } from './line.ts';
import { joinLines } from './reserve.ts';

export const JOURNAL_FILE = 'journal.lines';
export const HEAD_FILE = 'journal.head';
export const RESERVE_FILE = 'journal.reserve';
const NEWLINE = 0x0a;

/** Whose journal: the machine's key signs its head. */
export interface JournalOf {
  readonly crypto: Crypto;
  readonly dir: string;
  readonly origin: string;
  readonly key: PublicKey;
}

/** A journal that was read whole. `ownBytes`: how many bytes of its own file stand; `extra`: lines only the reserve has. */
export interface JournalRead {
  readonly records: readonly JournalRecord[];
  readonly hashes: readonly Uint8Array[];
  readonly link: Link;
  readonly head: Head;
  readonly ownBytes: number;
  readonly ownLines: number;
  readonly torn: number;
  readonly extra: readonly Uint8Array[];
}

function split(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return lines;
}

interface Chain {
  readonly records: JournalRecord[];
  readonly hashes: Uint8Array[];
  readonly link: Link;
}

/** Follows the chain as far as it holds; what breaks beyond the signed head was never acknowledged and ends it there. */
function follow(crypto: Crypto, lines: readonly Uint8Array[], signed: number): Chain {
  const records: JournalRecord[] = [];
  const hashes: Uint8Array[] = [];
  let link = noLink(crypto);
  for (const line of lines) {
    try {
      records.push(recordOf(link, line));
    } catch (thrown) {
      if (isFault(thrown) && link.size >= signed) break;
      throw thrown;
    }
    hashes.push(lineHash(crypto, line));
    link = after(crypto, link, line);
  }
  return { records, hashes, link };
}

function checkHead(crypto: Crypto, signed: Head, hashes: readonly Uint8Array[]): void {
  if (hashes.length < signed.size)
    throw new Refusal('journal_broken', `${hashes.length} lines, its head says ${signed.size}`);
  if (headOver(crypto, signed.origin, hashes, signed.size).root !== signed.root)
    throw new Refusal('journal_broken', 'the lines are not those under the head');
}

/** Where the reserve's first line stands, by its own word; beyond everything when it is no record. */
function beginOf(reserve: readonly Uint8Array[]): number {
  const first = reserve[0];
  if (!first) return 0;
  const seq = /"seq":(\d{1,15}),"v":1\}$/.exec(new TextDecoder().decode(first))?.[1];
  if (seq === undefined) throw new Refusal('journal_broken', 'the reserve');
  return Number(seq);
}

function joined(main: readonly Uint8Array[], reserve: readonly Uint8Array[], signed: number) {
  const begin = beginOf(reserve);
  if (begin > main.length)
    throw new Refusal('journal_broken', `the reserve begins at ${begin}, the journal ends at ${main.length}`);
  const { keep, extra } = joinLines(main, reserve, begin);
  if (keep < main.length && keep < signed) throw new Refusal('journal_broken', 'journal and reserve differ');
  return { keep, extra };
}

/**
 * Reads and checks a journal. Undefined when there is none yet. Refusal `journal_broken` when what is there is not what
 * was written: a line edited, removed, moved or cut at or below the signed head, or the head itself changed or gone.
 */
export async function readJournal(
  of: JournalOf,
  reserve: readonly Uint8Array[],
): Promise<JournalRead | undefined> {
  const { crypto, dir, origin, key } = of;
  const bytes = await readIfThere(join(dir, JOURNAL_FILE));
  const headBytes = await readIfThere(join(dir, HEAD_FILE));
  if (!headBytes && !bytes && reserve.length === 0) return undefined;
  if (!headBytes) throw new Refusal('journal_broken', 'its head is gone');
  const signed = openHead(crypto, key, origin, headBytes);
  const main = split(bytes ?? new Uint8Array(0));
  const { keep, extra } = joined(main, reserve, signed.size);
  const { records, hashes, link } = follow(crypto, [...main.slice(0, keep), ...extra], signed.size);
  checkHead(crypto, signed, hashes);
  const ownLines = Math.min(keep, records.length);
  const ownBytes = main.slice(0, ownLines).reduce((sum, line) => sum + line.length + 1, 0);
  return {
    records,
    hashes,
    link,
    head: headOver(crypto, origin, hashes),
    ownBytes,
    ownLines,
    torn: (bytes?.length ?? 0) - ownBytes,
    extra: extra.slice(0, records.length - ownLines),
  };
}
