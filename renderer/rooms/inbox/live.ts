// The list as it is shown: live while nobody is on it, still while somebody is. Pure, so that races can be tried by the hundred.
import type { QueueRow } from '../../../contract/ipc/queue.ts';

/** A row in its place. `gone`: it no longer waits, and stays, greyed, until whoever is on the list has left it. */
export interface Shown {
  readonly row: QueueRow;
  readonly gone: boolean;
}

/**
 * `shown` in the order on the screen; `fresh` counts rows that wait to be let in. `wanted` and `key` are what it was made
 * from: `key` names filter and order, so that a person's own change always shows at once.
 */
export interface Live {
  readonly shown: readonly Shown[];
  readonly fresh: number;
  readonly wanted: readonly QueueRow[] | null;
  readonly key: string;
}

export const nothingShown: Live = { shown: [], fresh: 0, wanted: null, key: '' };

/** What is shown next. `wanted`: the rows that fit, in order, only live ones. `all`: every row there is, by id. */
export function step(
  live: Live,
  wanted: readonly QueueRow[],
  all: ReadonlyMap<string, QueueRow>,
  frozen: boolean,
  key: string,
): Live {
  const still = frozen && live.key === key && live.shown.length > 0;
  if (live.wanted === wanted && live.key === key && (still || isPlain(live))) return live;
  return still ? hold(live, wanted, all, key) : release(wanted, key);
}

const isPlain = (live: Live): boolean => live.fresh === 0 && live.shown.every(({ gone }) => !gone);

/** Lets everything in, in order. */
export function release(wanted: readonly QueueRow[], key: string): Live {
  return { shown: wanted.map((row) => ({ row, gone: false })), fresh: 0, wanted, key };
}

function hold(
  live: Live,
  wanted: readonly QueueRow[],
  all: ReadonlyMap<string, QueueRow>,
  key: string,
): Live {
  const here = new Set(live.shown.map(({ row }) => row.requestId));
  const waits = new Set(wanted.map((row) => row.requestId));
  const shown = live.shown.map(({ row }) => ({
    row: all.get(row.requestId) ?? row,
    gone: !waits.has(row.requestId),
  }));
  return { shown, fresh: wanted.filter((row) => !here.has(row.requestId)).length, wanted, key };
}
