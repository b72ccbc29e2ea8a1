// The journal as the window asks for it: rows of records, one record whole with what belongs to it.
import type { JournalDetail, JournalPage, JournalRow } from '../../../contract/ipc/journal.ts';
import type { JournalEntry, JournalRecord } from '../../../contract/stored/console-journal.ts';
import { fromUtf8 } from '../../../core/bytes/bytes.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { requestOf, search } from '../../audit/search.ts';
import { beginning } from './common.ts';

const LONGEST_ABOUT = 600;

/** The facts of an entry in a fixed order; what the event means stands in the page's own catalogue. */
function factsOf(entry: JournalEntry): readonly (string | number)[] {
  switch (entry.event) {
    case 'started':
      return [entry.build, entry.secrets];
    case 'signed-in':
      return [entry.officer, entry.device];
    case 'shown':
      return [entry.headline.document, entry.headline.subjects[0]?.name ?? '', ...entry.locks];
    case 'intent':
      return [entry.decision.verdict, entry.decision.device, entry.decision.reason];
    case 'outcome':
      return [entry.sealed.decision.verdict, entry.sealed.decision.device, entry.sealed.decision.reason];
    case 'evidenced':
      return [entry.leaf.index, entry.head.size];
    case 'held-intent':
      return [entry.key];
    case 'held-outcome':
      return [entry.keyid];
    case 'alarm':
      return [entry.about];
    case 'gap':
      return [entry.tenant, entry.after, entry.seq];
    case 'device':
      return [entry.device];
    default:
      return 'challenge' in entry ? [entry.challenge] : [];
  }
}

/** The request, found through the challenge where the record names that only. */
type Requests = ReadonlyMap<string, string>;

/** Which request a challenge belongs to. */
export function challengesOf(records: readonly JournalRecord[]): Requests {
  const found = new Map<string, string>();
  for (const { entry } of records) {
    if (entry.event === 'intent') found.set(entry.decision.challenge, entry.decision.requestId);
    if (entry.event === 'outcome')
      found.set(entry.sealed.decision.challenge, entry.sealed.decision.requestId);
  }
  return found;
}

function aboutRequest(entry: JournalEntry, requests: Requests): string | null {
  return requestOf(entry) ?? ('challenge' in entry ? requests.get(entry.challenge) : undefined) ?? null;
}

function verdictOf(entry: JournalEntry): JournalRow['verdict'] {
  if (entry.event === 'intent') return entry.decision.verdict;
  return entry.event === 'outcome' ? entry.sealed.decision.verdict : null;
}

/** A record as a row. */
export function journalRow({ seq, at, entry }: JournalRecord, requests: Requests): JournalRow {
  return {
    seq,
    at,
    event: entry.event,
    requestId: aboutRequest(entry, requests),
    code: 'code' in entry ? entry.code : null,
    verdict: verdictOf(entry),
    about: beginning(
      factsOf(entry)
        .filter((fact) => fact !== '')
        .join(' · '),
      LONGEST_ABOUT,
    ),
  };
}

/** Records whose canonical line contains `query` without case, newest first, of those before record `before`. */
export function journalPage(
  records: readonly JournalRecord[],
  query: string,
  before: number | null,
  limit: number,
): JournalPage {
  const requests = challengesOf(records);
  const found = query === '' ? records : searchAll(records, query, requests);
  const older = before === null ? found : found.filter(({ seq }) => seq < before);
  const rows = older.slice(-limit).toReversed();
  return { total: found.length, rows: rows.map((record) => journalRow(record, requests)) };
}

/** A request's id finds every record about it, also those that name only its challenge. */
function searchAll(records: readonly JournalRecord[], query: string, requests: Requests): JournalRecord[] {
  const direct = new Set(search(records, { text: query }));
  const wanted = query.toLowerCase();
  return records.filter(
    (record) =>
      direct.has(record) || aboutRequest(record.entry, requests)?.toLowerCase().includes(wanted) === true,
  );
}

/** One record: its canonical line, and the other records of the same request. Undefined where there is no such record. */
export function journalDetail(records: readonly JournalRecord[], seq: number): JournalDetail | undefined {
  const record = records[seq];
  if (!record) return undefined;
  const requests = challengesOf(records);
  const row = journalRow(record, requests);
  const related = records
    .filter((other) => other.seq !== seq && row.requestId !== null)
    .filter((other) => aboutRequest(other.entry, requests) === row.requestId)
    .slice(-200)
    .map((other) => journalRow(other, requests));
  return { row, prev: record.prev, json: fromUtf8(canonical(record)), related };
}
