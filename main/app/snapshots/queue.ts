// The inbox as a snapshot: a row a hold, from what the Signer says and what this Console worked out already.
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Queue, QueueRow } from '../../../contract/ipc/queue.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { digestOf } from '../../../core/json/digest.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import type { HoldSnapshot, Queued } from '../../../core/stage/stages.ts';
import { beginning } from './common.ts';
import { actOf, mayDecide, mineOf, type Sitter } from './may.ts';

/** What the payload says at its top, once it was fetched; `lock` when it could not be what it should be. */
export interface Preview {
  readonly document: string | null;
  readonly subject: string | null;
  readonly subjects: number;
  readonly lock: Fault | null;
}

/** How far an own decision got. */
export type Carried = 'waiting' | 'recorded' | 'withheld';

/** What a row leans on beside its hold. */
export interface RowParts {
  readonly crypto: Crypto;
  readonly directory: Directory | null;
  readonly sitter: Sitter;
  readonly preview: (queued: Queued) => Preview | undefined;
  readonly delivery: (requestId: string) => Carried | null;
  /** The leaf of this officer's last recorded decision on it. */
  readonly leaf: (requestId: string) => number | null;
  /** Whether a key that this officer holds has signed it already. */
  readonly hasSigned: (requestId: string) => boolean;
}

const MOST_REASON = 2000;

/** Who said what so far, as the Signer tells it; a review verifies each of these before anything counts. */
export function quorumOf({ request, decisions }: HoldSnapshot): QueueRow['quorum'] {
  const denied = new Set(
    decisions.filter((s) => s.decision.verdict === 'deny').map((s) => s.decision.officer),
  );
  const given = new Set(
    decisions.map(({ decision }) => decision.officer).filter((officer) => !denied.has(officer)),
  );
  const voices = decisions.slice(0, 32).map(({ decision }) => ({
    officer: decision.officer,
    verdict: decision.verdict,
    at: decision.decidedAt,
    reason: beginning(decision.reason, MOST_REASON),
  }));
  return { needed: request.quorum.approvals, given: given.size, voices };
}

/** The gates that did not pass. */
export function failedOf({ request }: HoldSnapshot): QueueRow['failed'] {
  return request.findings
    .filter(({ result }) => result !== 'pass')
    .map(({ gate, code }) => ({ gate, code }))
    .slice(0, 16);
}

/** One row. */
export function rowOf(queued: Queued, parts: RowParts): QueueRow {
  const { hold, requestId } = queued;
  const { request } = hold;
  const preview = parts.preview(queued);
  const may = mayDecide(hold, parts.directory, parts.sitter);
  return {
    requestId,
    requestDigest: digestOf(parts.crypto, request),
    tenant: request.tenant,
    kind: request.kind,
    state: hold.state,
    document: preview?.document ?? null,
    subject: preview?.subject ?? null,
    subjects: preview?.subjects ?? 0,
    requester: request.requester.subject,
    keys: [...request.keys],
    failed: failedOf(hold),
    quorum: quorumOf(hold),
    mine: mineOf(hold.decisions, parts.sitter.officer),
    may,
    act: actOf(hold, parts.directory, parts.sitter, may, parts.hasSigned(requestId)),
    delivery: parts.delivery(requestId),
    leaf: parts.leaf(requestId),
    lock: preview?.lock ?? null,
    receivedAt: queued.receivedAt,
    expires: request.expires,
  };
}

/** Rows that nothing has changed for are not made again: a burst of arrivals must not cost a thousand digests each time. */
export class Rows {
  readonly #made = new WeakMap<Queued, { readonly key: string; readonly row: QueueRow }>();

  row(queued: Queued, parts: RowParts, directoryDigest: string): QueueRow {
    const { requestId } = queued;
    const preview = parts.preview(queued);
    const known = preview ? `${preview.document ?? ''} ${preview.lock?.code ?? ''}` : '';
    const carried = `${parts.delivery(requestId)} ${parts.leaf(requestId)}`;
    const key = [directoryDigest, carried, parts.hasSigned(requestId), known].join(' ');
    const before = this.#made.get(queued);
    if (before?.key === key) return before.row;
    const row = rowOf(queued, parts);
    this.#made.set(queued, { key, row });
    return row;
  }
}

const MOST_ROWS = 20_000;

/** The whole inbox: what waits, then what ended a moment ago. */
export function queueOf(
  revision: number,
  rows: readonly QueueRow[],
  whole: boolean,
  asOf: string | null,
): Queue {
  return { revision, whole, asOf, rows: rows.slice(0, MOST_ROWS) };
}
