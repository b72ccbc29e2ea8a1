// Looking into the journal: finding records, showing again what was shown, and verifying it from its files alone.
import { join } from 'node:path';
import type { JournalEntry, JournalRecord } from '../../contract/stored/console-journal.ts';
import { Refusal } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { toBase64 } from '../../core/bytes/base64.ts';
import type { Head } from '../../core/log/head.ts';
import { inclusionProof } from '../../core/log/merkle.ts';
import { canonical } from '../../core/json/canonical.ts';
import { readIfThere } from '../../ports/files.ts';
import { lineHash } from './head.ts';
import { RESERVE_FILE, readJournal, type JournalOf } from './read.ts';
import { reserveLines } from './reserve.ts';

/** What to look for; everything that is given must fit. `text` is looked for in the record's canonical form, without case. */
export interface Query {
  readonly text?: string;
  readonly event?: JournalEntry['event'];
  readonly requestId?: string;
  /** RFC 3339 in UTC, as records carry it; both ends count. */
  readonly from?: string;
  readonly to?: string;
}

/** The request that an entry is about, where it is about one. */
export function requestOf(entry: JournalEntry): string | undefined {
  if ('requestId' in entry) return entry.requestId;
  if (entry.event === 'intent') return entry.decision.requestId;
  if (entry.event === 'outcome') return entry.sealed.decision.requestId;
  return entry.event === 'evidenced' && 'requestId' in entry.leaf.record
    ? entry.leaf.record.requestId
    : undefined;
}

/** The records that fit, oldest first. */
export function search(records: readonly JournalRecord[], query: Query): JournalRecord[] {
  const wanted = query.text?.toLowerCase();
  return records.filter((record) => {
    const { entry, at } = record;
    if (query.event && entry.event !== query.event) return false;
    if (query.requestId && requestOf(entry) !== query.requestId) return false;
    if ((query.from && at < query.from) || (query.to && at > query.to)) return false;
    return !wanted || new TextDecoder().decode(canonical(record)).toLowerCase().includes(wanted);
  });
}

/** What this officer was shown of a request, each time it was opened: headline, view digest, locks. */
export function shownOf(records: readonly JournalRecord[], requestId: string) {
  return records.flatMap(({ at, entry }) =>
    entry.event === 'shown' && entry.requestId === requestId ? [{ at, shown: entry }] : [],
  );
}

/** What a check of the files found: how far the journal goes, and bytes that nobody was promised. */
export interface JournalVerdict {
  readonly head: Head;
  readonly torn: number;
}

/** Verifies a journal's files, changing nothing. Refusal `journal_broken`; also when there is no journal. */
export async function verifyJournal(of: JournalOf): Promise<JournalVerdict> {
  const read = await readJournal(
    of,
    reserveLines((await readIfThere(join(of.dir, RESERVE_FILE))) ?? new Uint8Array(0)),
  );
  if (!read) throw new Refusal('journal_broken', 'there is no journal');
  return { head: read.head, torn: read.torn };
}

/** One record with the proof (RFC 9162, 2.1.3; base64) that it stands under the journal's head, for whoever has only that. */
export function proveRecord(crypto: Crypto, records: readonly JournalRecord[], seq: number) {
  const record = records[seq];
  if (!record) throw new RangeError(`no record ${seq} of ${records.length}`);
  const hashes = records.map((one) => lineHash(crypto, canonical(one)));
  return { record, proof: inclusionProof(crypto, hashes, seq).map(toBase64) };
}
