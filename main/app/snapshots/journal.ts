// The journal as the window asks for it: rows of records, one record whole with what belongs to it.
import type { JournalDetail, JournalPage, JournalRow } from '../../../contract/ipc/journal.ts';
import type { JournalEntry, JournalRecord } from '../../../contract/stored/console-journal.ts';
import { fromUtf8 } from '../../../core/bytes/bytes.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { requestOf, search } from '../../audit/search.ts';
import { beginning } from './common.ts';

const LONGEST_ABOUT = 600;

/** An officer's name by the newest directory; the id where it knows none. The record itself, shown whole, has the id. */
export type NameOf = (officer: string) => string;

/**
 * The facts of an entry in a fixed order; what the event means stands in the page's own catalogue. `subject`: what its request
 * is about, as this machine was shown it; empty where it was not.
 */
function factsOf(entry: JournalEntry, subject: string, nameOf: NameOf): readonly (string | number)[] {
  switch (entry.event) {
    case 'started':
      return [entry.build, entry.secrets];
    case 'signed-in':
      return [nameOf(entry.officer), entry.device];
    case 'shown':
      return [entry.headline.document, entry.headline.subjects[0]?.name ?? '', ...entry.locks];
    case 'intent':
      return [subject, entry.decision.device, entry.decision.reason];
    case 'outcome':
      return [subject, entry.sealed.decision.device, entry.sealed.decision.reason];
    case 'evidenced':
      return [subject, entry.leaf.index, entry.head.size];
    case 'held-intent':
      return [subject, entry.key];
    case 'held-outcome':
      return [subject, entry.keyid];
    case 'suspension-intent':
      return [entry.suspension.key, entry.suspension.device, entry.suspension.reason];
    case 'suspension-outcome':
      return [entry.sealed.suspension.key, entry.sealed.suspension.device];
    case 'suspension-failed':
    case 'suspension-ended':
      return [entry.order];
    case 'key-suspended':
      return [entry.key, entry.officer, entry.until];
    case 'ceremony-intent':
      return [entry.ceremony, entry.step, entry.role, entry.officer, entry.device];
    case 'ceremony-outcome':
      return [entry.ceremony, entry.device];
    case 'ceremony-failed':
      return [entry.ceremony];
    case 'alarm':
      return [entry.about];
    case 'gap':
      return [entry.tenant, entry.after, entry.seq];
    case 'device':
      return [entry.device];
    default:
      return subject !== '' ? [subject] : 'challenge' in entry ? [entry.challenge] : [];
  }
}

/** By challenge the request that it belongs to; by request the first subject that this machine was shown of it. */
interface Known {
  readonly requests: ReadonlyMap<string, string>;
  readonly subjects: ReadonlyMap<string, string>;
}

/** What the records say of each other. */
function knownOf(records: readonly JournalRecord[]): Known {
  const found = new Map<string, string>();
  const subjects = new Map<string, string>();
  for (const { entry } of records) {
    if (entry.event === 'intent') found.set(entry.decision.challenge, entry.decision.requestId);
    if (entry.event === 'outcome')
      found.set(entry.sealed.decision.challenge, entry.sealed.decision.requestId);
    if (entry.event === 'shown') subjects.set(entry.requestId, entry.headline.subjects[0]?.name ?? '');
  }
  return { requests: found, subjects };
}

function aboutRequest(entry: JournalEntry, { requests }: Known): string | null {
  return requestOf(entry) ?? ('challenge' in entry ? requests.get(entry.challenge) : undefined) ?? null;
}

function verdictOf(entry: JournalEntry): JournalRow['verdict'] {
  if (entry.event === 'intent') return entry.decision.verdict;
  return entry.event === 'outcome' ? entry.sealed.decision.verdict : null;
}

/** A record as a row. */
function journalRow({ seq, at, entry }: JournalRecord, known: Known, nameOf: NameOf): JournalRow {
  const requestId = aboutRequest(entry, known);
  const subject = requestId === null ? '' : (known.subjects.get(requestId) ?? '');
  return {
    seq,
    at,
    event: entry.event,
    requestId,
    code: 'code' in entry ? entry.code : null,
    verdict: verdictOf(entry),
    about: beginning(
      factsOf(entry, subject, nameOf)
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
  nameOf: NameOf,
): JournalPage {
  const known = knownOf(records);
  const found = query === '' ? records : searchAll(records, query, known);
  const older = before === null ? found : found.filter(({ seq }) => seq < before);
  const rows = older.slice(-limit).toReversed();
  return { total: found.length, rows: rows.map((record) => journalRow(record, known, nameOf)) };
}

/** A request's id finds every record about it, also those that name only its challenge. */
function searchAll(records: readonly JournalRecord[], query: string, known: Known): JournalRecord[] {
  const direct = new Set(search(records, { text: query }));
  const wanted = query.toLowerCase();
  return records.filter(
    (record) =>
      direct.has(record) || aboutRequest(record.entry, known)?.toLowerCase().includes(wanted) === true,
  );
}

/** One record: its canonical line, and the other records of the same request. Undefined where there is no such record. */
export function journalDetail(
  records: readonly JournalRecord[],
  seq: number,
  nameOf: NameOf,
): JournalDetail | undefined {
  const record = records[seq];
  if (!record) return undefined;
  const known = knownOf(records);
  const row = journalRow(record, known, nameOf);
  const related = records
    .filter((other) => other.seq !== seq && row.requestId !== null)
    .filter((other) => aboutRequest(other.entry, known) === row.requestId)
    .slice(-200)
    .map((other) => journalRow(other, known, nameOf));
  return { row, prev: record.prev, json: fromUtf8(canonical(record)), related };
}
