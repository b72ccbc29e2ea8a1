// One line of the journal: how a record becomes bytes, and how a run of lines is checked as a chain.
import { JournalRecord, LONGEST_LINE, type JournalEntry } from '../../contract/stored/console-journal.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestBytes } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';

/** Where a chain stands: how many lines, and the digest of the last one. */
export interface Link {
  readonly size: number;
  readonly prev: string;
}

/** The chain before its first line. */
export function noLink(crypto: Crypto): Link {
  return { size: 0, prev: digestBytes(crypto, new Uint8Array(0)) };
}

/** The link after a line. */
export function after(crypto: Crypto, link: Link, line: Uint8Array): Link {
  return { size: link.size + 1, prev: digestBytes(crypto, line) };
}

/** A record and its line (canonical JSON, no newline). Refusal `journal_unwritable` beyond 64 KiB, `schema` for another form. */
export function lineFor(
  link: Link,
  at: string,
  entry: JournalEntry,
): { record: JournalRecord; line: Uint8Array } {
  const record = parseAs(JournalRecord, { v: 1, seq: link.size, prev: link.prev, at, entry });
  const line = canonical(record);
  if (line.length > LONGEST_LINE) throw new Refusal('journal_unwritable', `a record of ${line.length} bytes`);
  return { record, line };
}

/** The record of a line that must follow `link`. Refusal `journal_broken` with the line's number. */
export function recordOf(link: Link, line: Uint8Array): JournalRecord {
  const refuse = (why: string, cause?: unknown) =>
    new Refusal('journal_broken', `line ${link.size + 1}: ${why}`, cause);
  let record: JournalRecord;
  try {
    record = parseAs(JournalRecord, parseStrict(line, { maxBytes: LONGEST_LINE }));
  } catch (cause) {
    throw refuse('not a record', cause);
  }
  if (record.seq !== link.size) throw refuse(`says that it is ${record.seq + 1}`);
  if (record.prev !== link.prev) throw refuse('does not follow the line before');
  return record;
}
