// The queue as a value: what each arrival makes of it. Pure, so that replaying the file gives the same queue.
import type { Alarmed, Granted, HoldSnapshot, Queued, Received, Resynced } from '../../core/stage/stages.ts';
import { isEnded } from '../../core/hold/hold.ts';

/** What the queue looks at of an arrival: grants are kept elsewhere, only their place in the sequence counts here. */
export type QueueArrival = Received | Alarmed | Omit<Granted, 'grant'> | Omit<Resynced, 'grants'>;

/** Queued requests by id, and the last sequence number applied of each tenant. */
export interface QueueState {
  readonly queued: ReadonlyMap<string, Queued>;
  readonly cursors: ReadonlyMap<string, number>;
}

export const emptyQueue: QueueState = { queued: new Map(), cursors: new Map() };

/** Whether an arrival is the next one: not applied before, and nothing missing in front of it. Snapshots always are. */
export function isNext(state: QueueState, arrival: QueueArrival): boolean {
  if (arrival.stage === 'resynced') return true;
  return arrival.seq === (state.cursors.get(arrival.tenant) ?? 0) + 1;
}

function place(queued: Map<string, Queued>, tenant: string, hold: HoldSnapshot, at: string): void {
  const requestId = hold.request.id;
  const known = queued.get(requestId);
  if (isEnded(hold.state)) queued.delete(requestId);
  else
    queued.set(requestId, { stage: 'queued', requestId, tenant, hold, receivedAt: known?.receivedAt ?? at });
}

function resync(
  before: ReadonlyMap<string, Queued>,
  tenant: string,
  holds: readonly HoldSnapshot[],
  at: string,
) {
  const queued = new Map([...before].filter(([, entry]) => entry.tenant !== tenant));
  for (const hold of holds) {
    place(queued, tenant, hold, before.get(hold.request.id)?.receivedAt ?? at);
  }
  return queued;
}

/** The state after an arrival; the same state for one that is not next. `at` is this machine's clock. */
export function applied(state: QueueState, arrival: QueueArrival, at: string): QueueState {
  if (!isNext(state, arrival)) return state;
  const cursors = new Map(state.cursors).set(arrival.tenant, arrival.seq);
  switch (arrival.stage) {
    case 'resynced':
      return { queued: resync(state.queued, arrival.tenant, arrival.holds, at), cursors };
    case 'received': {
      const queued = new Map(state.queued);
      place(queued, arrival.tenant, arrival.hold, at);
      return { queued, cursors };
    }
    case 'alarmed':
    case 'granted':
      return { queued: state.queued, cursors };
  }
}
